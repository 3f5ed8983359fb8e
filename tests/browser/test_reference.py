"""The pages beside the form: examples that name this site, real answers, one menu."""

import pytest

from tests.support.required import missing
from tools import site

PAGES = ["/", "/api.html", "/costs.html", "/model-card.html", "/404.html"]


@pytest.fixture(scope="module")
def reference():
    if not site.SWAGGER.is_dir():
        missing("Swagger UI is not installed: run tools/form-tools")


def test_every_page_has_the_same_menu_in_the_same_place(visit):
    seen = set()
    for path in PAGES:
        page = visit(path, viewport={"width": 320, "height": 640})
        page.expected_messages.append("404")
        boxes = page.evaluate(
            """() => [...document.querySelectorAll("header a, header button")].map((each) =>
              [each.textContent, Math.round(each.getBoundingClientRect().y)])"""
        )
        rows = {y for _, y in boxes[:5]}
        assert len(rows) == 1, path
        seen.add(tuple(text for text, _ in boxes[:5]) + tuple(rows))
    assert seen == {("Case", "Table", "API", "Costs", "Model", *(next(iter(seen))[5:]))}


@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
def test_the_header_is_one_line(visit, locale):
    page = visit(locale=locale)
    for width in (320, 390, 640, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 640})
        heights = page.evaluate(
            """() => ["nav", "#language", ".banner"].map((each) =>
              document.querySelector(`header ${each}`).getBoundingClientRect())
              .map(({ top, bottom }) => [top, bottom])"""
        )
        (nav_top, nav_bottom), (button_top, button_bottom), (banner_top, banner_bottom) = heights
        assert nav_top <= button_top, width
        assert button_bottom <= nav_bottom, width
        assert nav_bottom - nav_top < 48, width
        assert banner_bottom - banner_top < 30, width


def test_the_examples_name_this_site_and_show_its_answer(visit, address):
    page = visit("/api.html")
    page.get_by_text('"probability":').wait_for()
    assert page.locator("pre").first.inner_text().startswith(f"curl -s {address}/v1/predict")
    page.get_by_role("cell", name="/v1/predict", exact=True).first.wait_for()


def test_an_example_is_copied_with_one_press(visit):
    page = visit("/api.html", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_text('"probability":').wait_for()
    page.get_by_role("button", name="Copy").first.click()
    page.get_by_role("button", name="✓").wait_for()
    assert page.evaluate("() => navigator.clipboard.readText()").startswith("curl -s http")


def test_the_reference_comes_when_asked_for_and_breaks_no_policy(visit, reference):
    page = visit("/api.html")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_selector("#open:visible")
    assert not any("vendor" in url for url in asked)
    page.click("#open")
    page.wait_for_selector(".opblock-post")
    assert page.locator("#open").is_hidden()


def test_a_site_built_without_the_reference_offers_no_button_for_it(visit):
    page = visit("/404.html")
    page.route("**/site.json", lambda route: route.fulfill(json={"reference": False}))
    page.goto("/api.html")
    page.get_by_text('"probability":').wait_for()
    assert page.is_hidden("#open")


def test_the_specification_is_served_beside_the_form(visit, address):
    page = visit("/api.html")
    answer = page.request.get(f"{address}/openapi.json")
    assert answer.json()["openapi"] == "3.1.0"


def test_the_model_card_has_contents_and_a_text_for_every_drawing(visit):
    page = visit("/model-card.html")
    page.click(".contents summary")
    links = page.locator(".contents a")
    assert links.count() >= 4
    for target in links.evaluate_all("(links) => links.map((link) => link.hash)"):
        assert page.locator(target).count() == 1
    texts = page.locator("main img").evaluate_all("(all) => all.map((each) => each.alt)")
    assert len(texts) >= 4
    assert all(texts)


@pytest.mark.parametrize("path", ["/api.html", "/model-card.html"])
def test_german_is_kept_from_page_to_page_and_says_where_a_page_is_english(visit, path):
    page = visit("/?lang=de")
    page.click(f"nav a[href*='{path[1:]}']")
    page.get_by_text("Diese Seite gibt es nur auf Englisch.").wait_for()
    page.get_by_role("link", name="Fall").click()
    page.get_by_role("button", name="Einordnen").wait_for()


def test_the_theme_is_switched_and_kept_on_this_device(visit):
    page = visit(color_scheme="light")
    ground = "() => getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.click("#theme")
    page.click("#theme")
    dark = page.evaluate(ground)
    assert dark != light
    page.goto("/api.html")
    assert page.evaluate(ground) == dark
