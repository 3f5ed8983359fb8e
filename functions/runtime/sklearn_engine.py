"""Turns rows into predictions with the fitted model itself: any classifier, additive or not."""

import itertools
import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from cytology.artifact import SCORECARD, Artifact
from cytology.assembly import Assembler
from cytology.measurements import Row
from cytology.prediction import Prediction, Reasons, logit
from cytology.schema import Feature
from cytology.sensitivity import (
    SAMPLED_RESCORINGS,
    Fragility,
    Points,
    fragility,
    nearest_changes,
    rescorings,
)
from runtime.model_file import load_model

#: All combinations of missing scores are tried up to this number; beyond it, each on its own.
_MAX_COMBINATIONS = 1_000

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
        self._medians = artifact.decision.medians(artifact.schema.features)
        # By name: the order of classes is scikit-learn's business
        self._column = [str(name) for name in pipeline.classes_].index(artifact.schema.positive)

    def predict(self, rows: Sequence[Row], *, explain: bool) -> list[Prediction]:
        """Answer every row; see :class:`cytology.prediction.Engine`."""
        if not rows:
            return []
        probabilities = self._probabilities(list(rows))
        reasons = self._reasons(rows) if explain else itertools.repeat(None, len(rows))
        return [
            self._assembler.assemble(
                row, float(probability), self._range(row) if None in row else None, reason
            )
            for row, probability, reason in zip(rows, probabilities, reasons, strict=True)
        ]

    def _probabilities(self, rows: list[Row]) -> NDArray[np.float64]:
        scores = np.array(rows, dtype=np.float64)  # None becomes NaN
        probabilities: NDArray[np.float64] = self._pipeline.predict_proba(scores)[:, self._column]
        return probabilities

    def _reasons(self, rows: Sequence[Row]) -> Iterator[Reasons]:
        for chunk in itertools.batched(rows, _EXPLAINED_AT_ONCE):
            asked = [moved for row in chunk for moved in self._variations(row)]
            probabilities = iter(self._probabilities(asked).tolist())
            for row in chunk:
                yield self._explain(row, probabilities)

    def _variations(self, row: Row) -> Iterator[Row]:
        """The row itself, with each score in turn replaced by every other, and re-scored."""
        yield row
        for index, feature in enumerate(self._schema.features):
            for score in _values(feature):
                yield (*row[:index], score, *row[index + 1 :])
        if not self._exact:
            yield from rescorings(row, self._schema)

    def _explain(self, row: Row, probabilities: Iterator[float]) -> Reasons:
        """Take this row's variations off the iterator, in the order of :meth:`_variations`."""
        own = logit(next(probabilities))
        points: list[Points] = [
            {score: logit(next(probabilities)) - own for score in _values(feature)}
            for feature in self._schema.features
        ]
        share, exact = self._fragility(row, own, points, probabilities)
        return Reasons(
            base=self._decision.base,
            contributions=tuple(
                -sum(weight * table[score] for score, weight in self._seen(index))
                for index, table in enumerate(points)
            ),
            exact=self._exact,
            what_would_change=nearest_changes(
                points, row, own, self._decision.cutoff, self._medians
            ),
            fragility=share,
            fragility_exact=exact,
        )

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

    def _seen(self, index: int) -> Iterator[tuple[int | None, float]]:
        """Scores of a feature that occur in the training data, with their share of it."""
        values = [None, *self._schema.features[index].scores]
        for score, weight in zip(values, self._decision.weights[index], strict=True):
            if weight:
                yield score, weight

    def _range(self, row: Row) -> tuple[float, float]:
        gaps = [index for index, score in enumerate(row) if score is None]
        options = [self._schema.features[index].scores for index in gaps]
        if math.prod(len(scores) for scores in options) <= _MAX_COMBINATIONS:
            fillings: list[Row] = list(itertools.product(*options))
        else:
            fillings = [  # the others stay missing
                tuple(score if gap == other else None for other in gaps)
                for gap, scores in zip(gaps, options, strict=True)
                for score in scores
            ]
        filled: list[Row] = []
        for filling in fillings:
            values = list(row)
            for index, score in zip(gaps, filling, strict=True):
                values[index] = score
            filled.append(tuple(values))
        probabilities = self._probabilities(filled)
        return float(probabilities.min()), float(probabilities.max())


def _values(feature: Feature) -> list[int | None]:
    return [*([None] if feature.may_be_missing else []), *feature.scores]


def load_sklearn_engine(artifact: Artifact) -> SklearnEngine:
    """Load the model; what is checked, and raised, says :func:`runtime.model_file.load_model`."""
    return SklearnEngine(load_model(artifact), artifact)
