"""Writes documents and errors as HTTP replies, and completes them for the event's source.

Only this module maps an error to a status.
"""

import json
import re
from collections.abc import Mapping, Sequence

from cytology.annotations import Any, NamedTuple
from predict.requests import Request
from runtime import errors
from runtime.errors import (
    InvalidSamples,
    MethodNotAllowed,
    RequestError,
    RequestTooLarge,
    SampleError,
)

_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False, ensure_ascii=False)

JSON = "application/json"
CSV = "text/csv"
PROBLEM = "application/problem+json"

#: Errors that an answer lists; further ones are counted. An answer to a request of 1 MB thus
#: stays below the 6 MB that Lambda returns.
MAX_LISTED_ERRORS = 10_000

#: Exception → status, problem type and title (RFC 9457).
PROBLEMS: dict[type[RequestError], tuple[int, str, str]] = {
    errors.MalformedRequest: (400, "malformed-request", "The request cannot be read"),
    errors.UnknownPath: (404, "unknown-path", "The path does not exist"),
    errors.MethodNotAllowed: (405, "method-not-allowed", "This path answers other methods"),
    errors.NotAcceptable: (406, "not-acceptable", "The service writes none of the accepted types"),
    errors.RequestTooLarge: (413, "request-too-large", "The request is too large"),
    errors.UnsupportedMediaType: (415, "unsupported-media-type", "The body's type is not read"),
    errors.InvalidSamples: (422, "invalid-samples", "No sample is valid"),
}

#: Characters up to which a body is sent as it is: compressing takes longer than it saves.
_UNCOMPRESSED_MAX = 4_096

_EXPOSED = "x-request-id, x-model-version, server-timing, etag"


class Tally(NamedTuple):
    """Counts of one request, for logs and metrics."""

    samples: int = 0
    invalid: int = 0
    positive: int = 0
    inconclusive: int = 0


class Reply(NamedTuple):
    """An HTTP answer, not yet in the form of a transport; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: str
    tally: Tally = Tally()


def json_reply(document: Mapping[str, Any], status: int = 200) -> Reply:
    """Return a JSON answer that must not be cached."""
    return Reply(status, {"content-type": JSON, "cache-control": "no-store"}, encode(document))


def encode(document: Mapping[str, Any]) -> str:
    """Return compact JSON; raise ValueError if a number is not finite."""
    return _ENCODER.encode(document)


def problem_reply(error: RequestError, request_id: str) -> Reply:
    """Return the problem document of a caller's error; it lists the error of every sample."""
    status, kind, title = PROBLEMS[type(error)]
    members: dict[str, Any] = {}
    if isinstance(error, InvalidSamples):
        members = {**error_entries(error.errors), **error.members}
    reply = problem(status, kind, title, error.detail, request_id, members)
    if isinstance(error, MethodNotAllowed):
        reply.headers["allow"] = ", ".join(error.allow)
    return reply


def failure_reply(request_id: str) -> Reply:
    """Return the answer to an error of the service: the request id, without the cause."""
    return problem(
        500,
        "internal-error",
        "The service failed",
        "this is an error of the service, not of the request; report the request id",
        request_id,
    )


def error_entries(errors: Sequence[SampleError]) -> dict[str, Any]:
    """Return the member ``errors``, and ``errors_omitted`` with the number of further ones."""
    if not errors:
        return {}
    listed = [
        {
            **({} if error.sample is None else {"sample": error.sample}),
            "field": error.field,
            "code": error.code,
            "message": error.message,
        }
        for error in errors[:MAX_LISTED_ERRORS]
    ]
    omitted = len(errors) - len(listed)
    return {"errors": listed, **({"errors_omitted": omitted} if omitted else {})}


def problem(
    status: int,
    kind: str,
    title: str,
    detail: str,
    request_id: str,
    members: Mapping[str, Any] | None = None,
) -> Reply:
    """Return a problem document (RFC 9457).

    Parameters
    ----------
    status
        The HTTP status.
    kind
        Last part of the problem's type; callers compare it, so it never changes.
    title
        One sentence for the kind.
    detail
        How to fix this request.
    request_id
        The id of the request in the log.
    members
        Further members, as :func:`error_entries` makes them.
    """
    document = {
        "type": f"urn:problem:cytology:{kind}",
        "title": title,
        "status": status,
        "detail": detail,
        "request_id": request_id,
        **(members or {}),
    }
    headers = {"content-type": PROBLEM, "cache-control": "no-store"}
    return Reply(status, headers, encode(document))


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
