"""The local server refuses as API Gateway does, and only when it is configured so."""

import pytest
from starlette.requests import Request

from server.authentication import Authentication, read_authentication
from tests.support.transports import http_server

SAMPLE = "[5, 1, 1, 1, 2, 1, 3, 1, 1]"
ORIGIN = "https://one.example.org"


def call(server, path="/v1/predict", method="POST", **headers):
    named = {"content-type": "application/json"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    return server.request(method, path, named, SAMPLE if method == "POST" else None)


@pytest.fixture(scope="module")
def with_token():
    with http_server({"REQUIRE_TOKEN": "secret", "ALLOWED_ORIGINS": ORIGIN}) as server:
        yield server


@pytest.fixture(scope="module")
def with_key():
    with http_server({"REQUIRE_KEY": "schlüssel"}) as server:
        yield server


@pytest.mark.parametrize(
    "shown", [None, "", "secret", "Basic secret", "Bearer", "Bearer secre", "Bearer secret2"]
)
def test_a_missing_or_wrong_token_is_401_in_the_gateway_s_words(with_token, shown):
    answer = call(with_token, **({} if shown is None else {"authorization": shown}))

    assert (answer.status, answer.json()) == (401, {"message": "Unauthorized"})
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_the_right_token_passes(with_token, scheme):
    assert call(with_token, authorization=f"{scheme} secret").status == 200


@pytest.mark.parametrize("path", ["/v1/model", "/v2", "/v2/health/live", "/v1/nowhere"])
def test_every_path_of_the_api_asks_for_the_token(with_token, path):
    assert call(with_token, path, "GET").status == 401


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1/health", 200), ("GET", "/ping", 200), ("OPTIONS", "/v1/predict", 204)],
)
def test_health_and_preflights_stay_open(with_token, method, path, status):
    answer = call(with_token, path, method, origin=ORIGIN)

    assert answer.status == status


def test_a_preflight_permits_the_headers_that_carry_credentials(with_token):
    allowed = call(with_token, method="OPTIONS", origin=ORIGIN).headers[
        "access-control-allow-headers"
    ]
    assert {"authorization", "x-api-key"} <= set(allowed.split(", "))


def test_a_page_of_an_allowed_origin_can_read_why_it_was_refused(with_token):
    headers = call(with_token, origin=ORIGIN).headers
    assert headers["access-control-allow-origin"] == ORIGIN
    assert "access-control-allow-origin" not in call(with_token, origin="https://x.org").headers


@pytest.mark.parametrize("shown", [None, "", "Schlüssel", "schlussel"])
def test_a_missing_or_wrong_key_is_403_in_the_gateway_s_words(with_key, shown):
    answer = call(with_key, **({} if shown is None else {"x_api_key": shown}))

    assert (answer.status, answer.json()) == (403, {"message": "Forbidden"})
    assert "www-authenticate" not in answer.headers


def test_the_right_key_passes(with_key):
    assert call(with_key, x_api_key="schlüssel").status == 200


def asked(authentication, method="POST", path="/v1/predict", **headers):
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": named}
    return authentication.refuse(Request(scope | {"query_string": b"", "scheme": "http"}))


def test_without_settings_nobody_is_refused():
    for environment in ({}, {"REQUIRE_TOKEN": "", "REQUIRE_KEY": ""}):
        assert asked(read_authentication(environment, ())) is None


def test_where_both_are_asked_for_the_token_is_looked_at_first():
    authentication = read_authentication({"REQUIRE_TOKEN": "one", "REQUIRE_KEY": "two"}, ())

    assert asked(authentication, x_api_key="two").status_code == 401
    assert asked(authentication, authorization="Bearer one").status_code == 403
    assert asked(authentication, authorization="Bearer one", x_api_key="two") is None


def test_open_paths_are_open_in_their_own_method_only():
    authentication = Authentication("one", None, ())

    for method in ("GET", "HEAD"):
        assert asked(authentication, method, "/v1/health") is None
        assert asked(authentication, method, "/ping") is None
    assert asked(authentication, "OPTIONS", "/anything") is None
    for method, path in (
        ("POST", "/v1/health"),
        ("GET", "/v1/health/"),
        ("GET", "/v1/healthy"),
    ):
        assert asked(authentication, method, path).status_code == 401
