"""Turns a Lambda event into an HTTP answer: the composition root, and the only side effects."""

import os
from time import perf_counter
from typing import Any

from predict.faults import RequestFault
from predict.requests import Request, read_request
from predict.responses import Reply, failure_reply, problem_reply
from predict.service import Service, Tally, load_service, predict
from predict.settings import read_settings
from predict.telemetry import Log, write_metrics

settings = read_settings(os.environ)
log = Log("predict", settings.log_level)
#: Loaded at start-up: a damaged artifact stops the deployment, not a patient's answer.
service: Service = load_service(settings)

_state: dict[str, Any] = {"cold": True, "router": None}


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Answer one HTTP event of API Gateway (payload format 2.0).

    Whatever the event, the result is an HTTP answer: a request at fault is told so, and a fault of
    our own is 500 with the request id.
    """
    started = perf_counter()
    request_id = getattr(context, "aws_request_id", "local")
    route, tally = "unreadable", Tally()
    try:
        request = read_request(event, request_id)
        request_id, route = request.id, "other"
        if request.method == "POST" and request.path == "/v1/predict":
            route = "predict"
            reply, tally = predict(service, request)
        else:
            reply = _router_answer(request)
    except RequestFault as fault:
        reply = problem_reply(fault, request_id)
    # The last line of defence: the caller must get an answer, and the log the place of the fault
    except Exception as error:  # noqa: BLE001
        reply = failure_reply(request_id)
        # error() and not exception(): a traceback quotes source values, and a log may hold none
        log.error(  # noqa: TRY400
            "failed", request_id=request_id, error=type(error).__name__, place=_place(error)
        )
    return _finish(reply, route, tally, request_id, started)


def _router_answer(request: Request) -> Reply:
    if _state["router"] is None:
        # Imported when first needed: the resolver costs as much as all the rest of a cold start
        from predict.routes import Router

        _state["router"] = Router(service)
    reply: Reply = _state["router"].answer(request)
    return reply


def _finish(
    reply: Reply, route: str, tally: Tally, request_id: str, started: float
) -> dict[str, Any]:
    """Add what every answer carries, write one log line and one metrics line, and return it."""
    duration_ms = (perf_counter() - started) * 1e3
    cold, _state["cold"] = _state["cold"], False
    reply.headers["x-request-id"] = request_id
    reply.headers["x-model-version"] = service.artifact.version
    reply.headers["x-content-type-options"] = "nosniff"
    reply.headers["server-timing"] = f"app;dur={duration_ms:.3f}" + (", cold" if cold else "")
    log.info(
        "answered",
        request_id=request_id,
        route=route,
        status=reply.status,
        cold_start=cold,
        duration_ms=round(duration_ms, 3),
        **tally._asdict(),
    )
    _measure(reply.status, tally, duration_ms, cold)
    return {
        "statusCode": reply.status,
        "headers": reply.headers,
        "body": reply.body,
        "isBase64Encoded": False,
    }


def _measure(status: int, tally: Tally, duration_ms: float, cold: bool) -> None:
    counts = {
        "ColdStarts": int(cold),
        "Rejected": int(400 <= status < 500),
        "Failed": int(status >= 500),
        "Samples": tally.samples,
        "SamplesInvalid": tally.invalid,
        "SamplesPositive": tally.positive,
        "SamplesInconclusive": tally.inconclusive,
    }
    write_metrics(
        "TumourClassification",
        "predict",
        {
            "Duration": ("Milliseconds", duration_ms),
            **{name: ("Count", count) for name, count in counts.items()},
        },
    )


def _place(error: BaseException) -> str:
    """File and line where an error arose; never its text, which may quote a sample."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    if trace is None:
        return "unknown"
    return f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"
