"""Turns SageMaker's container contract into the predict call: GET /ping, POST /invocations."""

from typing import Any

from predict.batches import read_batch, read_values
from predict.requests import Request, media_type, read_body
from predict.responses import JSON, Reply
from predict.service import EXPLAINED_BY_DEFAULT, Service, answer_batch, report_health
from runtime.errors import InvalidSamples, SampleError
from runtime.strict_json import read_json


def ping(service: Service, request: Request) -> Reply:
    """Answer GET /ping: 200 once the container can serve."""
    return report_health(service, request)


def invoke(service: Service, request: Request) -> Reply:
    """Answer POST /invocations.

    CSV as in POST /v1/predict. JSON also in the forms that clients of SageMaker containers send:
    ``{"instances": […]}``, or a bare array of samples.

    Raises
    ------
    runtime.errors.RequestError
        As :func:`predict.service.predict` does.
    """
    schema, settings = service.artifact.schema, service.settings
    if media_type(request) == JSON:
        document = read_json(read_body(request, settings.max_body_bytes))
        batch = read_values(_samples(document), schema, settings)
    else:
        batch = read_batch(request, schema, settings)
    explain = len(batch.samples) <= EXPLAINED_BY_DEFAULT
    return answer_batch(service, batch, request, explain=explain)


def _samples(document: Any) -> list[Any]:
    values = document
    if isinstance(document, dict):
        values = next((document[key] for key in ("instances", "samples") if key in document), None)
        if values is None:
            return [document]
    if not isinstance(values, list) or not values:
        raise InvalidSamples(
            "the request holds no samples",
            [SampleError(None, "instances", "no_samples", "send an array of at least one sample")],
        )
    # One sample as a flat array of scores, or an array of samples
    flat = not any(isinstance(value, list | dict) for value in values)
    return [values] if flat else values
