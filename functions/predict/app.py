"""The Lambda handler: loads the service, answers events through the routes, writes the log."""

import os
from contextlib import suppress
from time import perf_counter

from cytology.annotations import Any
from predict.requests import read_request
from predict.responses import Circumstances, Reply, complete, failure_reply, problem_reply
from predict.routes import answer, find_route
from predict.service import Service, load_service
from runtime.errors import RequestError
from runtime.settings import read_settings
from runtime.telemetry import Journal, Log, place_of

#: Metrics of every request, with CloudWatch's units.
UNITS = {
    "Duration": "Milliseconds",
    "ColdStarts": "Count",
    "Rejected": "Count",
    "Failed": "Count",
    "Samples": "Count",
    "SamplesInvalid": "Count",
    "SamplesPositive": "Count",
    "SamplesInconclusive": "Count",
}

settings = read_settings(os.environ)
log = Log("predict", settings.log_level)
journal = Journal(log, settings.metrics_namespace, UNITS)
#: Loaded at the start: a damaged artifact stops the deployment, not an answer.
service: Service = load_service(settings)

_state = {"cold": True}


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Answer one HTTP event of API Gateway, a load balancer or VPC Lattice.

    Every event gets an HTTP answer, also after an error of the service.
    """
    request_id = str(getattr(context, "aws_request_id", "local"))
    try:
        if settings.origin_secret:
            # Imported here: a stage without a WAF never needs it
            from predict.origin import REFUSAL, has_secret

            if not has_secret(event, settings.origin_secret):
                return dict(REFUSAL)
        return _answer(event, request_id)
    # An error outside the routes: the caller still gets an answer
    except Exception as error:  # noqa: BLE001
        with suppress(Exception):
            _log_error(error, request_id)
        reply = failure_reply(request_id)
        return {
            "statusCode": reply.status,
            "headers": reply.headers,
            "body": reply.body,
            "isBase64Encoded": False,
        }


def _answer(event: Any, request_id: str) -> dict[str, Any]:
    started = perf_counter()
    route, request = "unreadable", None
    try:
        request = read_request(event, request_id, settings.base_path)
        request_id = request.id
        found = find_route(request.method, request.path)
        route = found.name if found else "other"
        reply = answer(service, request)
    except RequestError as error:
        reply = problem_reply(error, request_id)
    # An error of the service: answer 500, and log where it arose
    except Exception as error:  # noqa: BLE001
        reply = failure_reply(request_id)
        _log_error(error, request_id)
    about = Circumstances(
        request_id=request_id,
        model_version=service.artifact.version,
        duration_ms=(perf_counter() - started) * 1e3,
        cold=_state["cold"],
        allowed_origins=settings.allowed_origins,
    )
    _state["cold"] = False
    _record(reply, route, about)
    return complete(reply, request, about)


def _log_error(error: Exception, request_id: str) -> None:
    # Not log.exception(): a traceback quotes source values, and a log may hold none
    log.error("failed", request_id=request_id, error=type(error).__name__, place=place_of(error))


def _record(reply: Reply, route: str, about: Circumstances) -> None:
    """Write the request's line; it holds no content of the request."""
    journal.enter(
        "answered",
        {"request_id": about.request_id, "route": route, "status": reply.status},
        {
            "Duration": round(about.duration_ms, 3),
            "ColdStarts": int(about.cold),
            "Rejected": int(400 <= reply.status < 500),
            "Failed": int(reply.status >= 500),
            "Samples": reply.tally.samples,
            "SamplesInvalid": reply.tally.invalid,
            "SamplesPositive": reply.tally.positive,
            "SamplesInconclusive": reply.tally.inconclusive,
        },
    )
