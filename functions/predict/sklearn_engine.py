"""Turns rows into predictions with the joblib model itself: any classifier, additive or not."""

import io
import itertools
import math
import warnings
from collections.abc import Sequence

import joblib
import numpy as np
import scipy
import sklearn
from numpy.typing import NDArray
from sklearn.exceptions import InconsistentVersionWarning
from sklearn.pipeline import Pipeline

from cytology.artifact import MODEL, SCORECARD, Artifact, ArtifactMismatch
from cytology.measurements import Row
from cytology.prediction import Prediction, Reasons, assemble, logit

#: All combinations of missing scores are tried up to this number; beyond it, each on its own.
_MAX_COMBINATIONS = 1_000

_INSTALLED = {
    "joblib": joblib.__version__,
    "numpy": np.__version__,
    "scikit-learn": sklearn.__version__,
    "scipy": scipy.__version__,
}


class SklearnEngine:
    """A fitted classifier on raw scores, NaN where missing; reasons by one-feature variations.

    A feature's contribution is the log-odds of the row minus their mean over that feature's
    training distribution, the other features fixed. For an additive model that is exactly the
    scorecard's contribution.
    """

    name = "sklearn"

    def __init__(self, pipeline: Pipeline, artifact: Artifact) -> None:
        self._pipeline = pipeline
        self._schema = artifact.schema
        self._decision = artifact.decision
        self._exact = SCORECARD in artifact.manifest["files"]
        # By name: the order of classes is scikit-learn's business
        self._column = [str(name) for name in pipeline.classes_].index(artifact.schema.positive)

    def predict(self, rows: Sequence[Row], *, explain: bool) -> list[Prediction]:
        """Answer every row; see :class:`cytology.prediction.Engine`."""
        if not rows:
            return []
        probabilities = self._probabilities(list(rows))
        reasons = self._reasons(rows, probabilities) if explain else [None] * len(rows)
        return [
            assemble(
                row,
                float(probability),
                self._range(row) if None in row else None,
                reason,
                schema=self._schema,
                decision=self._decision,
            )
            for row, probability, reason in zip(rows, probabilities, reasons, strict=True)
        ]

    def _probabilities(self, rows: list[Row]) -> NDArray[np.float64]:
        scores = np.array(rows, dtype=np.float64)  # None becomes NaN
        probabilities: NDArray[np.float64] = self._pipeline.predict_proba(scores)[:, self._column]
        return probabilities

    def _reasons(
        self, rows: Sequence[Row], probabilities: NDArray[np.float64]
    ) -> list[Reasons | None]:
        variations: list[Row] = []
        shares: list[list[float]] = []
        for index, feature in enumerate(self._schema.features):
            weights = self._decision.weights[index]
            seen = [
                (score, weight)
                for score, weight in zip([None, *feature.scores], weights, strict=True)
                if weight
            ]
            shares.append([weight for _, weight in seen])
            variations += [
                (*row[:index], score, *row[index + 1 :]) for row in rows for score, _ in seen
            ]
        varied = iter([logit(float(value)) for value in self._probabilities(variations)])
        own = [logit(float(value)) for value in probabilities]
        columns = [
            [odds - sum(weight * next(varied) for weight in weights) for odds in own]
            for weights in shares
        ]
        return [
            Reasons(self._decision.base, contributions, self._exact)
            for contributions in zip(*columns, strict=True)
        ]

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


def load_sklearn_engine(artifact: Artifact) -> SklearnEngine:
    """Unpickle the model, but only bytes that the manifest vouches for and versions that match.

    Raises
    ------
    ArtifactMismatch
        Another version of a library, or scikit-learn itself warns of one, or a changed file.
    """
    for package, version in artifact.manifest["packages"].items():
        if _INSTALLED.get(package) != version:
            raise ArtifactMismatch(f"version of {package}", version, _INSTALLED.get(package))
    content = artifact.read(MODEL)
    with warnings.catch_warnings():
        warnings.simplefilter("error", InconsistentVersionWarning)
        try:
            pipeline = joblib.load(io.BytesIO(content))
        except InconsistentVersionWarning as warning:
            raise ArtifactMismatch(
                MODEL, sklearn.__version__, warning.original_sklearn_version
            ) from None
    return SklearnEngine(pipeline, artifact)
