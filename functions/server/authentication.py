"""Turns a request's credentials into leave to pass, or into API Gateway's own refusal.

Off unless its variable is set. It keeps the same paths open as template.yaml does: health, which
says no more than the model's name, and preflights, which browsers send without credentials.
"""

import hmac
from collections.abc import Mapping
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

#: ``/ping`` is how a container host asks after health; it cannot show credentials.
OPEN = frozenset({("GET", "/v1/health"), ("GET", "/ping")})


class Door(NamedTuple):
    """What callers must show; None asks for nothing."""

    token: str | None
    key: str | None
    allowed_origins: tuple[str, ...]

    def refuse(self, request: Request) -> Response | None:
        """The answer that ends this request here, or None where it may pass."""
        if request.method == "OPTIONS" or (request.method, request.url.path) in OPEN:
            return None
        # An HTTP API's JWT authoriser: no token or a wrong one is 401
        if self.token is not None:
            scheme, _, shown = request.headers.get("authorization", "").partition(" ")
            if scheme.lower() != "bearer" or not _same(shown.strip(), self.token):
                return self._refusal(request, 401, "Unauthorized", {"www-authenticate": "Bearer"})
        # A usage plan: no key or a wrong one is 403
        if self.key is not None and not _same(request.headers.get("x-api-key", ""), self.key):
            return self._refusal(request, 403, "Forbidden", {})
        return None

    def _refusal(
        self, request: Request, status: int, message: str, headers: dict[str, str]
    ) -> Response:
        origin = request.headers.get("origin", "")
        if origin in self.allowed_origins:
            # Without it a page of that origin could not even read why it was refused
            headers |= {"access-control-allow-origin": origin, "vary": "origin"}
        return JSONResponse({"message": message}, status, headers)


def read_door(environment: Mapping[str, str], allowed_origins: tuple[str, ...]) -> Door:
    """Read ``REQUIRE_TOKEN`` and ``REQUIRE_KEY``; empty is the same as absent."""
    return Door(
        environment.get("REQUIRE_TOKEN") or None,
        environment.get("REQUIRE_KEY") or None,
        allowed_origins,
    )


def _same(shown: str, expected: str) -> bool:
    """Compare in a time that does not tell how much of it was right."""
    return hmac.compare_digest(shown.encode("utf-8", "replace"), expected.encode())
