"""Turns every path but the hot one into its answer, with Powertools' HTTP resolver."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from predict.faults import MethodNotAllowed, RequestFault, UnknownPath
from predict.requests import Request
from predict.responses import Reply, problem_reply
from predict.service import Service, describe_model, predict, report_health

Route = Callable[[Service, Request], Reply]


def _predict(service: Service, request: Request) -> Reply:
    return predict(service, request)[0]


def _model(service: Service, _: Request) -> Reply:
    return describe_model(service)


def _health(service: Service, _: Request) -> Reply:
    return report_health(service)


#: Path → method → route. What is not listed is 404; another method is 405 naming these.
ROUTES: dict[str, dict[str, Route]] = {
    "/v1/predict": {"POST": _predict},
    "/v1/model": {"GET": _model},
    "/v1/health": {"GET": _health},
}


class Router:
    """All routes of one service, behind Powertools' resolver."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._app = APIGatewayHttpResolver()
        for path, methods in ROUTES.items():
            for method, route in methods.items():
                self._app.route(path, method=method)(self._bind(route))
        self._app.not_found(self._not_found)
        self._app.exception_handler(RequestFault)(self._problem)

    def answer(self, request: Request) -> Reply:
        """Route one request; a fault of the request becomes its problem document."""
        # The resolver sees a clean event, rebuilt from what was checked, never the caller's own
        self._app.append_context(request=request)  # type: ignore[no-untyped-call]
        answer = self._app.resolve(
            {
                "version": "2.0",
                "rawPath": request.path,
                "headers": request.headers,
                "requestContext": {
                    "stage": "$default",
                    "http": {"method": request.method, "path": request.path},
                },
            },
            None,  # type: ignore[arg-type]  # no route looks at the Lambda context
        )
        return Reply(answer["statusCode"], answer["headers"], answer["body"])

    def _bind(self, route: Route) -> Callable[[], Response[str]]:
        def bound() -> Response[str]:
            return _response(route(self._service, self._request))

        return bound

    @property
    def _request(self) -> Request:
        request: Request = self._app.context["request"]
        return request

    def _not_found(self, _: Exception) -> Response[str]:
        methods = ROUTES.get(self._request.path)
        if methods is None:
            return self._problem(UnknownPath("see /v1/model and the API page for what there is"))
        return self._problem(MethodNotAllowed(tuple(methods)))

    def _problem(self, fault: RequestFault) -> Response[str]:
        return _response(problem_reply(fault, self._request.id))


def _response(reply: Reply) -> Response[str]:
    headers: dict[str, Any] = dict(reply.headers)
    return Response(
        status_code=reply.status,
        content_type=headers.pop("content-type"),
        headers=headers,
        body=reply.body,
    )
