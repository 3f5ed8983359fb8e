"""Serves the fitted classifier itself: what does not compile, and what compiled models equal."""

from collections.abc import Sequence

import numpy as np

from cytology.artifact import Artifact
from cytology.engine import ModelEngine
from cytology.measurements import Row
from cytology.schema import CATEGORY
from runtime.model_file import load_model


def load_sklearn_engine(artifact: Artifact) -> ModelEngine:
    """Load the model; what is checked, and raised, says :func:`runtime.model_file.load_model`."""
    pipeline = load_model(artifact)
    # By name: the order of classes is scikit-learn's business
    column = artifact.schema.place_of_positive(pipeline.classes_)

    categories = any(feature.kind == CATEGORY for feature in artifact.schema.features)
    kind = object if categories else np.float64

    def probabilities(rows: Sequence[Row]) -> list[float]:
        if not rows:
            return []
        table = np.array(rows, dtype=kind)
        found: list[float] = pipeline.predict_proba(table)[:, column].tolist()
        return found

    return ModelEngine("sklearn", probabilities, artifact.schema, artifact.decision)
