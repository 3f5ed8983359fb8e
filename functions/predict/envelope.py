"""Completes a reply: adds headers, compresses it, and gives it the form of the event's source."""

import re
from typing import Any, NamedTuple

from predict.requests import Request
from predict.responses import Reply, problem_reply
from runtime.errors import RequestTooLarge

#: Characters up to which a body is sent as it is: compressing takes longer than it saves.
_UNCOMPRESSED_MAX = 4_096

_EXPOSED = "x-request-id, x-model-version, server-timing, etag"


class Circumstances(NamedTuple):
    """Facts about a request that the headers and the log state."""

    request_id: str
    model_version: str
    duration_ms: float
    cold: bool
    allowed_origins: tuple[str, ...]


def complete(reply: Reply, request: Request | None, about: Circumstances) -> dict[str, Any]:
    """Return the answer with all headers; gzipped if it is long and the caller accepts gzip.

    Parameters
    ----------
    reply
        The route's reply.
    request
        None if the event could not be read.
    about
        Facts for the headers.
    """
    if request and len(reply.body) > request.max_answer_bytes:
        error = RequestTooLarge("the answer would be larger than can be sent; split the request")
        reply = problem_reply(error, about.request_id)
    headers = reply.headers
    headers["x-request-id"] = _echoed_id(request) or about.request_id
    headers["x-model-version"] = about.model_version
    headers["x-content-type-options"] = "nosniff"
    headers["server-timing"] = f"app;dur={about.duration_ms:.3f}" + (", cold" if about.cold else "")
    if about.allowed_origins:
        headers |= _cors(request, about.allowed_origins)
    body, packed = reply.body, False
    if len(body) > _UNCOMPRESSED_MAX:
        headers["vary"] = "accept-encoding" + (", origin" if about.allowed_origins else "")
        if request and "gzip" in request.headers.get("accept-encoding", "").lower():
            headers["content-encoding"] = "gzip"
            body, packed = _compress(body), True
    answer = {"statusCode": reply.status, "body": body, "isBase64Encoded": packed}
    if request and request.wants_lists:
        return answer | {"multiValueHeaders": {name: [value] for name, value in headers.items()}}
    return answer | {"headers": headers}


def _echoed_id(request: Request | None) -> str | None:
    """Return the caller's own request id if its characters are safe in a header and a log."""
    sent = request.headers.get("x-request-id", "") if request else ""
    return sent if re.fullmatch(r"[A-Za-z0-9._-]{1,64}", sent) else None


def _cors(request: Request | None, allowed: tuple[str, ...]) -> dict[str, str]:
    origin = request.headers.get("origin", "") if request else ""
    if origin not in allowed:
        return {"vary": "origin"}
    return {
        "vary": "origin",
        "access-control-allow-origin": origin,
        "access-control-expose-headers": _EXPOSED,
    }


def _compress(body: str) -> str:
    # Imported here: most answers are short
    import base64
    import zlib

    packer = zlib.compressobj(level=1, wbits=zlib.MAX_WBITS | 16)
    return base64.b64encode(packer.compress(body.encode()) + packer.flush()).decode()
