"""Turns an HTTP request into the event that API Gateway would send, and the answer back.

The handler that answers is then the handler of the Lambda function, down to base64 bodies and the
case of header names (docs/decisions/0004).
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
    """Build a payload-v2 event."""
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
    """Build the HTTP response that API Gateway would send."""
    body = answered.get("body") or ""
    content = base64.b64decode(body) if answered.get("isBase64Encoded") else body.encode()
    response = Response(content, answered["statusCode"], answered["headers"])
    if method == "HEAD":
        # It would have to be the length of the answer to GET (RFC 9110, section 8.6)
        del response.headers["content-length"]
    return response
