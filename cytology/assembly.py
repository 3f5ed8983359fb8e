"""Puts an answer together from a row and its probability; the same rules for every engine."""

from collections.abc import Sequence
from operator import getitem

from cytology.decision import Decision
from cytology.feature import Value
from cytology.measurements import Row
from cytology.prediction import Caution, Prediction, Reasons
from cytology.schema import Schema

#: Above this fragility an answer carries a warning.
_FRAGILE = 0.10


class Assembler:
    """Label, set and warnings of one model.

    What does not depend on the row is prepared once: this runs for each of 10,000 rows.
    """

    def __init__(self, schema: Schema, decision: Decision) -> None:
        self._names = schema.names
        self._decision = decision
        self._verdicts: dict[tuple[bool, bool, bool], tuple[str, tuple[str, ...]]] = {}
        self._limit = decision.familiarity.limit
        self._frequencies = decision.familiarity.by_value()
        self._unseen = _unseen_values(decision)
        self._noun = noun = schema.noun
        self._decisive = Caution(
            "decisive_missing_score",
            "",
            f"The missing {noun} decides the label: other values of it give the other class.",
        )
        self._unusual = Caution(
            "unusual_sample",
            "",
            f"The {noun}s are rarer than those of 19 in 20 training samples; the model has seen "
            "little like them.",
        )

    def assemble(
        self,
        row: Row,
        probability: float,
        probability_range: tuple[float, float] | None,
        reasons: Reasons | None,
    ) -> Prediction:
        """Put one answer together."""
        decision = self._decision
        # Between the three limits every probability gets the same verdict
        side = (
            probability >= decision.threshold,
            probability <= decision.negative_at_most,
            probability >= decision.positive_at_least,
        )
        verdict = self._verdicts.get(side)
        if verdict is None:
            verdict = (decision.label(probability), decision.prediction_set(probability))
            self._verdicts[side] = verdict
        warnings = self._score_warnings(row)
        if probability_range and decision.label(probability_range[0]) != decision.label(
            probability_range[1]
        ):
            warnings += (self._decisive,)
            verdict = (verdict[0], decision.classes)  # inconclusive: neither class is ruled out
        one, other = self._frequencies
        if (
            sum(map(getitem, one, row)) < self._limit
            and sum(map(getitem, other, row)) < self._limit
        ):
            warnings += (self._unusual,)
        if reasons is not None and reasons.fragility > _FRAGILE:
            warnings += (_fragile(reasons.fragility, self._noun),)
        return Prediction(
            verdict[0],
            probability,
            verdict[1],
            decision.threshold,
            probability_range,
            reasons,
            warnings,
            decision.level,
        )

    def _score_warnings(self, row: Row) -> tuple[Caution, ...]:
        found: tuple[Caution, ...] = ()
        if None in row:
            found = tuple(
                _missing(name, self._noun)
                for name, score in zip(self._names, row, strict=True)
                if score is None
            )
        for position, scores in self._unseen:
            score = row[position]
            if score in scores:
                found += (_never_seen(self._names[position], score),)
        return found


def _unseen_values(decision: Decision) -> Sequence[tuple[int, frozenset[Value | None]]]:
    """Of the features that have any: the position, and the values that the data never show."""
    unseen = [
        frozenset(value for value, share in zip(own.values, shares, strict=True) if not share)
        for own, (_, *shares) in zip(decision.levels, decision.weights, strict=True)
    ]
    return [(position, values) for position, values in enumerate(unseen) if values]


def _missing(field: str, noun: str) -> Caution:
    return Caution(
        "missing_score",
        field,
        f"{field} is missing; the probability is the average over the {noun}s that it could have, "
        "given the others: see probability_range.",
    )


def _never_seen(field: str, value: Value | None) -> Caution:
    return Caution("unseen_score", field, f"{field} {value} never occurs in the training data.")


def _fragile(share: float, noun: str) -> Caution:
    return Caution(
        "fragile",
        "",
        f"{share:.0%} of re-scorings that move each {noun} by at most one step give the other "
        "class.",
    )
