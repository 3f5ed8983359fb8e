"""Turns samples that were answered into how often a challenger would have answered otherwise.

The challenger is asked after the answer is complete, and only counts leave this module: it can
neither change an answer nor appear in one (docs/decisions/0059).
"""

from collections.abc import Sequence
from time import perf_counter

from cytology.artifact import Artifact, ArtifactMismatch, load_artifact
from cytology.measurements import Row
from cytology.prediction import Engine, Prediction
from cytology.schema import Schema
from predict.engines import load_engine

#: Of one request, so many samples spread over it: the caller waits while the challenger scores.
SHADOWED_ROWS = 100


def compare(
    challenger: Engine, rows: Sequence[Row], answers: Sequence[Prediction]
) -> dict[str, tuple[str, float]]:
    """Score some of the rows again; count the labels that differ, as metrics."""
    started = perf_counter()
    step = -(-len(rows) // SHADOWED_ROWS)
    compared = answers[::step]
    theirs = challenger.predict(rows[::step], explain=False)
    differ = sum(ours.label != other.label for ours, other in zip(compared, theirs, strict=True))
    return {
        "ShadowSamples": ("Count", len(compared)),
        "ShadowDisagreements": ("Count", differ),
        "ShadowDuration": ("Milliseconds", (perf_counter() - started) * 1e3),
    }


def load_challenger(directory: str, champion: Artifact) -> Engine:
    """Load and check a challenger as a model that serves is, and that it reads the same samples.

    Raises
    ------
    cytology.artifact.ArtifactMismatch
        It is damaged, missing, made for other libraries, or for another table.
    """
    artifact = load_artifact(directory)
    ours, theirs = _rules(champion.schema), _rules(artifact.schema)
    if ours != theirs:
        raise ArtifactMismatch("the challenger's features and classes", ours, theirs)
    return load_engine(artifact, None)


def _rules(schema: Schema) -> list[object]:
    """What makes a row mean the same to both; wordings may differ."""
    scored = [
        (feature.name, feature.minimum, feature.maximum, feature.may_be_missing)
        for feature in schema.features
    ]
    return [scored, schema.class_names, schema.positive]
