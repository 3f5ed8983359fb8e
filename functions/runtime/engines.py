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
    if (forced or artifact.manifest["engine"]) == "sklearn":
        # Imported here: scikit-learn takes fifty times as long to load as a compiled model
        from runtime.model_file import load_sklearn as load
    else:
        load = load_compiled
    engine = load(artifact)
    check_golden(engine, artifact)
    return engine
