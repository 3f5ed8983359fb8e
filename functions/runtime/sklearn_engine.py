"""Turns rows into predictions with the fitted model itself: any classifier, additive or not."""

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from cytology.artifact import SCORECARD, Artifact
from cytology.assembly import Assembler
from cytology.measurements import Row
from cytology.missing import Frequencies, average
from cytology.prediction import Prediction, Reasons, logit
from cytology.schema import Feature
from cytology.sensitivity import (
    SAMPLED_RESCORINGS,
    Fragility,
    Points,
    fragility,
    nearest_changes,
    nearest_changes_with_gaps,
    rescorings,
)
from runtime.model_file import load_model

#: So many rows are explained at once; each asks the model about some 300 variations.
_EXPLAINED_AT_ONCE = 100


class SklearnEngine:
    """A fitted classifier on raw scores, NaN where missing; reasons by one-feature variations.

    A feature's contribution is the log-odds of the row minus their mean over that feature's
    training distribution, the other features fixed. For an additive model that is exactly the
    scorecard's contribution, and fragility is counted from the same variations; for any other
    model fragility is estimated from a fixed sample of re-scorings.
    """

    name = "sklearn"

    def __init__(self, pipeline: Pipeline, artifact: Artifact) -> None:
        self._pipeline = pipeline
        self._schema = artifact.schema
        self._decision = artifact.decision
        self._assembler = Assembler(artifact.schema, artifact.decision)
        self._exact = SCORECARD in artifact.manifest["files"]
        self._frequencies = Frequencies(artifact.schema, artifact.decision.familiarity)
        self._medians = artifact.decision.medians(artifact.schema.features)
        # By name: the order of classes is scikit-learn's business
        self._column = [str(name) for name in pipeline.classes_].index(artifact.schema.positive)

    def predict(self, rows: Sequence[Row], *, explain: bool) -> list[Prediction]:
        """Answer every row; see :class:`cytology.prediction.Engine`."""
        if not rows:
            return []
        probabilities, ranges = self._average(rows)
        reasons = (
            self._reasons(rows, probabilities) if explain else itertools.repeat(None, len(rows))
        )
        return [
            self._assembler.assemble(row, probability, ranges.get(index), reason)
            for index, (row, probability, reason) in enumerate(
                zip(rows, probabilities, reasons, strict=True)
            )
        ]

    def _average(self, rows: Sequence[Row]) -> tuple[list[float], dict[int, tuple[float, float]]]:
        """Calibrated probabilities, and the ranges of rows with missing scores by position."""
        fillings = {
            index: self._frequencies.fillings(row) for index, row in enumerate(rows) if None in row
        }
        asked = [*rows, *itertools.chain.from_iterable(found.rows for found in fillings.values())]
        link = self._decision.link.probability
        calibrated = [link(logit(raw)) for raw in self._probabilities(asked).tolist()]
        probabilities, start, ranges = calibrated[: len(rows)], len(rows), {}
        for index, found in fillings.items():
            own = calibrated[start : start + len(found.rows)]
            start += len(found.rows)
            probabilities[index] = average(own, found)
            ranges[index] = (min(own), max(own))
        return probabilities, ranges

    def _are_positive(self, rows: Sequence[Row]) -> list[bool]:
        threshold = self._decision.threshold
        return [probability >= threshold for probability in self._average(rows)[0]]

    def _probabilities(self, rows: list[Row]) -> NDArray[np.float64]:
        scores = np.array(rows, dtype=np.float64)  # None becomes NaN
        probabilities: NDArray[np.float64] = self._pipeline.predict_proba(scores)[:, self._column]
        return probabilities

    def _reasons(self, rows: Sequence[Row], answers: Sequence[float]) -> Iterator[Reasons]:
        totals = iter(
            self._decision.link.raw_log_odds(min(max(p, 1e-9), 1 - 1e-9)) for p in answers
        )
        for chunk in itertools.batched(rows, _EXPLAINED_AT_ONCE):
            asked = [moved for row in chunk for moved in self._variations(row)]
            probabilities = iter(self._probabilities(asked).tolist())
            for row in chunk:
                total = next(totals)
                yield self._explain(row, total if None in row else None, probabilities)

    def _variations(self, row: Row) -> Iterator[Row]:
        """The row itself, with each score in turn replaced by every other, and re-scored."""
        yield row
        for index, feature in enumerate(self._schema.features):
            for score in _values(feature):
                yield (*row[:index], score, *row[index + 1 :])
        if not self._exact:
            yield from rescorings(row, self._schema)

    def _explain(self, row: Row, total: float | None, probabilities: Iterator[float]) -> Reasons:
        """Take this row's variations off the iterator, in the order of :meth:`_variations`.

        ``total`` is the answer's log-odds before the link where scores are missing: the pipeline
        itself would fill them in another way.
        """
        own = logit(next(probabilities))
        points: list[Points] = [
            {score: logit(next(probabilities)) - own for score in _values(feature)}
            for feature in self._schema.features
        ]
        if total is not None:
            for table, score in zip(points, row, strict=True):
                if score is None:
                    for value in table:
                        table[value] += own - total
                    table[None] = 0.0
            own = total
        share, exact = self._fragility(row, own, points, probabilities)
        if None in row:
            changes = nearest_changes_with_gaps(
                row, self._schema, self._medians, self._are_positive
            )
        else:
            changes = nearest_changes(points, row, own, self._decision.cutoff, self._medians)
        return Reasons(
            base=self._decision.base,
            contributions=self._contributions(row, own, points),
            exact=self._exact,
            what_would_change=changes,
            fragility=share,
            fragility_exact=exact and None not in row,
        )

    def _contributions(self, row: Row, own: float, points: Sequence[Points]) -> tuple[float, ...]:
        found = [
            -sum(weight * table[score] for score, weight in self._seen(index))
            for index, table in enumerate(points)
        ]
        gaps = [index for index, score in enumerate(row) if score is None]
        if self._exact and gaps:
            known = sum(value for index, value in enumerate(found) if index not in gaps)
            for gap in gaps:
                found[gap] = (own - self._decision.base - known) / len(gaps)
        return tuple(found)

    def _fragility(
        self, row: Row, own: float, points: list[Points], probabilities: Iterator[float]
    ) -> Fragility:
        cutoff = self._decision.cutoff
        if self._exact:
            return fragility(points, self._schema, row, own, cutoff)
        changed = sum(
            (logit(moved) >= cutoff) != (own >= cutoff)
            for moved in itertools.islice(probabilities, SAMPLED_RESCORINGS)
        )
        return Fragility(changed / SAMPLED_RESCORINGS, exact=False)

    def _seen(self, index: int) -> Iterator[tuple[int, float]]:
        """Scores of a feature that occur in the training data, with their share of the known."""
        missing, *shares = self._decision.weights[index]
        for score, share in zip(self._schema.features[index].scores, shares, strict=True):
            if share:
                yield score, share / (1 - missing)


def _values(feature: Feature) -> list[int | None]:
    return list(feature.scores)


def load_sklearn_engine(artifact: Artifact) -> SklearnEngine:
    """Load the model; what is checked, and raised, says :func:`runtime.model_file.load_model`."""
    return SklearnEngine(load_model(artifact), artifact)
