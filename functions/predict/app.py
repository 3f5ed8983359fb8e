"""Turns a Lambda event into an HTTP answer: the composition root, and the only side effects."""

import os
from time import perf_counter
from typing import Any

from predict.envelope import Circumstances, seal
from predict.requests import read_request
from predict.responses import Reply, failure_reply, problem_reply
from predict.routes import answer, find_route
from predict.service import Service, load_service
from runtime.errors import RequestError
from runtime.settings import read_settings
from runtime.telemetry import Journal, Log, place_of

#: Metrics of every request.
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
#: Loaded at start-up: a damaged artifact stops the deployment, not a patient's answer.
service: Service = load_service(settings)

_state = {"cold": True}


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Answer one HTTP event of API Gateway (payload format 2.0, or 1.0 as REST APIs send it).

    Whatever the event, the result is an HTTP answer: a request at error is told so, and a error of
    our own is 500 with the request id.
    """
    if settings.origin_secret:
        # Imported here: a stage without a WAF never needs it
        from predict.origin import REFUSAL, has_secret

        if not has_secret(event, settings.origin_secret):
            return dict(REFUSAL)
    started = perf_counter()
    request_id = getattr(context, "aws_request_id", "local")
    route, request = "unreadable", None
    try:
        request = read_request(event, request_id, settings.base_path)
        request_id = request.id
        found = find_route(request.method, request.path)
        route = found.name if found else "other"
        reply = answer(service, request)
    except RequestError as error:
        reply = problem_reply(error, request_id)
    # The last line of defence: the caller must get an answer, and the log the place of the error
    except Exception as error:  # noqa: BLE001
        reply = failure_reply(request_id)
        # error() and not exception(): a traceback quotes source values, and a log may hold none
        log.error(  # noqa: TRY400
            "failed", request_id=request_id, error=type(error).__name__, place=place_of(error)
        )
    about = Circumstances(
        request_id=request_id,
        model_version=service.artifact.version,
        duration_ms=(perf_counter() - started) * 1e3,
        cold=_state["cold"],
        allowed_origins=settings.allowed_origins,
    )
    _state["cold"] = False
    _record(reply, route, about)
    return seal(reply, request, about)


def _record(reply: Reply, route: str, about: Circumstances) -> None:
    """Write what the request amounted to; numbers only."""
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
