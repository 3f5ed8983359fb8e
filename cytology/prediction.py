"""The answer to one sample, and the reasons for it."""

import math
from collections.abc import Sequence

from cytology.annotations import NamedTuple, Protocol
from cytology.feature import Value
from cytology.measurements import Row

#: Probabilities from models that vote can be exactly 0 or 1; their log-odds are cut here.
LOGIT_CLIP = 1e-9


#: What contributions are compared with: the mean over the training samples, or the sample that has
#: the median of each score.
MEAN, MEDIAN = "training_mean", "training_median"


class Caution(NamedTuple):
    """What the reader of one answer should know: a code for programs, a sentence for people."""

    code: str
    field: str
    message: str


class Reasons(NamedTuple):
    """Why: log-odds per feature, in schema order, around ``base``.

    Contributions add up before the link, which calibrates their sum. ``exact`` is true where base +
    contributions equal the model's log-odds, false where they are one-feature variations of a model
    that is not additive. A missing score's contribution is what averaging over it adds.
    ``what_would_change`` holds, per feature, the nearest value that changes the label while the
    others stay, None where none does. ``fragility`` is the share of re-scorings by one step,
    all features at once, that change the label: counted where ``fragility_exact``, else estimated
    from a fixed sample of them. ``decisive_unknowns`` ranks missing values: the feature's place,
    and the probability that knowing it changes the label.
    """

    base: float
    contributions: tuple[float, ...]
    exact: bool
    what_would_change: tuple[Value | None, ...]
    fragility: float
    fragility_exact: bool
    reference: str = MEAN
    decisive_unknowns: tuple[tuple[int, float], ...] = ()


class Prediction(NamedTuple):
    """The answer for one row.

    ``probability`` is that of the positive class. ``probability_range`` is the lowest and highest
    probability over all scores that a missing measurement could have had; None when none is
    missing. ``level`` is the share of each class's samples whose prediction set holds the class; 0
    where it is not known.
    """

    label: str
    probability: float
    prediction_set: tuple[str, ...]
    threshold: float
    probability_range: tuple[float, float] | None
    reasons: Reasons | None
    warnings: tuple[Caution, ...]
    level: float

    @property
    def inconclusive(self) -> bool:
        """True unless exactly one class remains possible."""
        return len(self.prediction_set) != 1


class Engine(Protocol):
    """What serves predictions: the scorecard, or any scikit-learn classifier."""

    name: str

    def predict(self, rows: Sequence[Row], *, explain: bool) -> list[Prediction]:
        """Answer every row, in order; reasons only where asked for."""


def sigmoid(logit: float) -> float:
    """Log-odds to probability, without overflow at either end."""
    if logit >= 0:
        return 1.0 / (1.0 + math.exp(-logit))
    odds = math.exp(logit)
    return odds / (1.0 + odds)


def logit(probability: float) -> float:
    """Probability to log-odds, cut where a probability is 0 or 1."""
    clipped = min(max(probability, LOGIT_CLIP), 1.0 - LOGIT_CLIP)
    return math.log(clipped / (1.0 - clipped))
