"""Reads a directory of model files; raises if a file is not as training wrote it."""

import json
import os

from cytology.annotations import Any, NamedTuple

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
COMPILED = "model.json"
MODEL = "model.joblib"
SKOPS_MODEL = "model.skops"
POPULATION = "population.json"

FORMAT = 5

#: Largest difference between a golden prediction and the probability recorded in training.
GOLDEN_TOLERANCE = 1e-9


class ArtifactMismatch(Exception):
    """The artifact differs from its manifest, so it must not be served."""

    def __init__(self, subject: str, expected: object, found: object) -> None:
        self.subject = subject
        self.expected = expected
        self.found = found
        super().__init__(f"{subject}: expected {expected}, found {found}")


class Artifact(NamedTuple):
    """A checked artifact: manifest, schema and decision."""

    directory: str
    manifest: dict[str, Any]
    schema: Schema
    decision: Decision
    #: Files that were read; a file that is replaced later has no effect until the next start.
    texts: dict[str, bytes]

    @property
    def name(self) -> str:
        """The model's name, as in the manifest."""
        return str(self.manifest["name"])

    @property
    def version(self) -> str:
        """The model's version: a hash of the files that determine its answers."""
        return str(self.manifest["version"])

    @property
    def model_file(self) -> str:
        """Name of the fitted model's file, in the format of joblib or of skops.

        Raises
        ------
        ArtifactMismatch
            The manifest lists neither or both.
        """
        found = [name for name in (MODEL, SKOPS_MODEL) if name in self.manifest["files"]]
        if len(found) != 1:
            raise ArtifactMismatch(
                "model files", f"{MODEL} or {SKOPS_MODEL}", " and ".join(found) or "none"
            )
        return found[0]

    def read(self, file_name: str) -> bytes:
        """Return a file's bytes after comparing their sha256 with the manifest.

        Raises
        ------
        ArtifactMismatch
            The file is missing or has another hash.
        """
        if file_name in self.texts:
            return self.texts[file_name]
        content = _read_verified(self.directory, file_name, self.manifest)
        if file_name.endswith(".json"):
            self.texts[file_name] = content
        return content


def load_artifact(directory: str, manifest_sha256: str | None = None) -> Artifact:
    """Return the checked manifest, schema and decision.

    The manifest's hash is compared with ``manifest_sha256``, else with the file beside the
    directory, which training and the image's build write. Without either it is not compared.

    Raises
    ------
    ArtifactMismatch
        A file is missing, cut short, changed, or of a format this code does not know.
    """
    content = _read(os.path.join(directory, MANIFEST), MANIFEST)
    expected = manifest_sha256 or _fixed_hash(directory)
    if expected is not None:
        check_hash(MANIFEST, content, expected)
    try:
        manifest = json.loads(content)
    except ValueError:
        raise ArtifactMismatch(MANIFEST, "JSON", "something else") from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        found = manifest.get("format") if isinstance(manifest, dict) else "no object"
        raise ArtifactMismatch(f"{MANIFEST} format", FORMAT, found)
    texts = {name: _read_verified(directory, name, manifest) for name in (SCHEMA, DECISION)}
    schema = parse_schema(texts[SCHEMA])
    return Artifact(
        directory=directory,
        manifest=manifest,
        schema=schema,
        decision=parse_decision(texts[DECISION], schema),
        texts=texts,
    )


def hash_file(directory: str) -> str:
    """Return the path of the file that holds the hash of a directory's manifest.

    It lies beside the directory, so that replacing the directory does not replace it too.
    """
    return directory.rstrip("/") + ".sha256"


def check_hash(file_name: str, content: bytes, expected: str) -> None:
    """Compare a file's sha256 with the expected one.

    Raises
    ------
    ArtifactMismatch
        They differ.
    """
    found = sha256(content).hexdigest()
    if found != expected:
        raise ArtifactMismatch(f"sha256 of {file_name}", expected, found)


def check_golden(engine: Engine, artifact: Artifact) -> None:
    """Compare the engine's predictions of the golden rows with those recorded in training.

    Raises
    ------
    ArtifactMismatch
        A probability differs by more than :data:`GOLDEN_TOLERANCE`.
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


def _fixed_hash(directory: str) -> str | None:
    try:
        with open(hash_file(directory), encoding="utf-8", errors="replace") as file:
            words = file.read().split()
    except FileNotFoundError:
        return None
    # As sha256sum writes it: the hash, then the file's name
    return words[0] if words else ""


def _read_verified(directory: str, file_name: str, manifest: dict[str, Any]) -> bytes:
    try:
        expected = manifest["files"][file_name]["sha256"]
    except (KeyError, TypeError):
        raise ArtifactMismatch(file_name, "an entry in the manifest", "none") from None
    content = _read(os.path.join(directory, file_name), file_name)
    check_hash(file_name, content, expected)
    return content


def _read(path: str, file_name: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise ArtifactMismatch(file_name, "a readable file", error.strerror) from None
