"""Checks an artifact: both engines load, repeat the golden predictions, and agree."""

import random

from cytology.annotations import NamedTuple
from cytology.artifact import Artifact, ArtifactMismatch
from cytology.measurements import Row
from cytology.schema import REAL, Feature, Schema, Value
from runtime.engines import load_engine

#: Random rows on which the engines are compared, beside the manifest's golden ones.
ROWS = 10_000
#: Largest difference in probability between the engines; training proves the same.
TOLERANCE = 1e-12


class Verdict(NamedTuple):
    """What was compared, and the largest difference found."""

    engines: tuple[str, ...]
    rows: int
    largest_difference: float


def judge(artifact: Artifact, rows: int = ROWS) -> Verdict:
    """Load every engine that this model has; each checks the manifest's golden rows as it loads.

    Raises
    ------
    cytology.artifact.ArtifactMismatch
        An engine does not load, a golden prediction differs, or the engines differ.
    """
    reference = load_engine(artifact, "sklearn")
    if artifact.manifest["engine"] == reference.name:
        return Verdict((reference.name,), len(artifact.manifest["golden"]), 0.0)
    compiled = load_engine(artifact, "compiled")
    vectors = random_rows(artifact.schema, rows)
    expected = reference.predict(vectors, explain=False)
    found = compiled.predict(vectors, explain=False)
    largest = 0.0
    for row, one, other in zip(vectors, expected, found, strict=True):
        largest = max(largest, abs(one.probability - other.probability))
        if largest > TOLERANCE or one.label != other.label:
            raise ArtifactMismatch(
                f"engines on the row {list(row)}",
                f"{one.label} with {one.probability!r} as by scikit-learn",
                f"{other.label} with {other.probability!r} by the compiled model",
            )
    return Verdict((compiled.name, reference.name), rows, largest)


def random_rows(schema: Schema, count: int) -> list[Row]:
    """Return the same random rows each time; a tenth of the values that may be missing are."""
    dice = random.Random(0)  # noqa: S311 - samples, not secrets
    return [
        tuple(
            None if feature.may_be_missing and dice.random() < 0.1 else _draw(feature, dice)
            for feature in schema.features
        )
        for _ in range(count)
    ]


def _draw(feature: Feature, dice: random.Random) -> Value:
    if feature.kind == REAL:
        return dice.uniform(feature.minimum, feature.maximum)
    return dice.choice(feature.values) if feature.values else dice.choice(feature.scores)
