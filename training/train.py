"""Trains a model on a table and writes its artifact."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tqdm import tqdm

from cytology.population import Population, count_population
from cytology.schema import DEFAULT_SCHEMA_PATH, Schema, parse_schema
from training.dataset import DATA_PATH, DATA_SHA256, Dataset, as_rows, load_dataset
from training.evaluation.gates import GateFailed, failed_gates, is_leak
from training.evaluation.protocol import FAST, FULL, protocol_hash
from training.evaluation.report import evaluate
from training.formats import FORMATS
from training.model import DEFAULT_ESTIMATOR, Model, count_fits, learn
from training.provenance import provenance_of
from training.publish import ROOT, write_artifact

#: The committed report of a full evaluation of the shipped data.
REPORT = ROOT / "docs" / "report.json"
CACHE = Path("build") / "evaluation"
#: Arguments of ``make train`` at their defaults, left out of the command.
_DEFAULTS = {
    "DATA": DATA_PATH,
    "SCHEMA": DEFAULT_SCHEMA_PATH,
    "ESTIMATOR": DEFAULT_ESTIMATOR,
    "FORMAT": "joblib",
}

#: Figures of the report that the manifest repeats; GET /v1/model returns them.
_METRICS = (
    "accuracy",
    "accuracy_at_half",
    "auc",
    "log_loss",
    "calibration_slope",
    "nested_sensitivity",
    "nested_specificity",
    "coverage_positive",
    "coverage_negative",
    "inconclusive",
    "conclusive_accuracy",
)


class Trained(NamedTuple):
    """Result of a training run: the manifest as written, the model, and failed gates."""

    manifest: dict[str, Any]
    model: Model
    failures: list[str]


def train(
    estimator: str, data: Path, schema_path: Path, out: Path, file_format: str = "joblib"
) -> Trained:
    """Learn, judge and write; a gate that fails stops the default model before anything is written.

    The gates bind the default estimator on the shipped data. For another estimator or table the
    manifest records the gates that fail.

    Parameters
    ----------
    estimator
        A name in :data:`training.candidates.CANDIDATES`.
    data, schema_path
        The table, and features.json that describes it.
    out
        Directory of the artifact.
    file_format
        A name in :data:`training.formats.FORMATS`.

    Raises
    ------
    training.dataset.InvalidDataset, cytology.schema.InvalidSchema
        The table or its schema breaks a rule.
    training.fit.WrongDirection
        No setting keeps the directions that the schema promises.
    training.evaluation.gates.GateFailed
        The model is worse than what may ship, or too good to be true.
    training.formats.Unwritable
        The service would refuse this model in this format.
    """
    schema_content = schema_path.read_bytes()
    schema = parse_schema(schema_content)
    dataset = load_dataset(schema, data)
    with tqdm(total=count_fits(estimator, schema), desc="fit", unit="fit") as progress:
        model = learn(estimator, dataset, schema, progress.update)
    # Before the evaluation, which takes a minute: an unsupported format fails at once
    model_file = FORMATS[file_format](model.pipeline)
    report = committed_report(estimator, dataset, schema) or evaluate(
        [estimator], dataset, schema, FAST, CACHE, model
    )
    failures = check_gates(estimator, dataset, report)
    made = provenance_of(
        "train",
        {"DATA": data, "SCHEMA": schema_path},
        {"ESTIMATOR": estimator, "FORMAT": file_format},
        _DEFAULTS,
    )
    facts = {
        **facts_of(model, dataset, report),
        "gates_failed": failures,
        "made": made,
    }
    manifest = write_artifact(
        out,
        model=model,
        schema=schema,
        schema_content=schema_content,
        population=population_of(model, dataset, schema),
        report=report,
        facts=facts,
        model_file=model_file,
    )
    return Trained(manifest, model, failures)


def population_of(model: Model, dataset: Dataset, schema: Schema) -> Population:
    """Count the training rows by level and answer."""
    # Out of fold: the model has not seen these patients, as it has not seen callers' samples
    return count_population(
        as_rows(dataset.scores), model.out_of_fold.tolist(), schema, model.decision.levels
    )


def committed_report(
    estimator: str, dataset: Dataset, schema: Schema, path: Path = REPORT
) -> dict[str, Any] | None:
    """The full evaluation, where it is of this data, this protocol and this estimator."""
    try:
        report: dict[str, Any] = json.loads(path.read_bytes())
    except OSError:
        return None
    fits = (
        report["data"]["sha256"] == dataset.sha256
        and report["protocol"]["hash"] == protocol_hash(FULL, schema)
        and report["chosen"]["estimator"] == estimator
    )
    return report if fits else None


def check_gates(estimator: str, dataset: Dataset, report: Mapping[str, Any]) -> list[str]:
    """Raise GateFailed for the default model; return the failed gates of any other.

    Raises
    ------
    GateFailed
        With every gate that failed.
    """
    if dataset.sha256 != DATA_SHA256:
        return []  # the gates are this data's; what another table can give is not known
    figures = report["candidates"][estimator]["figures"]
    failures = failed_gates(figures, full=report["protocol"]["name"] == FULL.name)
    if failures and (estimator == DEFAULT_ESTIMATOR or is_leak(figures)):
        raise GateFailed("the model may not ship:\n" + "\n".join(failures))
    return failures


def facts_of(model: Model, dataset: Dataset, report: Mapping[str, Any]) -> dict[str, Any]:
    """Return the manifest's entries on data, proof and figures."""
    figures = report["candidates"][model.estimator]["figures"]
    return {
        "data": {
            "sha256": dataset.sha256,
            "rows": len(dataset.labels),
            "patients": report["data"]["patients"],
        },
        "parity": model.compiled.parity,
        "metrics": {
            "protocol": report["protocol"]["name"],
            **{name: figures[name] for name in _METRICS},
        },
        "warnings": report["warnings"],
    }
