"""Describes the served model: GET /v1/model."""

from cytology.annotations import Any
from cytology.artifact import COMPILED, GOLDEN_TOLERANCE, Artifact
from cytology.description import describe_feature
from cytology.feature import Feature
from cytology.levels import Levels
from cytology.scorecard import is_additive, parse_scorecard
from predict.requests import Request
from predict.responses import Reply, json_reply
from predict.service import Service, model_identity
from runtime.strict_json import read_json


def describe_model(service: Service, request: Request) -> Reply:
    """Answer GET /v1/model: what is served, how it decides, and what it must not be used for."""
    tag = f'"{service.artifact.version}-{service.engine.name}"'
    headers = {"etag": tag, "cache-control": "public, max-age=300"}
    asked = request.headers.get("if-none-match", "")
    if tag in asked or asked.strip() == "*":
        return Reply(304, headers, "")
    reply = json_reply(_model_document(service))
    return reply._replace(headers=reply.headers | headers)


def _model_document(service: Service) -> dict[str, Any]:
    artifact, decision = service.artifact, service.artifact.decision
    schema, manifest = artifact.schema, artifact.manifest
    return {
        **model_identity(service),
        "title": schema.title,
        "lead": schema.lead,
        "created": manifest["created"],
        "estimator": manifest["estimator"],
        "classes": list(schema.class_names),
        "class_labels": {item.name: item.label or item.name for item in schema.classes},
        "positive": schema.positive,
        "threshold": decision.threshold,
        "prevalence": decision.prevalence,
        "tolerance": GOLDEN_TOLERANCE,
        "link": decision.link._asdict(),
        "given": decision.given._asdict(),
        "conformal": {
            "level": decision.level,
            f"{decision.negative}_at_most": decision.negative_at_most,
            f"{decision.positive}_at_least": decision.positive_at_least,
        },
        "features": [
            _describe(feature, levels)
            for feature, levels in zip(schema.features, decision.levels, strict=True)
        ],
        "missing_at_most": schema.missing_at_most,
        "scorecard": _scorecard(artifact),
        "metrics": manifest.get("metrics"),
        "data": manifest["data"],
        "limits": {
            "samples": service.settings.max_samples,
            "bytes": service.settings.max_body_bytes,
        },
        "limits_of_use": list(schema.limits_of_use),
        "gate": schema.gate,
        "examples": [
            {
                "label": example.label,
                "measurements": dict(zip(schema.names, example.row, strict=True)),
            }
            for example in schema.examples
        ],
        "translations": schema.translations,
    }


def _describe(feature: Feature, levels: Levels) -> dict[str, Any]:
    """Return one feature; ``levels`` only where they are not its scores or categories."""
    found = describe_feature(feature)
    if levels.bounds:
        found["levels"] = {"values": levels.values, "bounds": levels.bounds}
    return found


def _scorecard(artifact: Artifact) -> dict[str, Any] | None:
    """Base and points of an additive model, None of another; read again when it is asked for."""
    if COMPILED not in artifact.manifest["files"]:
        return None
    document = read_json(artifact.read(COMPILED))
    if not is_additive(document):
        return None
    card = parse_scorecard(document, artifact.schema, artifact.decision)
    return {"base": card.base, "points": card.by_name()}
