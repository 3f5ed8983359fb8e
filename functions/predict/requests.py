"""Reads an HTTP event into a Request, and its body into bytes."""

import re
from collections.abc import Mapping

from cytology.annotations import Any, NamedTuple, TypeGuard
from runtime.errors import (
    MalformedRequest,
    NotAcceptable,
    RequestTooLarge,
    UnsupportedMediaType,
)

#: Request ids that are safe in a header, the log and a problem document.
_HARMLESS_ID = re.compile(r"[A-Za-z0-9._=+/-]{1,128}")

#: Bytes of a body. Lambda returns at most 6,291,556, a load balancer 1 MB, headers included.
LAMBDA_ANSWER_BYTES, BALANCER_ANSWER_BYTES = 6_200_000, 1_000_000


class Request(NamedTuple):
    """The parts of an event that routes read; header names are in lower case.

    ``body`` is encoded as it was sent; :func:`read_body` returns its bytes.
    """

    id: str
    method: str
    path: str
    headers: dict[str, str]
    query: dict[str, str]
    body: str
    body_is_base64: bool
    #: Most bytes of an answer that the event's source transmits.
    max_answer_bytes: int = LAMBDA_ANSWER_BYTES
    #: True for a load balancer that requires lists as values of headers.
    wants_lists: bool = False


def read_request(event: Any, fallback_id: str, base_path: str = "") -> Request:
    """Read an event of an HTTP API (payload 2.0 or 1.0), REST API, load balancer or VPC Lattice.

    Parameters
    ----------
    event
        The event as Lambda passes it.
    fallback_id
        The request id if the event has none that is safe to log.
    base_path
        A prefix that is removed from the path.

    Raises
    ------
    MalformedRequest
        The event is no HTTP request, for example a bare sample in a direct invocation.
    """
    if not isinstance(event, dict):
        raise MalformedRequest("the event must be an HTTP request from API Gateway")
    if isinstance(event.get("method"), str):
        # Imported here: most events come from API Gateway
        from predict.adapters.lattice import as_rest_event

        event = as_rest_event(event)
    context = event.get("requestContext")
    context = context if isinstance(context, dict) else {}
    method, path = _method_and_path(event, context, base_path)
    body = event.get("body")
    request_id = context.get("requestId")
    return Request(
        id=request_id if _is_harmless(request_id) else fallback_id,
        method=method,
        path=path,
        headers={
            name.lower(): value
            for name, value in _joined(event, "headers", "multiValueHeaders").items()
            if isinstance(value, str)
        },
        query={
            name: value
            for name, value in _joined(
                event, "queryStringParameters", "multiValueQueryStringParameters"
            ).items()
            if isinstance(value, str)
        },
        body=body if isinstance(body, str) else "",
        body_is_base64=event.get("isBase64Encoded") is True,
        max_answer_bytes=BALANCER_ANSWER_BYTES if "elb" in context else LAMBDA_ANSWER_BYTES,
        wants_lists="elb" in context and "headers" not in event,
    )


def _method_and_path(
    event: dict[str, Any], context: dict[str, Any], base_path: str
) -> tuple[str, str]:
    http = context.get("http")
    method = (http.get("method") if isinstance(http, dict) else None) or event.get("httpMethod")
    path = event.get("rawPath") or event.get("path")
    if not isinstance(method, str) or not isinstance(path, str):
        raise MalformedRequest(
            "the event must be an HTTP request from API Gateway, with a method and a path; "
            "see events/ for examples"
        )
    # Only HTTP APIs set "version", and only they put the stage into this path. In a REST API with a
    # stage called v1, the v1 of /v1/predict is not the stage
    if "version" in event:
        path = _without_stage(path, context.get("stage"))
    path = without_base(path, base_path)
    return method.upper(), path[:-1] if len(path) > 1 and path.endswith("/") else path


def _is_harmless(request_id: Any) -> TypeGuard[str]:
    """False for ids of a direct invocation, which may hold anything."""
    return isinstance(request_id, str) and _HARMLESS_ID.fullmatch(request_id) is not None


def _joined(event: dict[str, Any], single: str, multiple: str) -> dict[str, Any]:
    """Return values by name; several values of one name are joined by commas, as in payload 2.0.

    Payload 1.0 sends both a single value and a list for each name; a load balancer one of them.
    """
    values = event.get(single)
    found = values if isinstance(values, dict) else {}
    lists = event.get(multiple)
    if isinstance(lists, dict):
        found = found | {
            name: ",".join(each)
            for name, each in lists.items()
            if isinstance(each, list) and all(isinstance(value, str) for value in each)
        }
    return found


