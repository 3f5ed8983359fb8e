"""Converts an HTTP request to an event of API Gateway, and the handler's answer to a response.

The server thus runs the Lambda function's own handler (docs/decisions/0004).
"""

import base64
from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response

from cytology.annotations import Any, NamedTuple

_TEXTUAL = ("text/", "application/json", "application/javascript", "application/xml")


class Context(NamedTuple):
    """The part of the Lambda context that the handler reads."""

    aws_request_id: str


def to_event(request: Request, body: bytes, request_id: str) -> dict[str, Any]:
    """Return the members of an event of payload version 2.0 that the handler reads.

    Parameters
    ----------
    request
        The HTTP request.
    body
        Its body, which the caller has read.
    request_id
        The id for the log and the answer.
    """
    headers = _by_name(request.headers.items())
    text = _as_text(body, headers.get("content-type", ""))
    return {
        "version": "2.0",
        "rawPath": request.url.path,
        "headers": headers,
        "queryStringParameters": _by_name(request.query_params.multi_items()),
        "requestContext": {
            "http": {"method": request.method, "path": request.url.path},
            "requestId": request_id,
        },
        "body": base64.b64encode(body).decode() if text is None else text,
        "isBase64Encoded": bool(body) and text is None,
    }


def _by_name(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return values by name; API Gateway joins several values of a name by commas."""
    found: dict[str, str] = {}
    for name, value in pairs:
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def _as_text(body: bytes, content_type: str) -> str | None:
    if not content_type.lower().startswith(_TEXTUAL):
        return None
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


def to_response(answered: dict[str, Any], method: str) -> Response:
    """Return the HTTP response that API Gateway would send."""
    body = answered.get("body") or ""
    content = base64.b64decode(body) if answered.get("isBase64Encoded") else body.encode()
    response = Response(content, answered["statusCode"], answered["headers"])
    if method == "HEAD":
        # RFC 9110, section 8.6: it would have to be the length of the answer to GET
        del response.headers["content-length"]
    return response
