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

#: Bytes from which a body is answered in another process: about 200 samples, 5 ms.
LARGE_BYTES = 4_096

#: Seconds in which a whole body must arrive.
BODY_S = 30

#: Bytes read of a body that is too large; a sender that cannot send reads no refusal.
_DROPPED_BYTES = 10 * 1024 * 1024

_numbers = itertools.count(1)


async def answer(request: Request, large: LargeRequests) -> Response:
    """Return the handler's answer to one request; API Gateway's limits hold for the body."""
    request_id = f"local-{next(_numbers)}"
    if "transfer-encoding" in request.headers:
        # The length is unknown; with content-length as well, proxies may see another end
        remedy = "send content-length, and no transfer-encoding"
        return _refuse(411, "The body has no length", remedy, request_id)
    try:
        async with asyncio.timeout(BODY_S):
            body = await _read_body(request)
    except TimeoutError:
        remedy = f"send the whole body within {BODY_S} seconds"
        return _refuse(408, "The body arrived too slowly", remedy, request_id)
    except ClientDisconnect:
        log.info("upload aborted", request_id=request_id)
        return Response(status_code=400)  # the client has closed the connection
    event = to_event(request, body, request_id)
    if len(body) < LARGE_BYTES and "content-encoding" not in request.headers:
        answered = handler(event, Context(request_id))
    else:
        answered = await large.answer(event, request_id)
    return to_response(answered, request.method)


async def _read_body(request: Request) -> bytes:
    """Return the body; empty if its declared length is too large, which the handler refuses."""
    if not is_declared_larger(request.headers, settings.max_body_bytes):
        return await request.body()
    dropped = 0
    if "expect" not in request.headers:  # else the client waits for "100 Continue" first
        async for chunk in request.stream():
            dropped += len(chunk)
            if dropped > _DROPPED_BYTES:
                break
    return b""


def _refuse(status: int, title: str, remedy: str, request_id: str) -> Response:
    """Return a problem document that closes the connection, since its state is unknown."""
    log.info("refused", request_id=request_id, status=status)
    kind = {408: "request-timeout", 411: "length-required"}[status]
    reply = problem(status, kind, title, remedy, request_id)
    return Response(reply.body, status, reply.headers | {"connection": "close"})
