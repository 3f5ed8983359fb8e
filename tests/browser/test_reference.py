"""The API page: examples that name this site, and the reference that comes when asked for."""

import pytest

from tests.support.image import Unavailable
from tests.support.paths import ROOT, required
from tools import site


@pytest.fixture(scope="module")
def built():
    with required():
        if not site.SWAGGER.is_dir():
            raise Unavailable("Swagger UI is not installed: make test")
    site.main()
    return ROOT / "build" / "site"


def test_the_examples_name_this_site_s_address(visit, address):
    page = visit("/api.html")
    page.wait_for_function("() => !document.body.textContent.includes('ORIGIN')")
    assert page.locator("pre").first.inner_text().startswith(f"curl -s {address}/v1/predict")


def test_the_reference_comes_when_asked_for_and_breaks_no_policy(visit, built):
    page = visit("/api.html")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    assert not any("vendor" in url for url in asked)
    page.click("#open")
    page.wait_for_selector(".opblock-post")
    assert page.locator(".opblock").count() == 14
    assert page.locator("#open").is_hidden()


def test_a_site_built_without_the_reference_says_so(visit):
    page = visit("/api.html")
    page.expected_messages.append("Failed to load resource")
    page.route("**/vendor/*", lambda route: route.fulfill(status=404))
    page.click("#open")
    page.get_by_text("The interactive reference was not built with this site.").wait_for()
    assert page.locator("#open").is_enabled()


def test_the_specification_is_served_beside_the_form(visit, built, address):
    page = visit("/api.html")
    answer = page.request.get(f"{address}/openapi.json")
    assert answer.json()["openapi"] == "3.1.0"
