"""Loads the compiled model of an artifact as the engine that serves it."""

import json

from cytology.artifact import COMPILED, Artifact, ArtifactMismatch
from cytology.prediction import Engine
from cytology.scorecard import is_additive, parse_scorecard


def load_compiled(artifact: Artifact) -> Engine:
    """Load the compiled model; its golden predictions are not checked yet.

    Raises
    ------
    ArtifactMismatch
        The model did not compile, or its file is not as the manifest says.
    """
    if COMPILED not in artifact.manifest["files"]:
        raise ArtifactMismatch("engine", "sklearn, since this model did not compile", "compiled")
    document = json.loads(artifact.read(COMPILED))
    if document["columns"] == list(artifact.schema.names) and is_additive(document):
        return parse_scorecard(document, artifact.schema, artifact.decision)
    # Imported here: a model that is a sum needs neither
    from cytology.engine import ModelEngine
    from cytology.model import parse_model

    model = parse_model(document, artifact.schema.names)
    return ModelEngine("compiled", model.probabilities, artifact.schema, artifact.decision)
