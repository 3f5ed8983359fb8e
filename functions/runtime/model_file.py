"""Loads an artifact's fitted classifier after its versions and sha256 were compared.

Only this module may unpickle: ruff bans it elsewhere (pyproject.toml).
"""

import io
import warnings
from collections.abc import Mapping, Sequence

import joblib
import numpy as np
import scipy
import sklearn
from sklearn.exceptions import InconsistentVersionWarning
from sklearn.pipeline import Pipeline

from cytology.annotations import Any
from cytology.artifact import SKOPS_MODEL, Artifact, ArtifactMismatch
from cytology.engine import ModelEngine
from cytology.measurements import Row
from cytology.prediction import Engine
from cytology.schema import CATEGORY


def load_sklearn(artifact: Artifact) -> Engine:
    """Load the classifier as an engine: it serves what does not compile, and checks what does.

    Raises
    ------
    ArtifactMismatch
        As by :func:`load_model`.
    """
    pipeline = load_model(artifact)
    # By name: scikit-learn decides the order of classes
    column = artifact.schema.place_of_positive(pipeline.classes_)
    categories = any(feature.kind == CATEGORY for feature in artifact.schema.features)
    kind = object if categories else np.float64

    def probabilities(rows: Sequence[Row]) -> list[float]:
        if not rows:
            return []
        found: list[float] = pipeline.predict_proba(np.array(rows, kind))[:, column].tolist()
        return found

    return ModelEngine("sklearn", probabilities, artifact.schema, artifact.decision)


def load_model(artifact: Artifact) -> Pipeline:
    """Compare versions, then sha256, and only then build objects from the file.

    Raises
    ------
    ArtifactMismatch
        A library has another version, the file was changed, or a skops file holds a type that is
        not on the closed list.
    """
    name = artifact.model_file
    _check_versions(artifact.manifest["packages"])
    content = artifact.read(name)
    with warnings.catch_warnings():
        warnings.simplefilter("error", InconsistentVersionWarning)
        try:
            return _from_skops(content) if name == SKOPS_MODEL else joblib.load(io.BytesIO(content))
        except InconsistentVersionWarning as warning:
            raise ArtifactMismatch(
                name, sklearn.__version__, warning.original_sklearn_version
            ) from None


def _check_versions(expected: Mapping[str, str]) -> None:
    installed = {
        "joblib": joblib.__version__,
        "numpy": np.__version__,
        "scikit-learn": sklearn.__version__,
        "scipy": scipy.__version__,
    }
    if "skops" in expected:
        import skops

        installed["skops"] = skops.__version__
    for package, version in expected.items():
        if installed.get(package) != version:
            raise ArtifactMismatch(f"version of {package}", version, installed.get(package))


def _from_skops(content: bytes) -> Any:
    # Imported here: skops imports all of scikit-learn, and the default model needs neither
    from skops import io as skops_io

    from cytology.trusted import TRUSTED

    strangers = set(skops_io.get_untrusted_types(data=content)) - set(TRUSTED)
    if strangers:
        raise ArtifactMismatch(
            f"types in {SKOPS_MODEL}", "those of the closed list", ", ".join(sorted(strangers))
        )
    return skops_io.loads(content, trusted=list(TRUSTED))
