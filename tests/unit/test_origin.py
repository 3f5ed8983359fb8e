"""Behind a WAF the function answers what CloudFront sends, and refuses the rest."""

import pytest

from predict import app

EVENT = {
    "version": "2.0",
    "rawPath": "/v1/health",
    "headers": {"x-origin-secret": "right"},
    "requestContext": {"http": {"method": "GET", "path": "/v1/health"}},
}


@pytest.fixture
def secret(monkeypatch):
    monkeypatch.setattr(app, "settings", app.settings._replace(origin_secret="right"))


def test_a_request_of_cloudfront_is_answered(secret):
    assert app.handler(EVENT, None)["statusCode"] == 200


@pytest.mark.parametrize(
    "event",
    [
        EVENT | {"headers": {}},
        EVENT | {"headers": {"x-origin-secret": "wrong"}},
        EVENT | {"headers": {"x-origin-secret": "rïght"}},
        EVENT | {"headers": None},
        {},
        None,
    ],
)
def test_a_request_past_cloudfront_is_refused(event, secret):
    answer = app.handler(event, None)

    assert (answer["statusCode"], answer["body"]) == (403, '{"message":"Forbidden"}')


def test_without_a_secret_everybody_is_answered():
    assert app.handler(EVENT | {"headers": {}}, None)["statusCode"] == 200
