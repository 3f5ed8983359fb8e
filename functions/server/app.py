"""The ASGI application: the API, and the form on the same port."""

import contextlib
import json
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cytology.artifact import COMPILED, SCHEMA
from cytology.description import describe
from predict.app import service, settings
from predict.requests import without_base
from predict.routes import ROUTES
from server.api import answer
from server.authentication import read_authentication
from server.large import LargeRequests

SITE = Path(os.environ.get("SITE_DIR") or Path(__file__).parents[2] / "frontend")

BUILT = Path(__file__).parents[2] / "build" / "site"

#: Pages of build/site that describe one model.
_OF_A_MODEL = re.compile(r"/(model-card|sheet\.)")

#: First parts of the routes' paths; the API answers all paths below them.
API_PATHS = {"/" + route.path.split("/")[1] for route in ROUTES}

#: The headers that CloudFront adds in production; tests compare them with the template.
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
#: What a browser opens as a page. Other files, but for the worker, get the last header only:
#: HTTP/1.1 does not compress repeated headers, as a deployment's HTTP/2 does.
_DOCUMENTS = (b"text/html", b"image/svg+xml")
_WORKER = "/sw.js"


class PageHeaders:
    """ASGI middleware that adds the production headers that a response does not set itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the headers of its answer."""

        async def send_complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = dict(message["headers"])
                kind = present.get(b"content-type", b"")
                runs = kind.startswith(_DOCUMENTS) or scope["path"].endswith(_WORKER)
                message["headers"] = list(message["headers"]) + [
                    (name.encode(), value.encode())
                    for name, value in list(PAGE_HEADERS.items())[0 if runs else -1 :]
                    if name.encode() not in present
                ]
            await send(message)

        await self._app(scope, receive, send_complete)


async def features(request: Request) -> Response:
    """Return what the form shows of the served model, at the same path as in production."""
    language = request.path_params.get("language", "")
    return JSONResponse(describe(service.artifact.schema, language))


async def compiled(_: Request) -> Response:
    """Return model.json, which the form evaluates, at the same path as in production."""
    if COMPILED not in service.artifact.manifest["files"]:
        return Response(status_code=404)
    return Response(service.artifact.read(COMPILED), media_type="application/json")


def site(form: Path) -> ASGIApp:
    """Serve the form's files, then those of build/site, in the same order as a deployment.

    Without build/site the form is served alone; links to its pages then show 404.html, as do links
    to the card of another model. Files of 1,000 bytes or more are compressed, as CloudFront does.
    """
    files = StaticFiles(directory=form, html=True)
    files.all_directories += [BUILT]
    compressed = GZipMiddleware(files, minimum_size=1000)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if _OF_A_MODEL.match(scope["path"]) and not _site_is_of_this_model():
            scope = {**scope, "path": "/absent"}
        # Without this extension the middleware gets the content; a path cannot be compressed
        await compressed({**scope, "extensions": {}}, receive, send)

    return serve


def _site_is_of_this_model() -> bool:
    try:
        found = json.loads((BUILT / "site.json").read_bytes())
    except OSError:
        return False
    return bool(found.get("model") == service.artifact.version)


class ApiFirst:
    """ASGI middleware that passes the API's paths to the handler; without a site, all paths.

    A router would answer paths that its patterns do not match, such as one with a line end, itself.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] == "http":
            path = without_base(scope["path"], settings.base_path)
            if path != scope["path"]:
                scope = {**scope, "path": path, "raw_path": path.encode()}
            if not HAS_SITE or any(path == own or path.startswith(f"{own}/") for own in API_PATHS):
                request = Request(scope, receive)
                response = AUTHENTICATION.refuse(request) or await answer(request, large)
                await response(scope, receive, send)
                return
        await self._app(scope, receive, send)


@contextlib.asynccontextmanager
async def run_large_requests(_: Starlette) -> AsyncIterator[None]:
    """Start the process for large requests with the server, and stop it with the server."""
    large.start()
    yield
    large.stop()


HAS_SITE = SITE.is_dir()
AUTHENTICATION = read_authentication(os.environ, settings.allowed_origins)
large = LargeRequests()

app = Starlette(
    routes=[
        *(
            Route(path, endpoint, middleware=[Middleware(GZipMiddleware)])
            for path, endpoint in (
                (f"/{SCHEMA}", features),
                ("/features.{language}.json", features),
                (f"/{COMPILED}", compiled),
            )
        ),
        *([Mount("/", site(SITE))] if HAS_SITE else []),
    ],
    middleware=[Middleware(PageHeaders), Middleware(ApiFirst)],
    lifespan=run_large_requests,
)
