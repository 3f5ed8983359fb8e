"""A trained model with the methods that scikit-learn's users know; standard library only."""

import os
from collections.abc import Iterable

from cytology.annotations import Any
from cytology.artifact import Artifact, check_golden, load_artifact
from cytology.compiled import load_compiled
from cytology.measurements import InvalidMeasurements, Row, read_sample
from cytology.prediction import Engine, Prediction

_HERE = os.path.dirname(os.path.abspath(__file__))


class Classifier:
    """A compiled model. Rows are lists in the order of ``feature_names_in_``, or mappings by name.

    Arrays and data frames are accepted too. None or NaN is a missing value. ``classes_`` gives the
    order of the columns of ``predict_proba``.
    """

    def __init__(self, artifact: Artifact, engine: Engine) -> None:
        self._artifact = artifact
        self._engine = engine
        self.classes_: list[str] = list(artifact.decision.classes)
        self.feature_names_in_ = [feature.name for feature in artifact.schema.features]
        self.version = artifact.version

    def predict_proba(self, rows: Any) -> list[list[float]]:
        """Return one list per row: the probability of each class.

        Raises
        ------
        cytology.measurements.InvalidMeasurements
            A row breaks a rule of the schema; the message names the row and every error.
        """
        positive = self.classes_.index(self._artifact.decision.positive)
        found = [answer.probability for answer in self.answers(rows, explain=False)]
        return [[1 - value, value] if positive else [value, 1 - value] for value in found]

    def predict(self, rows: Any) -> list[str]:
        """Return one label per row: the positive class from the model's own threshold on."""
        return [answer.label for answer in self.answers(rows, explain=False)]

    def answers(self, rows: Any, explain: bool = True) -> list[Prediction]:
        """Return everything that the service would answer: prediction set, reasons, warnings."""
        return self._engine.predict(self._checked(rows), explain=explain)

    def _checked(self, rows: Any) -> list[Row]:
        checked = []
        for number, row in enumerate(_plain(rows), start=1):
            try:
                checked.append(read_sample(_without_nan(row), self._artifact.schema).row)
            except InvalidMeasurements as invalid:
                invalid.args = (f"row {number}: {invalid}",)
                raise
        return checked


def load_model(directory: str | None = None) -> Classifier:
    """Load and check a model.

    Parameters
    ----------
    directory
        What ``make train`` or ``cytology train`` wrote; left out: ``model_directory()``.

    Raises
    ------
    cytology.artifact.ArtifactMismatch
        There is no model, it is damaged, or it is not compiled.
    """
    artifact = load_artifact(str(directory or model_directory()))
    engine = load_compiled(artifact)
    check_golden(engine, artifact)
    return Classifier(artifact, engine)


def model_directory() -> str:
    """Where the model is: MODEL_DIR, else ./artifact, else the one that was installed."""
    if named := os.environ.get("MODEL_DIR"):
        return named
    installed = os.path.join(_HERE, "trained")
    checkout = os.path.join(os.path.dirname(_HERE), "artifact")
    found = [place for place in ("artifact", installed, checkout) if os.path.isdir(place)]
    return found[0] if found else "artifact"


def _plain(rows: Any) -> Iterable[Any]:
    """Rows of Python's own types: a data frame by its names, an array as lists."""
    if hasattr(rows, "to_dict"):
        return list(rows.to_dict(orient="records"))
    return list(rows.tolist() if hasattr(rows, "tolist") else rows)


def _without_nan(row: Any) -> Any:
    if isinstance(row, dict):
        return {name: _own(value) for name, value in row.items()}
    return [_own(value) for value in row]


def _own(value: Any) -> Any:
    """A number of numpy as Python's own; None for NaN."""
    own = value.item() if hasattr(value, "item") else value
    return None if own != own else own
