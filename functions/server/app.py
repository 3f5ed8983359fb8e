"""Turns one local port into the whole product: the API, and the form beside it."""

import os
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from predict.app import handler, service
from server.gateway import answer

SITE = Path(os.environ.get("SITE_DIR") or Path(__file__).parents[2] / "frontend")

#: Everything below these is the handler's, what it does not know included.
API_PATHS = ("/v1/{path:path}", "/v2", "/v2/{path:path}", "/ping", "/invocations")

#: What CloudFront adds in production, so that the page is tested under the same rules.
PAGE_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
}


class PageHeaders:
    """ASGI middleware that adds the production headers where the answer does not set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the headers of its answer."""

        async def send_complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message["headers"]}
                message["headers"] = list(message["headers"]) + [
                    (name.encode(), value.encode())
                    for name, value in PAGE_HEADERS.items()
                    if name.encode() not in present
                ]
            await send(message)

        await self._app(scope, receive, send_complete)


async def api(request: Request) -> Response:
    """Any method, any path below the API: the handler decides, also what is not allowed."""
    return await answer(request, handler)


async def features(_: Request) -> Response:
    """The schema of the model that is served, beside the form as in production."""
    return FileResponse(Path(service.settings.model_dir) / "features.json")


def site(form: Path, model_dir: Path) -> ASGIApp:
    """The form, and behind it the pages that training wrote beside the model, as once deployed.

    A model without pages is served as well: its links then end at 404.html, which says so. Files
    are compressed from the size on from which CloudFront does it.
    """
    files = StaticFiles(directory=form, html=True)
    files.all_directories.append(model_dir / "site")
    return GZipMiddleware(files, minimum_size=1000)


class AnyMethod:
    """A raw ASGI endpoint: a Route of a function would refuse methods before the handler."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        response = await api(Request(scope, receive))
        await response(scope, receive, send)


app = Starlette(
    routes=[
        *[Route(path, AnyMethod()) for path in API_PATHS],
        Route("/features.json", features),
        *([Mount("/", site(SITE, Path(service.settings.model_dir)))] if SITE.is_dir() else []),
    ],
    middleware=[Middleware(PageHeaders)],
)
