"""Turns a request into an answer: the one predict call that every route and adapter shares."""

from typing import Any, NamedTuple

from cytology.artifact import SCORECARD, Artifact, load_artifact
from cytology.measurements import InvalidMeasurements, Sample, read_sample
from cytology.prediction import Engine, Prediction
from cytology.schema import Schema
from predict.engines import load_engine
from predict.faults import (
    InvalidSamples,
    MalformedRequest,
    RequestTooLarge,
    SampleFault,
    UnsupportedMediaType,
)
from predict.requests import Request, media_type, read_body, read_json
from predict.responses import JSON, Reply, fault_entries, json_reply
from predict.settings import Settings

#: Reasons are given without being asked for up to this many samples; they are most of an answer.
EXPLAINED_BY_DEFAULT = 100


class Tally(NamedTuple):
    """What one request amounted to, for logs and metrics: numbers only, nothing of a sample."""

    samples: int = 0
    invalid: int = 0
    positive: int = 0
    inconclusive: int = 0


class Service(NamedTuple):
    """A loaded, checked model and the limits under which it answers."""

    artifact: Artifact
    engine: Engine
    settings: Settings


def load_service(settings: Settings) -> Service:
    """Load and check everything before the first request.

    Raises
    ------
    cytology.artifact.ArtifactMismatch
        The artifact is missing, damaged or not made for these libraries.
    """
    artifact = load_artifact(settings.model_dir)
    return Service(artifact, load_engine(artifact, settings.engine), settings)


def model_identity(service: Service) -> dict[str, str]:
    """Name, version and engine, as every answer states them."""
    return {
        "name": service.artifact.name,
        "version": service.artifact.version,
        "engine": service.engine.name,
    }


def predict(service: Service, request: Request) -> tuple[Reply, Tally]:
    """Answer POST /v1/predict.

    Raises
    ------
    predict.faults.RequestFault
        The request as a whole cannot be answered; InvalidSamples where no sample is valid.
    """
    if media_type(request) != JSON:
        raise UnsupportedMediaType("send application/json")
    explain = _explain(request)
    document = read_json(read_body(request, service.settings.max_body_bytes))
    values = _sample_values(document, service)
    samples, faults = _read_samples(values, service.artifact.schema)
    valid = [sample for sample in samples if sample is not None]
    if not valid:
        raise InvalidSamples(_summary(len(values)), faults)
    answers = service.engine.predict(
        [sample.row for sample in valid],
        explain=len(values) <= EXPLAINED_BY_DEFAULT if explain is None else explain,
    )
    remaining = iter(answers)
    predictions = [
        None if sample is None else _entry(sample, next(remaining), service.artifact.schema)
        for sample in samples
    ]
    reply = json_reply(
        {
            "model": model_identity(service),
            "predictions": predictions,
            **fault_entries(faults),
        }
    )
    positive = service.artifact.schema.positive
    tally = Tally(
        samples=len(values),
        invalid=len(values) - len(valid),
        positive=sum(answer.label == positive for answer in answers),
        inconclusive=sum(answer.inconclusive for answer in answers),
    )
    return reply, tally


def describe_model(service: Service) -> Reply:
    """Answer GET /v1/model: what is served, how it decides, and what it must not be used for."""
    artifact, decision = service.artifact, service.artifact.decision
    schema, manifest = artifact.schema, artifact.manifest
    card = None
    if SCORECARD in manifest["files"]:
        # Parsed again on demand: the engine keeps a faster form
        card = read_json(artifact.read(SCORECARD))
    return json_reply(
        {
            **model_identity(service),
            "title": schema.title,
            "created": manifest["created"],
            "estimator": manifest["estimator"],
            "classes": list(schema.class_names),
            "positive": schema.positive,
            "threshold": decision.threshold,
            "conformal": {
                "level": decision.level,
                f"{decision.negative}_at_most": decision.negative_at_most,
                f"{decision.positive}_at_least": decision.positive_at_least,
            },
            "features": [
                {
                    "name": feature.name,
                    "label": feature.label,
                    "help": feature.help,
                    "low": feature.low,
                    "high": feature.high,
                    "min": feature.minimum,
                    "max": feature.maximum,
                    "may_be_missing": feature.may_be_missing,
                }
                for feature in schema.features
            ],
            "scorecard": card,
            "metrics": manifest.get("metrics"),
            "data": manifest["data"],
            "limits": {
                "samples": service.settings.max_samples,
                "bytes": service.settings.max_body_bytes,
            },
            "limits_of_use": list(schema.limits_of_use),
        }
    )


def report_health(service: Service) -> Reply:
    """Answer GET /v1/health; a service that is not ready fails at start-up and never gets here."""
    return json_reply({"status": "ready", "model": model_identity(service)})


def _explain(request: Request) -> bool | None:
    asked = request.query.get("explain")
    if asked is None:
        return None
    if asked not in ("true", "false"):
        raise MalformedRequest("explain must be true or false")
    return asked == "true"


def _sample_values(document: Any, service: Service) -> list[Any]:
    """Return the samples as sent: the list under "samples", or the one bare sample."""
    if not isinstance(document, dict) or "samples" not in document:
        return [document]
    values = document["samples"]
    if len(document) > 1:
        raise InvalidSamples(
            "the request names unknown fields",
            [SampleFault(None, "", 'beside "samples" no other field is known')],
        )
    if not isinstance(values, list) or not values:
        raise InvalidSamples(
            "the request holds no samples",
            [SampleFault(None, "samples", "samples must be an array of at least one sample")],
        )
    if len(values) > service.settings.max_samples:
        raise RequestTooLarge(
            f"at most {service.settings.max_samples:,} samples a request; split the request"
        )
    return values


def _read_samples(
    values: list[Any], schema: Schema
) -> tuple[list[Sample | None], list[SampleFault]]:
    samples: list[Sample | None] = []
    faults: list[SampleFault] = []
    for index, value in enumerate(values):
        try:
            samples.append(read_sample(value, schema))
        except InvalidMeasurements as invalid:
            samples.append(None)
            faults += [SampleFault(index, *fault) for fault in invalid.faults]
    return samples, faults


def _summary(count: int) -> str:
    return "the sample breaks a rule" if count == 1 else f"none of the {count:,} samples is valid"


def _entry(sample: Sample, answer: Prediction, schema: Schema) -> dict[str, Any]:
    entry: dict[str, Any] = {} if sample.id is None else {"id": sample.id}
    entry |= {
        "label": answer.label,
        "probability": answer.probability,
        "inconclusive": answer.inconclusive,
        "prediction_set": answer.prediction_set,
        "threshold": answer.threshold,
    }
    if answer.reasons is not None:
        entry["base"] = answer.reasons.base
        entry["contributions"] = dict(zip(schema.names, answer.reasons.contributions, strict=True))
        entry["contributions_exact"] = answer.reasons.exact
        entry["what_would_change"] = dict(
            zip(schema.names, answer.reasons.what_would_change, strict=True)
        )
        entry["fragility"] = answer.reasons.fragility
        entry["fragility_exact"] = answer.reasons.fragility_exact
    if answer.probability_range is not None:
        entry["probability_range"] = answer.probability_range
    entry["warnings"] = [caution._asdict() for caution in answer.warnings]
    return entry
