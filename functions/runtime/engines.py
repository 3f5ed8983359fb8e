"""Turns settings into the engine that serves, checked against its golden predictions."""

from cytology.artifact import Artifact, check_golden
from cytology.compiled import load_compiled
from cytology.prediction import Engine


def load_engine(artifact: Artifact, forced: str | None) -> Engine:
    """Load the engine that the manifest names, or the one that is forced.

    Raises
    ------
    ArtifactMismatch
        A file is not as the manifest says, a library has another version, a golden prediction
        differs, or the model did not compile and the compiled engine is forced.
    """
    wanted = forced or artifact.manifest["engine"]
    engine = _load_sklearn(artifact) if wanted == "sklearn" else load_compiled(artifact)
    check_golden(engine, artifact)
    return engine


def _load_sklearn(artifact: Artifact) -> Engine:
    # Imported here: joblib and scikit-learn cost fifty times what a compiled model costs to load
    from runtime.sklearn_engine import load_sklearn_engine

    return load_sklearn_engine(artifact)
