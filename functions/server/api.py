"""Answers one HTTP request of the API: reads its body within limits and calls the handler."""

import asyncio
import itertools

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from predict.app import handler, log, settings
from predict.requests import is_declared_larger
from predict.responses import problem
from server.gateway import Context, to_event, to_response
from server.large import LargeRequests

#: Bytes of a body from which on another process answers: some 200 samples, 5 ms of a processor.
LARGE_BYTES = 4_096

#: Seconds in which a whole body must arrive.
BODY_S = 30

#: Bytes of a body too large that are read and dropped, so that its sender reads the refusal.
_DROPPED_BYTES = 10 * 1024 * 1024

_numbers = itertools.count(1)


async def answer(request: Request, large: LargeRequests) -> Response:
    """Pass one request through the handler, as API Gateway would."""
    request_id = f"local-{next(_numbers)}"
    if "transfer-encoding" in request.headers:
        # Nobody knows how much will come; and where a length is given too, proxies read another end
        return _refuse(411, "length-required", "The body has no length", request_id)
    try:
        async with asyncio.timeout(BODY_S):
            body = await _read_body(request)
    except TimeoutError:
        return _refuse(408, "request-timeout", "The body arrived too slowly", request_id)
    except ClientDisconnect:
        log.info("upload aborted", request_id=request_id)
        return Response(status_code=400)  # its sender is gone
    event = to_event(request, body, request_id)
    if len(body) < LARGE_BYTES and "content-encoding" not in request.headers:
        answered = handler(event, Context(request_id))
    else:
        answered = await large.answer(event, request_id)
    return to_response(answered, request.method)


async def _read_body(request: Request) -> bytes:
    """Return the body; nothing of one that is declared too large, which the handler refuses."""
    if not is_declared_larger(request.headers, settings.max_body_bytes):
        return await request.body()
    dropped = 0
    if "expect" not in request.headers:  # else its sender waits for leave to send the body
        async for chunk in request.stream():
            dropped += len(chunk)
            if dropped > _DROPPED_BYTES:
                break
    return b""


def _refuse(status: int, kind: str, title: str, request_id: str) -> Response:
    """Answer with a problem document, and close the connection: its state is unknown."""
    log.info("refused", request_id=request_id, status=status)
    reply = problem(status, kind, title, _REMEDIES[status], request_id)
    return Response(reply.body, status, reply.headers | {"connection": "close"})


_REMEDIES = {
    408: f"send the whole body within {BODY_S} seconds",
    411: "send content-length, and no transfer-encoding",
}
