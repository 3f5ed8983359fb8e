"""Turns a probability and its reasons into the one frozen answer that every caller receives."""

import math
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from cytology.decision import Decision
from cytology.measurements import Row
from cytology.schema import Schema

#: Probabilities from models that vote can be exactly 0 or 1; their log-odds are cut here.
_LOGIT_CLIP = 1e-9


class Caution(NamedTuple):
    """What the reader of one answer should know: a code for programs, a sentence for people."""

    code: str
    field: str
    message: str


class Reasons(NamedTuple):
    """Why: log-odds per feature, in schema order, around ``base``.

    ``exact`` is true where base + contributions equal the answer's log-odds, false where they are
    one-feature variations of a model that is not additive.
    """

    base: float
    contributions: tuple[float, ...]
    exact: bool


class Prediction(NamedTuple):
    """The answer for one row.

    ``probability`` is that of the positive class. ``probability_range`` is the lowest and highest
    probability over all scores that a missing measurement could have had; None when none is
    missing.
    """

    label: str
    probability: float
    prediction_set: tuple[str, ...]
    threshold: float
    probability_range: tuple[float, float] | None
    reasons: Reasons | None
    warnings: tuple[Caution, ...]

    @property
    def inconclusive(self) -> bool:
        """True unless exactly one class remains possible."""
        return len(self.prediction_set) != 1


class Engine(Protocol):
    """What serves predictions: the scorecard, or any scikit-learn classifier."""

    name: str

    def predict(self, rows: Sequence[Row], *, explain: bool) -> list[Prediction]:
        """Answer every row, in order; reasons only where asked for."""
        ...


def sigmoid(logit: float) -> float:
    """Log-odds to probability, without overflow at either end."""
    if logit >= 0:
        return 1.0 / (1.0 + math.exp(-logit))
    odds = math.exp(logit)
    return odds / (1.0 + odds)


def logit(probability: float) -> float:
    """Probability to log-odds, cut where a probability is 0 or 1."""
    clipped = min(max(probability, _LOGIT_CLIP), 1.0 - _LOGIT_CLIP)
    return math.log(clipped / (1.0 - clipped))


def assemble(
    row: Row,
    probability: float,
    probability_range: tuple[float, float] | None,
    reasons: Reasons | None,
    *,
    schema: Schema,
    decision: Decision,
) -> Prediction:
    """Put one answer together; the same rules whichever engine computed the probability."""
    return Prediction(
        label=decision.label(probability),
        probability=probability,
        prediction_set=decision.prediction_set(probability),
        threshold=decision.threshold,
        probability_range=probability_range,
        reasons=reasons,
        warnings=_warnings(row, probability_range, schema, decision),
    )


def _warnings(
    row: Row,
    probability_range: tuple[float, float] | None,
    schema: Schema,
    decision: Decision,
) -> tuple[Caution, ...]:
    found = []
    for feature, score, weights in zip(schema.features, row, decision.weights, strict=True):
        if score is None:
            found.append(
                Caution(
                    "missing_score",
                    feature.name,
                    f"{feature.name} is missing; the training median stands in for it, and the "
                    "answer is less certain: see probability_range.",
                )
            )
        elif not weights[score - feature.minimum + 1]:
            found.append(
                Caution(
                    "unseen_score",
                    feature.name,
                    f"{feature.name} {score} never occurs in the training data.",
                )
            )
    if probability_range and decision.label(probability_range[0]) != decision.label(
        probability_range[1]
    ):
        found.append(
            Caution(
                "decisive_missing_score",
                "",
                "The missing score decides the label: other values of it give the other class.",
            )
        )
    return tuple(found)
