"""Decides: probability → label, and the set of classes that cannot be ruled out."""

import json
from itertools import accumulate

from cytology.annotations import Any, NamedTuple
from cytology.familiarity import Familiarity
from cytology.feature import Value
from cytology.levels import Levels, levels_of
from cytology.link import Link
from cytology.missing import Given
from cytology.schema import Schema


class Decision(NamedTuple):
    """Where the probability of the positive class becomes a label.

    ``link`` calibrates the model's log-odds; threshold and limits apply to the calibrated
    probability. ``negative_at_most`` and ``positive_at_least`` are the class-conditional conformal
    limits: the negative class stays possible up to the one, the positive class from the other on.
    They are learnt from out-of-fold probabilities so that each class is in its own samples' sets
    with about the probability ``level``. ``base`` is the mean of the model's log-odds.
    ``prevalence`` is the share of the positive class in the training data. ``weights`` holds, per
    feature, how often each level occurs in the training data (missing first); explanations of
    non-additive models average over it. ``familiarity`` finds samples unlike the training data.
    ``given`` says what missing values could be.
    """

    negative: str
    positive: str
    classes: tuple[str, str]
    threshold: float
    level: float
    negative_at_most: float
    positive_at_least: float
    base: float
    weights: tuple[tuple[float, ...], ...]
    familiarity: Familiarity
    given: Given
    prevalence: float = 0.5
    link: Link = Link()

    @property
    def cutoff(self) -> float:
        """The threshold as log-odds of the model, before the link."""
        return self.link.raw_log_odds(self.threshold)

    def label(self, probability: float) -> str:
        """Name the class: positive from the threshold on."""
        return self.positive if probability >= self.threshold else self.negative

    def prediction_set(self, probability: float) -> tuple[str, ...]:
        """Classes that the stated coverage does not let one rule out, in schema order."""
        possible = {
            self.negative: probability <= self.negative_at_most,
            self.positive: probability >= self.positive_at_least,
        }
        return tuple(name for name in self.classes if possible[name])

    @property
    def levels(self) -> tuple[Levels, ...]:
        """The levels of every feature, in schema order."""
        return self.familiarity.levels

    @property
    def medians(self) -> tuple[Value, ...]:
        """Per feature, the value of the (lower) median level; of categories the most frequent."""
        return tuple(_median(*pair) for pair in zip(self.levels, self.weights, strict=True))


def _median(levels: Levels, weights: tuple[float, ...]) -> Value:
    _, *shares = weights
    if not levels.ordered:
        return levels.values[shares.index(max(shares))]
    half, below = sum(shares) / 2, accumulate(shares)
    return next(v for v, share in zip(levels.values, below, strict=True) if share >= half)


def parse_decision(content: bytes, schema: Schema) -> Decision:
    """Read decision.json as training wrote it; the caller has checked its hash."""
    raw: dict[str, Any] = json.loads(content)
    first, second = raw["classes"]
    return Decision(
        negative=raw["negative"],
        positive=raw["positive"],
        classes=(first, second),
        threshold=raw["threshold"],
        level=raw["conformal"]["level"],
        negative_at_most=raw["conformal"]["negative_at_most"],
        positive_at_least=raw["conformal"]["positive_at_least"],
        base=raw["base"],
        weights=tuple(tuple(shares) for shares in raw["weights"]),
        familiarity=Familiarity(
            limit=raw["familiarity"]["limit"],
            tables=tuple(
                tuple(tuple(values) for values in raw["familiarity"]["log_frequencies"][name])
                for name in (first, second)
            ),
            levels=levels_of(schema.features, raw.get("levels", {})),
        ),
        given=Given(*(_tuples(raw["given"][field]) for field in Given._fields)),
        prevalence=raw["prevalence"],
        link=Link(**raw["link"]),
    )


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
