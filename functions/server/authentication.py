"""Checks a request's token or key, and refuses as API Gateway does.

Authentication is off unless REQUIRE_TOKEN or REQUIRE_KEY is set. Health needs no credentials, as in
template.yaml; neither do CORS preflight requests, which browsers send without credentials.
"""

import hmac
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cytology.annotations import NamedTuple

#: Paths without authentication. Container hosts ask for ``/ping`` and cannot send credentials.
OPEN = frozenset({"/v1/health", "/ping"})


class Authentication(NamedTuple):
    """The token and key that callers must send; None requires none."""

    token: str | None
    key: str | None
    allowed_origins: tuple[str, ...]

    def refuse(self, request: Request) -> Response | None:
        """Return the refusal, or None if the request is authentic."""
        is_open = request.method in ("GET", "HEAD") and request.scope["path"] in OPEN
        if is_open or request.method == "OPTIONS":
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
            # Otherwise the browser hides the refusal from the page
            headers |= {"access-control-allow-origin": origin, "vary": "origin"}
        return JSONResponse({"message": message}, status, headers)


def read_authentication(
    environment: Mapping[str, str], allowed_origins: tuple[str, ...]
) -> Authentication:
    """Read ``REQUIRE_TOKEN`` and ``REQUIRE_KEY``; empty is the same as absent."""
    return Authentication(
        environment.get("REQUIRE_TOKEN") or None,
        environment.get("REQUIRE_KEY") or None,
        allowed_origins,
    )


def _same(shown: str, expected: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(shown.encode("utf-8", "replace"), expected.encode())
