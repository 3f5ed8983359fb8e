"""Turns every path but the hot one into its answer, with Powertools' HTTP resolver."""

import re
from collections.abc import Callable

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from predict import inference_protocol, sagemaker
from predict.faults import MethodNotAllowed, RequestFault, UnknownPath
from predict.requests import Request
from predict.responses import Reply, problem_reply
from predict.service import Service, describe_model, predict, report_health

Route = Callable[..., Reply]

#: Path → method → route; ``<name>`` is passed on by that name. What is not listed is 404, another
#: method is 405 naming these; HEAD goes with GET, and OPTIONS with everything.
ROUTES: dict[str, dict[str, Route]] = {
    "/v1/predict": {"POST": predict},
    "/v1/model": {"GET": describe_model},
    "/v1/health": {"GET": report_health},
    "/v2": {"GET": inference_protocol.describe_server},
    "/v2/health/live": {"GET": inference_protocol.report_live},
    "/v2/health/ready": {"GET": inference_protocol.report_ready},
    "/v2/models/<name>": {"GET": inference_protocol.describe_model},
    "/v2/models/<name>/ready": {"GET": inference_protocol.report_model_ready},
    "/v2/models/<name>/infer": {"POST": inference_protocol.infer},
    "/v2/models/<name>/versions/<version>": {"GET": inference_protocol.describe_model},
    "/v2/models/<name>/versions/<version>/ready": {"GET": inference_protocol.report_model_ready},
    "/v2/models/<name>/versions/<version>/infer": {"POST": inference_protocol.infer},
    "/ping": {"GET": sagemaker.ping},
    "/invocations": {"POST": sagemaker.invoke},
}

_PATTERNS = {path: re.compile(re.sub(r"<\w+>", "[^/]+", path)) for path in ROUTES}


def allowed_methods(path: str) -> tuple[str, ...]:
    """Methods that a path answers; none for a path that does not exist."""
    for known, pattern in _PATTERNS.items():
        if pattern.fullmatch(path):
            methods = list(ROUTES[known])
            return (*methods, *(["HEAD"] if "GET" in methods else []), "OPTIONS")
    return ()


class Router:
    """All routes of one service, behind Powertools' resolver."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._app = APIGatewayHttpResolver()
        for path, methods in ROUTES.items():
            for method, route in methods.items():
                self._app.route(path, method=method)(self._bind(route))
        self._app.not_found(self._not_found)

    def answer(self, request: Request) -> Reply:
        """Route one request; a fault of the request becomes its problem document."""
        if request.method == "OPTIONS" and (methods := allowed_methods(request.path)):
            return _options(request, methods, self._service.settings.allowed_origins)
        headless = request.method == "HEAD"
        self._failure: Exception | None = None
        self._request = request._replace(method="GET") if headless else request
        # The resolver sees a clean event, rebuilt from what was checked, never the caller's own
        http = {"method": self._request.method, "path": request.path}
        self._app.resolve(
            {
                "version": "2.0",
                "rawPath": request.path,
                "headers": {},
                "requestContext": {"stage": "$default", "http": http},
            },
            None,  # type: ignore[arg-type]  # no route looks at the Lambda context
        )
        if self._failure:
            raise self._failure
        return self._reply._replace(body="") if headless else self._reply

    def _bind(self, route: Route) -> Callable[..., Response[str]]:
        def bound(**parameters: str) -> Response[str]:
            try:
                return self._keep(route(self._service, self._request, **parameters))
            except RequestFault as fault:
                return self._problem(fault)
            # Kept and raised again outside: the resolver would log it, values and all
            except Exception as error:  # noqa: BLE001
                self._failure = error
                return Response(status_code=500)

        return bound

    def _not_found(self, _: Exception) -> Response[str]:
        methods = allowed_methods(self._request.path)
        # A name that the resolver does not match is no other method, but no such model
        if methods and self._request.method not in methods:
            return self._problem(MethodNotAllowed(methods))
        return self._problem(UnknownPath("see the API page for what there is"))

    def _problem(self, fault: RequestFault) -> Response[str]:
        return self._keep(problem_reply(fault, self._request.id))

    def _keep(self, reply: Reply) -> Response[str]:
        """Keep the reply whole: the resolver's own form of it would lose the tally."""
        self._reply = reply
        return Response(status_code=reply.status)


def _options(request: Request, methods: tuple[str, ...], origins: tuple[str, ...]) -> Reply:
    headers = {"allow": ", ".join(methods)}
    if request.headers.get("origin") in origins:
        headers["access-control-allow-methods"] = ", ".join(methods)
        headers["access-control-allow-headers"] = (
            "accept, authorization, content-type, content-encoding, if-none-match, x-api-key, "
            "x-request-id"
        )
        headers["access-control-max-age"] = "600"
    return Reply(204, headers, "")
