"""Checks that a request came through CloudFront, by a secret header."""

from hmac import compare_digest

from cytology.annotations import Any

#: CloudFront sends it to the API (cloudfront.yaml); HTTP APIs write names in lower case.
HEADER = "x-origin-secret"
#: The same as API Gateway's own refusal.
REFUSAL = {
    "statusCode": 403,
    "headers": {"content-type": "application/json"},
    "body": '{"message":"Forbidden"}',
    "isBase64Encoded": False,
}


def has_secret(event: Any, secret: str) -> bool:
    """Return whether an event carries the secret, compared in constant time."""
    headers = event.get("headers") if isinstance(event, dict) else None
    found = headers.get(HEADER) if isinstance(headers, dict) else None
    return isinstance(found, str) and compare_digest(found.encode(), secret.encode())
