"""Converts an HTTP request to an event of API Gateway, and the handler's answer to a response.

The server thus runs the Lambda function's own handler (docs/decisions/0004).
"""

import base64
import time
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

_TEXTUAL = ("text/", "application/json", "application/javascript", "application/xml")


class Context(NamedTuple):
    """The part of the Lambda context that the handler reads."""

    aws_request_id: str


def to_event(request: Request, body: bytes, request_id: str) -> dict[str, Any]:
    """Return the event of payload version 2.0.

    Parameters
    ----------
    request
        The HTTP request.
    body
        Its body, which the caller has read.
    request_id
        The id for the log and the answer.
    """
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    text = _as_text(body, headers.get("content-type", ""))
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": request.url.path,
        "rawQueryString": request.url.query,
        "headers": headers,
        "requestContext": {
            "apiId": "local",
            "domainName": headers.get("host", "localhost"),
            "http": {
                "method": request.method,
                "path": request.url.path,
                "protocol": f"HTTP/{request.scope.get('http_version', '1.1')}",
                "sourceIp": request.client.host if request.client else "127.0.0.1",
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": request_id,
            "routeKey": "$default",
            "stage": "$default",
            "timeEpoch": int(time.time() * 1000),
        },
        "isBase64Encoded": bool(body) and text is None,
    }
    if query := dict(request.query_params):
        event["queryStringParameters"] = query
    if body:
        event["body"] = base64.b64encode(body).decode() if text is None else text
    return event


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
