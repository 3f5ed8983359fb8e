"""Puts an answer together from a row and its probability; the same rules for every engine."""

from collections.abc import Sequence
from operator import getitem

from cytology.decision import Decision
from cytology.measurements import Row
from cytology.prediction import Caution, Prediction, Reasons
from cytology.schema import Schema

#: Above this fragility an answer carries a warning.
_FRAGILE = 0.10

_DECISIVE = Caution(
    "decisive_missing_score",
    "",
    "The missing score decides the label: other values of it give the other class.",
)
_UNUSUAL = Caution(
    "unusual_sample",
    "",
    "The scores are rarer than those of 19 in 20 training samples; the model has seen little "
    "like them.",
)


class Assembler:
    """Label, set and warnings of one model.

    What does not depend on the row is prepared once: this runs for each of 10,000 rows.
    """

    def __init__(self, schema: Schema, decision: Decision) -> None:
        self._names = schema.names
        self._decision = decision
        self._verdicts: dict[tuple[bool, bool, bool], tuple[str, tuple[str, ...]]] = {}
        self._limit = decision.familiarity.limit
        self._frequencies = decision.familiarity.by_score(schema.features)
        self._unseen = _unseen_scores(schema, decision)

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
            warnings += (_DECISIVE,)
            verdict = (verdict[0], decision.classes)  # inconclusive: neither class is ruled out
        one, other = self._frequencies
        if (
            sum(map(getitem, one, row)) < self._limit
            and sum(map(getitem, other, row)) < self._limit
        ):
            warnings += (_UNUSUAL,)
        if reasons is not None and reasons.fragility > _FRAGILE:
            warnings += (_fragile(reasons.fragility),)
        return Prediction(
            verdict[0],
            probability,
            verdict[1],
            decision.threshold,
            probability_range,
            reasons,
            warnings,
        )

    def _score_warnings(self, row: Row) -> tuple[Caution, ...]:
        found: tuple[Caution, ...] = ()
        if None in row:
            found = tuple(
                _missing(name)
                for name, score in zip(self._names, row, strict=True)
                if score is None
            )
        for position, scores in self._unseen:
            score = row[position]
            if score in scores:
                found += (_never_seen(self._names[position], score),)
        return found


def _unseen_scores(
    schema: Schema, decision: Decision
) -> Sequence[tuple[int, frozenset[int | None]]]:
    """Of the features that have any: the position, and the scores that the data never show."""
    unseen = [
        frozenset(s for s, share in zip(feature.scores, shares, strict=True) if not share)
        for feature, (_, *shares) in zip(schema.features, decision.weights, strict=True)
    ]
    return [(position, scores) for position, scores in enumerate(unseen) if scores]


def _missing(field: str) -> Caution:
    return Caution(
        "missing_score",
        field,
        f"{field} is missing; the probability is the average over the scores that it could have, "
        "given the others: see probability_range.",
    )


def _never_seen(field: str, score: int | None) -> Caution:
    return Caution("unseen_score", field, f"{field} {score} never occurs in the training data.")


def _fragile(share: float) -> Caution:
    return Caution(
        "fragile",
        "",
        f"{share:.0%} of re-scorings that move each score by at most one step give the other "
        "class.",
    )