def without_base(path: str, base_path: str) -> str:
    """Return the path below the base path; other paths stay as they are."""
    return path[len(base_path) :] if path.startswith(f"{base_path}/") else path


def _without_stage(path: str, stage: Any) -> str:
    """HTTP APIs put a named stage before the path; the default stage leaves it alone."""
    prefix = f"/{stage}/"
    return path[len(prefix) - 1 :] if isinstance(stage, str) and path.startswith(prefix) else path


def media_type(request: Request) -> str:
    """Return the declared media type without parameters, in lower case.

    Raises
    ------
    UnsupportedMediaType
        None is declared, or its charset is not UTF-8.
    """
    declared = request.headers.get("content-type", "")
    kind, _, parameters = declared.partition(";")
    if not kind.strip():
        raise UnsupportedMediaType("content-type is missing; send application/json")
    _, _, charset = parameters.lower().partition("charset=")
    if charset.partition(";")[0].strip(' "') not in ("", "utf-8", "utf8"):
        raise UnsupportedMediaType("the charset must be utf-8")
    return kind.strip().lower()


def prefers_csv(request: Request) -> bool:
    """Return whether the accept header ranks text/csv above JSON.

    Raises
    ------
    NotAcceptable
        The header permits neither.
    """
    accepted = request.headers.get("accept", "").lower()
    if accepted in ("", "*/*", "application/json"):
        return False  # as nearly every request
    csv = json = 0.0
    for part in accepted.split(","):
        kind, _, parameters = part.partition(";")
        quality = re.search(r"q\s*=\s*([01](?:\.\d{0,3})?)", parameters)
        rank = float(quality[1]) if quality else 1.0
        # A named type ranks above a wildcard
        if kind.strip() in ("text/csv", "text/*"):
            csv = max(csv, rank)
        elif kind.strip() == "application/json":
            json = max(json, rank)
        elif kind.strip() in ("*/*", "application/*"):
            json = max(json, rank - 0.0001)
    if csv == json == 0:
        raise NotAcceptable("this path answers application/json and text/csv")
    return csv > json


def read_body(request: Request, max_bytes: int) -> bytes:
    """Return the body's bytes, decompressed if they are gzipped.

    Raises
    ------
    RequestTooLarge
        The body exceeds ``max_bytes``, before or after decompression.
    MalformedRequest
        The body is not the base64 or gzip that it is declared as.
    UnsupportedMediaType
        The content encoding is neither gzip nor identity.
    """
    # Base64 has four characters for three bytes: refuse a body that is too long before decoding
    if len(request.body) > (max_bytes + 2) // 3 * 4 + 4 or is_declared_larger(
        request.headers, max_bytes
    ):
        raise _too_large(max_bytes)
    if request.body_is_base64:
        # Imported here: API Gateway sends JSON as text
        import base64
        import binascii

        try:
            content = base64.b64decode(request.body, validate=True)
        except (binascii.Error, ValueError):
            raise MalformedRequest("the body is marked as base64 but is not base64") from None
    else:
        # A lone surrogate must not become an error of the service
        content = request.body.encode("utf-8", "surrogatepass")
    if len(content) > max_bytes:
        raise _too_large(max_bytes)
    packing = request.headers.get("content-encoding", "identity").strip().lower()
    if packing == "gzip":
        return _unzip(content, max_bytes)
    if packing not in ("identity", ""):
        raise UnsupportedMediaType("content-encoding must be gzip or absent")
    return content


def is_declared_larger(headers: Mapping[str, str], max_bytes: int) -> bool:
    """Return whether the length that a request declares is over the limit."""
    declared = headers.get("content-length", "")
    # int() raises on thousands of digits; ten digits exceed any limit
    return declared.isdecimal() and (len(declared) > 9 or int(declared) > max_bytes)


def _unzip(content: bytes, max_bytes: int) -> bytes:
    # Imported here: few requests are packed
    import zlib

    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        # One byte above the limit shows a zip bomb without decompressing all of it
        unpacked = unpacker.decompress(content, max_bytes + 1)
    except zlib.error:
        raise MalformedRequest("the body is marked as gzip but is not gzip") from None
    if len(unpacked) > max_bytes:
        raise _too_large(max_bytes)
    if not unpacker.eof:
        raise MalformedRequest("the gzipped body is cut short")
    if unpacker.unused_data:
        # gzip files may be joined end to end; reading only the first would lose rows
        raise MalformedRequest("more follows the gzipped body; pack it in one piece")
    return unpacked


def _too_large(max_bytes: int) -> RequestTooLarge:
    return RequestTooLarge(f"the body may hold at most {max_bytes:,} bytes; split the request")
