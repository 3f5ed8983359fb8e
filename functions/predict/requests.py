"""Turns an HTTP event into a Request, and its body into JSON that hides no surprises."""

import base64
import binascii
import json
import math
from typing import Any, NamedTuple

from predict.faults import MalformedRequest, RequestTooLarge, UnsupportedMediaType


class Request(NamedTuple):
    """What the routes need of an event; header names are in lower case.

    ``body`` is still encoded as it came: :func:`read_body` turns it into bytes.
    """

    id: str
    method: str
    path: str
    headers: dict[str, str]
    query: dict[str, str]
    body: str
    body_is_base64: bool


def read_request(event: Any, fallback_id: str) -> Request:
    """Read a payload-v2 event; payload v1 and load balancer events share enough to be read too.

    Raises
    ------
    MalformedRequest
        The event is no HTTP request, as when the function is invoked directly with a bare sample.
    """
    if not isinstance(event, dict):
        raise MalformedRequest("the event must be an HTTP request from API Gateway")
    context = event.get("requestContext")
    context = context if isinstance(context, dict) else {}
    http = context.get("http")
    http = http if isinstance(http, dict) else {}
    method = http.get("method") or event.get("httpMethod")
    path = event.get("rawPath") or event.get("path")
    if not isinstance(method, str) or not isinstance(path, str):
        raise MalformedRequest(
            "the event must be an HTTP request from API Gateway, with a method and a path; "
            "see events/ for examples"
        )
    body = event.get("body")
    request_id = context.get("requestId")
    return Request(
        id=request_id if isinstance(request_id, str) else fallback_id,
        method=method.upper(),
        path=_without_stage(path, context.get("stage")),
        headers={
            name.lower(): value
            for name, value in _mapping(event.get("headers")).items()
            if isinstance(value, str)
        },
        query={
            name: value
            for name, value in _mapping(event.get("queryStringParameters")).items()
            if isinstance(value, str)
        },
        body=body if isinstance(body, str) else "",
        body_is_base64=event.get("isBase64Encoded") is True,
    )


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _without_stage(path: str, stage: Any) -> str:
    """HTTP APIs put a named stage before the path; the default stage leaves it alone."""
    prefix = f"/{stage}/"
    return path[len(prefix) - 1 :] if isinstance(stage, str) and path.startswith(prefix) else path


def media_type(request: Request) -> str:
    """The declared media type without parameters, in lower case.

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


def read_body(request: Request, max_bytes: int) -> bytes:
    """Return the body's bytes.

    Raises
    ------
    RequestTooLarge, MalformedRequest
        Over ``max_bytes``; or not the base64 that the event says it is.
    """
    # Base64 spends four characters on three bytes: refuse before decoding what cannot fit
    if len(request.body) > (max_bytes + 2) // 3 * 4 + 4:
        raise _too_large(max_bytes)
    if request.body_is_base64:
        try:
            content = base64.b64decode(request.body, validate=True)
        except (binascii.Error, ValueError):
            raise MalformedRequest("the body is marked as base64 but is not base64") from None
    else:
        # A lone surrogate, which no transport can carry, must not end as a server error
        content = request.body.encode("utf-8", "surrogatepass")
    if len(content) > max_bytes:
        raise _too_large(max_bytes)
    return content


def _too_large(max_bytes: int) -> RequestTooLarge:
    return RequestTooLarge(f"the body may hold at most {max_bytes:,} bytes; split the request")


def read_json(content: bytes) -> Any:
    """Parse strict JSON: UTF-8, finite numbers, no key twice, no bottomless nesting.

    Raises
    ------
    MalformedRequest
        Saying which rule is broken, and where the parser knows it, at which character.
    """
    if not content.strip():
        raise MalformedRequest("the body is empty; send JSON")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise MalformedRequest("the body is not UTF-8 text") from None
    try:
        return json.loads(
            text,
            object_pairs_hook=_without_duplicates,
            parse_constant=_refuse_constant,
            parse_float=_finite,
        )
    except json.JSONDecodeError as error:
        raise MalformedRequest(
            f"the body is not JSON: {error.msg} at line {error.lineno} column {error.colno}"
        ) from None
    except RecursionError:
        raise MalformedRequest("the body is nested too deeply") from None
    except ValueError:
        # int() refuses more than 4,300 digits with a plain ValueError
        raise MalformedRequest("the body holds a number with too many digits") from None


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedRequest("the body names a key twice in one object; which one counts?")
    return found


def _refuse_constant(name: str) -> None:
    raise MalformedRequest(f"the body holds {name}, which is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise MalformedRequest("the body holds a number too large for JSON's usual range")
    return value
