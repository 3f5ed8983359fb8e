"""Turns an artifact directory into files that are known to be whole, or into ArtifactMismatch."""

import json
import os
from typing import Any, NamedTuple

try:
    # hashlib loads OpenSSL, which costs more than all other imports here (docs/decisions/0031)
    from _sha2 import sha256
except ImportError:  # another Python than CPython 3.12 or newer
    from hashlib import sha256

from cytology.decision import Decision, parse_decision
from cytology.prediction import Engine
from cytology.schema import Schema, parse_schema

MANIFEST = "manifest.json"
SCHEMA = "features.json"
DECISION = "decision.json"
SCORECARD = "scorecard.json"
MODEL = "model.joblib"
SKOPS_MODEL = "model.skops"
POPULATION = "population.json"

FORMAT = 2

#: A golden prediction may differ by this much from what training recorded.
GOLDEN_TOLERANCE = 1e-9


class ArtifactMismatch(Exception):
    """The artifact is not what its manifest says; nothing may be predicted from it."""

    def __init__(self, subject: str, expected: object, found: object) -> None:
        self.subject = subject
        self.expected = expected
        self.found = found
        super().__init__(f"{subject}: expected {expected}, found {found}")


class Artifact(NamedTuple):
    """A checked artifact: what the manifest says, the schema and the decision rule."""

    directory: str
    manifest: dict[str, Any]
    schema: Schema
    decision: Decision

    @property
    def name(self) -> str:
        """The model's name, as in the manifest."""
        return str(self.manifest["name"])

    @property
    def version(self) -> str:
        """The model's version: a hash of what decides its answers."""
        return str(self.manifest["version"])

    @property
    def model_file(self) -> str:
        """Name of the file that holds the model itself, in joblib's format or in skops'.

        Raises
        ------
        ArtifactMismatch
            The manifest lists neither or both: which is meant must not be guessed.
        """
        found = [name for name in (MODEL, SKOPS_MODEL) if name in self.manifest["files"]]
        if len(found) != 1:
            raise ArtifactMismatch(
                "model files", f"{MODEL} or {SKOPS_MODEL}", " and ".join(found) or "none"
            )
        return found[0]

    def read(self, file_name: str) -> bytes:
        """Return a file's bytes once they match the manifest's sha256, never before."""
        return _read_verified(self.directory, file_name, self.manifest)


def load_artifact(directory: str) -> Artifact:
    """Read the manifest, and the schema and decision that it vouches for.

    Raises
    ------
    ArtifactMismatch
        A file is missing, cut short, changed, or of a format this code does not know.
    """
    try:
        with open(os.path.join(directory, MANIFEST), "rb") as file:
            manifest = json.loads(file.read())
    except OSError as error:
        raise ArtifactMismatch(MANIFEST, "a readable file", error.strerror) from None
    except ValueError:
        raise ArtifactMismatch(MANIFEST, "JSON", "something else") from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        found = manifest.get("format") if isinstance(manifest, dict) else "no object"
        raise ArtifactMismatch(f"{MANIFEST} format", FORMAT, found)
    return Artifact(
        directory=directory,
        manifest=manifest,
        schema=parse_schema(_read_verified(directory, SCHEMA, manifest)),
        decision=parse_decision(_read_verified(directory, DECISION, manifest)),
    )


def check_golden(engine: Engine, artifact: Artifact) -> None:
    """Predict the manifest's golden rows and compare, before any caller is answered.

    Raises
    ------
    ArtifactMismatch
        A probability differs by more than 1e-9 from the one recorded in training.
    """
    golden = artifact.manifest["golden"]
    answers = engine.predict([tuple(case["row"]) for case in golden], explain=False)
    for index, (case, answer) in enumerate(zip(golden, answers, strict=True)):
        if not abs(answer.probability - case["probability"]) <= GOLDEN_TOLERANCE:
            raise ArtifactMismatch(
                f"golden prediction {index} of the {engine.name} engine",
                case["probability"],
                answer.probability,
            )


def _read_verified(directory: str, file_name: str, manifest: dict[str, Any]) -> bytes:
    try:
        expected = manifest["files"][file_name]["sha256"]
    except (KeyError, TypeError):
        raise ArtifactMismatch(file_name, "an entry in the manifest", "none") from None
    try:
        with open(os.path.join(directory, file_name), "rb") as file:
            content = file.read()
    except OSError as error:
        raise ArtifactMismatch(file_name, "a readable file", error.strerror) from None
    found = sha256(content).hexdigest()
    if found != expected:
        raise ArtifactMismatch(f"sha256 of {file_name}", expected, found)
    return content
