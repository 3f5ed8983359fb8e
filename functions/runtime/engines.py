"""Turns settings into the engine that serves, checked against its golden predictions."""

from cytology.artifact import SCORECARD, Artifact, ArtifactMismatch, check_golden
from cytology.prediction import Engine
from cytology.scorecard import parse_scorecard


def load_engine(artifact: Artifact, forced: str | None) -> Engine:
    """Load the engine that the manifest names, or the one that is forced.

    Raises
    ------
    ArtifactMismatch
        A file is not as the manifest says, a library has another version, a golden prediction
        differs, or the model has no scorecard and one is forced.
    """
    wanted = forced or artifact.manifest["engine"]
    engine = _load_sklearn(artifact) if wanted == "sklearn" else _load_scorecard(artifact)
    check_golden(engine, artifact)
    return engine


def _load_scorecard(artifact: Artifact) -> Engine:
    if SCORECARD not in artifact.manifest["files"]:
        raise ArtifactMismatch(
            "engine", "sklearn: this model is not additive, so it has no scorecard", "scorecard"
        )
    return parse_scorecard(artifact.read(SCORECARD), artifact.schema, artifact.decision)


def _load_sklearn(artifact: Artifact) -> Engine:
    # Imported here: joblib and scikit-learn cost fifty times what the scorecard costs to load
    from runtime.sklearn_engine import load_sklearn_engine

    return load_sklearn_engine(artifact)
