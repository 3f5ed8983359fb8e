"""Writes a fitted model as an artifact directory; the manifest holds the hash of every file."""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cytology import artifact
from cytology.decision import Decision
from cytology.population import Population
from cytology.schema import CATEGORY, REAL, Feature, Schema, Value
from training.compile import write_document
from training.dataset import as_matrix, as_rows
from training.formats import ModelFile, joblib_file
from training.model import Model

ROOT = Path(__file__).resolve().parent.parent
REPORT = "report.json"


def decision_document(decision: Decision, names: Sequence[str]) -> dict[str, Any]:
    """decision.json's content, for features of these names."""
    bins = {
        name: {"bounds": list(levels.bounds), "values": list(levels.values)}
        for name, levels in zip(names, decision.levels, strict=True)
        if levels.bounds
    }
    return {
        "negative": decision.negative,
        "positive": decision.positive,
        "classes": list(decision.classes),
        "threshold": decision.threshold,
        "conformal": {
            "level": decision.level,
            "negative_at_most": decision.negative_at_most,
            "positive_at_least": decision.positive_at_least,
        },
        "base": decision.base,
        "prevalence": decision.prevalence,
        "link": decision.link._asdict(),
        "given": decision.given._asdict(),
        "weights": [list(shares) for shares in decision.weights],
        **({"levels": bins} if bins else {}),
        "familiarity": {
            "limit": decision.familiarity.limit,
            "log_frequencies": dict(
                zip(decision.classes, decision.familiarity.tables, strict=True)
            ),
        },
    }


def write_artifact(
    directory: Path,
    *,
    model: Model,
    schema: Schema,
    schema_content: bytes,
    population: Population,
    report: dict[str, Any],
    facts: dict[str, Any],
    model_file: ModelFile | None = None,
) -> dict[str, Any]:
    """Write every file and the manifest, whole or not at all; return the manifest.

    The directory is written under a temporary name and renamed, so that an interrupted run
    leaves the previous artifact.

    Parameters
    ----------
    directory
        Where the artifact goes; one that is there is replaced.
    model, schema
        What was learnt, and for which features and classes.
    schema_content
        The bytes of features.json, written unchanged.
    population
        Histograms of the training data, which drift is measured against.
    report
        The evaluation. Like the population it does not change the model's version.
    facts
        More members of the manifest.
    model_file
        The fitted pipeline as a file; joblib's format unless given.
    """
    model_file = model_file or joblib_file(model.pipeline)
    files = {
        artifact.SCHEMA: schema_content,
        # On one line: the service reads it at every start
        artifact.DECISION: _json(decision_document(model.decision, schema.names), indent=None),
        model_file.name: model_file.content,
        artifact.POPULATION: _json(dict(population)),
        REPORT: _json(report),
    }
    if model.compiled.document is not None:
        files[artifact.COMPILED] = write_document(model.compiled.document)
    manifest = {
        "format": artifact.FORMAT,
        "name": f"{schema.name}-{model.estimator}",
        "version": _version(files, model_file.name),
        "created": _now(),
        "estimator": model.estimator,
        "engine": "sklearn" if model.compiled.refusal else "compiled",
        "not_compiled": model.compiled.refusal,
        "python": platform.python_version(),
        "packages": model_file.packages,
        "git_revision": _git_revision(),
        **facts,
        "golden": _golden(model, schema),
        "files": {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
            for name, content in sorted(files.items())
        },
    }
    files[artifact.MANIFEST] = _json(manifest)
    _replace_directory(directory, files)
    return manifest


def _version(files: dict[str, bytes], model: str) -> str:
    """Return twelve hex digits that change with what decides an answer, and with nothing else."""
    compiled = artifact.COMPILED if artifact.COMPILED in files else model
    deciding = (artifact.SCHEMA, artifact.DECISION, compiled)
    return hashlib.sha256(b"".join(files[name] for name in deciding)).hexdigest()[:12]


def _golden(model: Model, schema: Schema) -> list[dict[str, Any]]:
    """Rows across the range, and one with a missing value, with their probabilities."""
    low, middle, high = zip(*(_spread(feature) for feature in schema.features), strict=True)
    mixed = [pair[place % 2] for place, pair in enumerate(zip(middle, low, strict=True))]
    # One gap: every start of a function asks these rows, and each gap multiplies the evaluations
    place = next((i for i, feature in enumerate(schema.features) if feature.may_be_missing), None)
    gaps = [None if index == place else value for index, value in enumerate(mixed)]
    vectors = as_matrix([low, middle, high, tuple(mixed), tuple(gaps)], schema)
    probabilities = model.predict(vectors, schema)
    return [
        {"row": list(row), "probability": float(probability)}
        for row, probability in zip(as_rows(vectors), probabilities, strict=True)
    ]


def _spread(feature: Feature) -> tuple[Value, Value, Value]:
    """The lowest, a middle and the highest value; of categories the first, middle and last."""
    if feature.kind == CATEGORY:
        return feature.values[0], feature.values[len(feature.values) // 2], feature.values[-1]
    middle = (feature.minimum + feature.maximum) / 2
    return feature.minimum, middle if feature.kind == REAL else int(middle // 1), feature.maximum


def _json(document: dict[str, Any], indent: int | None = 1) -> bytes:
    return (json.dumps(document, indent=indent, allow_nan=False) + "\n").encode()


def _now() -> str:
    """Return the time; SOURCE_DATE_EPOCH fixes it, for artifacts that are equal byte by byte."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH")
    moment = datetime.fromtimestamp(int(fixed), UTC) if fixed else datetime.now(UTC)
    return moment.isoformat(timespec="seconds")


def _git_revision() -> str:
    try:
        found = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=12"],  # noqa: S607
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return found.stdout.strip()


def _replace_directory(directory: Path, files: dict[str, bytes]) -> None:
    directory.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
    fresh, stale = work / "fresh", work / "stale"
    try:
        fresh.mkdir()
        for name, content in files.items():
            (fresh / name).write_bytes(content)
        if directory.exists():
            directory.rename(stale)
        fresh.rename(directory)
        digest = hashlib.sha256(files[artifact.MANIFEST]).hexdigest()
        Path(artifact.hash_file(str(directory))).write_text(f"{digest}  {artifact.MANIFEST}\n")
    except BaseException:
        if stale.exists() and not directory.exists():
            stale.rename(directory)
        raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
