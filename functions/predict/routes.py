"""The route table: method and path → function. The handler, OpenAPI and the tests read it."""

import re
from collections.abc import Callable
from functools import cache
from importlib import import_module

from cytology.annotations import NamedTuple
from predict.requests import Request
from predict.responses import Reply
from predict.service import Service
from runtime.errors import MethodNotAllowed, UnknownPath

#: (service, request, **path parameters) → reply
Function = Callable[..., Reply]


class Route(NamedTuple):
    """One method of one path.

    ``<word>`` in the path becomes an argument of the function. ``function`` is ``module:name`` in
    this package; it is imported at the first request, so a prediction imports no other adapter.
    ``name`` is the route's name in the log.
    """

    method: str
    path: str
    name: str
    function: str


@cache
def load(function: str) -> Function:
    """Return a route's function, imported when the route is first used."""
    module, _, name = function.partition(":")
    found: Function = getattr(import_module(f"predict.{module}"), name)
    return found


_V2 = "adapters.inference_protocol"
_VERSION = "/v2/models/<name>/versions/<version>"

ROUTES = (
    Route("POST", "/v1/predict", "predict", "service:predict"),
    Route("GET", "/v1/health", "health", "service:report_health"),
    Route("GET", "/v1/model", "other", "description:describe_model"),
    Route("GET", "/v2", "other", f"{_V2}:describe_server"),
    Route("GET", "/v2/health/live", "other", f"{_V2}:report_live"),
    Route("GET", "/v2/health/ready", "other", f"{_V2}:report_ready"),
    Route("GET", "/v2/models/<name>", "other", f"{_V2}:describe_model"),
    Route("GET", "/v2/models/<name>/ready", "other", f"{_V2}:report_model_ready"),
    Route("POST", "/v2/models/<name>/infer", "other", f"{_V2}:infer"),
    Route("GET", _VERSION, "other", f"{_V2}:describe_model"),
    Route("GET", f"{_VERSION}/ready", "other", f"{_V2}:report_model_ready"),
    Route("POST", f"{_VERSION}/infer", "other", f"{_V2}:infer"),
    Route("GET", "/ping", "other", "adapters.sagemaker:ping"),
    Route("POST", "/invocations", "other", "adapters.sagemaker:invoke"),
)

_LITERAL = {(route.method, route.path): route for route in ROUTES if "<" not in route.path}


def find_route(method: str, path: str) -> Route | None:
    """Return the route of a request, None if there is none; HEAD has the route of GET.

    The path parameters are in :func:`path_parameters`.
    """
    method = "GET" if method == "HEAD" else method
    return _LITERAL.get((method, path)) or next(
        (route for route in ROUTES if route.method == method and _match(route.path, path)), None
    )


def path_parameters(route: Route, path: str) -> dict[str, str]:
    """Return the arguments that the route takes from the path."""
    found = _match(route.path, path) if "<" in route.path else None
    return found.groupdict() if found else {}


def answer(service: Service, request: Request) -> Reply:
    """Answer one request by its route.

    Raises
    ------
    runtime.errors.RequestError
        There is no such path or method, or the route refuses the request.
    """
    route = find_route(request.method, request.path)
    if route is None:
        return _answer_other_method(service, request)
    reply = load(route.function)(service, request, **path_parameters(route, request.path))
    return reply._replace(body="") if request.method == "HEAD" else reply


def _answer_other_method(service: Service, request: Request) -> Reply:
    methods = allowed_methods(request.path)
    if not methods:
        raise UnknownPath("the API page lists the paths")
    if request.method != "OPTIONS":
        raise MethodNotAllowed(methods)
    headers = {"allow": ", ".join(methods)}
    if request.headers.get("origin") in service.settings.allowed_origins:
        headers["access-control-allow-methods"] = ", ".join(methods)
        headers["access-control-allow-headers"] = (
            "accept, authorization, content-type, content-encoding, if-none-match, x-api-key, "
            "x-request-id"
        )
        headers["access-control-max-age"] = "600"
    return Reply(204, headers, "")


def allowed_methods(path: str) -> tuple[str, ...]:
    """Return a path's methods; empty for a path that does not exist."""
    methods = [route.method for route in ROUTES if _match(route.path, path)]
    if not methods:
        return ()
    return (*methods, *(["HEAD"] if "GET" in methods else []), "OPTIONS")


def _match(pattern: str, path: str) -> re.Match[str] | None:
    return re.fullmatch(re.sub(r"<(\w+)>", r"(?P<\1>[^/]+)", pattern), path)
