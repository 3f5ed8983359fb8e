"""The costs page: what the sliders say is what Python computes, in two languages, on any screen."""

import itertools
import json
import math
import random

import pytest

from lab.costs.homes import HOMES, estimates
from lab.costs.inputs import as_inputs, document
from lab.costs.traffic import Traffic
from tests.browser.test_accessibility import TAGS, axe, overflow, violations
from tools import site

__all__ = ["axe"]

COMPUTE = """async ([traffics, inputs]) => {
  const { estimates, total } = await import("/costs-model.js");
  return traffics.map((traffic) => estimates(traffic, inputs).map((each) =>
    ({ ...each, usd: total(each) })));
}"""


@pytest.fixture(scope="module", autouse=True)
def _built():
    # Only where it is stale: tests of the deployment may be reading the folder meanwhile
    built = site.TARGET / "costs.json"
    if not built.is_file() or json.loads(built.read_text()) != json.loads(json.dumps(document())):
        site.main()


@pytest.fixture
def costs(visit):
    return visit("/costs.html")


def grid(inputs):
    """Corners of everything that can be set, and as many points at random between them."""
    volumes = [1, 1e4, 3e6, 2.5e8, 3e10]
    rest = [(1, 200), (1, 20), (0, 0.01, 1), (0, 1), (False, True), (False, True)]
    source = random.Random(9)
    memory = [int(size) for size in inputs.measured["memory_mb"]]
    for volume, (samples, peak, cold, form, free, redundant) in itertools.product(
        volumes, itertools.product(*rest)
    ):
        yield Traffic(volume, samples, peak, source.choice(memory), cold, form, free, redundant)
    for _ in range(100):
        yield Traffic(
            10 ** source.uniform(0, 10.5),
            source.randint(1, 900),
            source.uniform(1, 60),
            source.choice(memory),
            source.random() ** 4,
            source.random(),
            source.random() < 0.5,
            source.random() < 0.5,
        )


def test_the_browser_computes_what_python_computes_to_the_cent(costs):
    found = document()
    inputs = as_inputs(found)
    traffics = list(grid(inputs))

    answered = costs.evaluate(COMPUTE, [[each._asdict() for each in traffics], found])

    assert len(answered) == len(traffics) > 300
    for traffic, homes in zip(traffics, answered, strict=True):
        for own, theirs in zip(estimates(traffic, inputs), homes, strict=True):
            assert (own.home, own.size, own.units) == (
                theirs["home"],
                theirs["size"],
                theirs["units"],
            )
            assert own.lines.keys() == theirs["lines"].keys()
            for line, usd in own.lines.items():
                assert theirs["lines"][line] == pytest.approx(usd, rel=1e-9, abs=1e-6)
            assert abs(own.usd - theirs["usd"]) < 0.005
            assert own.beyond_quota == theirs["beyondQuota"]
            assert close(own.typical_ms, theirs["typicalMs"])
            assert close(own.slow_ms, theirs["slowMs"])


def close(own, theirs):
    if own is None or theirs is None:
        return own is theirs
    return math.isclose(own, theirs, rel_tol=1e-9)


def test_the_table_shows_the_model_for_what_the_sliders_say(costs):
    costs.locator("#requests").focus()
    for _ in range(4):
        costs.keyboard.press("ArrowRight")
    costs.check("#free")

    expected = estimates(
        Traffic(1e7, free_tier=True), as_inputs(costs.request.get("/costs.json").json())
    )
    assert costs.inner_text("#requests-value") == "10,000,000"
    assert costs.get_attribute("#requests", "aria-valuetext") == "10,000,000"
    shown = costs.locator("#homes tbody tr td:nth-of-type(1)").all_inner_texts()
    assert shown == [f"${each.usd:,.2f}" for each in expected]
    assert costs.locator("#parts tfoot td").all_inner_texts() == shown
    least = min(expected, key=lambda each: each.usd)
    assert f"${least.usd:,.2f} a month." in costs.inner_text("#cheapest")
    assert len(HOMES) == costs.locator("#plot .key text").count()


def test_every_slider_moves_by_keyboard_and_changes_the_answer(costs):
    for name in ("samples", "peak", "memory_mb", "cold_share", "form_share", "requests"):
        before = costs.inner_text("#homes") + costs.inner_text("#parts")
        costs.get_by_role("slider").and_(costs.locator(f"#{name}")).focus()
        costs.keyboard.press("End")
        assert costs.inner_text("#homes") + costs.inner_text("#parts") != before, name
        costs.keyboard.press("Home")


def test_german_is_whole_and_switches_in_place(visit):
    page = visit("/costs.html", locale="de-DE")
    assert page.inner_text("h1") == "Was dieser Dienst kostet"
    assert "Am günstigsten für diesen Verkehr" in page.inner_text("#cheapest")
    page.click("#language")
    page.get_by_role("heading", name="What this service costs").wait_for()
    assert "lang=en" in page.url
    tables = page.evaluate(
        """async () => Promise.all(["/costs-en.js", "/costs-de.js"].map(async (each) =>
          (await import(each)).default))"""
    )
    assert tables[0].keys() == tables[1].keys()
    assert all(tables[1].values())


def test_the_page_before_its_scripts_says_what_the_table_says(visit):
    page = visit("/404.html", java_script_enabled=False)
    page.goto("/costs.html")
    shown = {
        element.get_attribute("data-t"): " ".join(element.text_content().split())
        for element in page.locator("[data-t]").all()
    }
    table = visit("/costs.html").evaluate("async () => (await import('/costs-en.js')).default")
    assert shown == {key: table[key] for key in shown}


def test_wide_screens_german_and_print_break_no_rule(visit, axe):
    page = visit("/costs.html", viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    assert violations(page, axe, TAGS) == []
    assert overflow(page) <= 0
    narrow = visit("/costs.html?lang=de", viewport={"width": 320, "height": 900})
    assert violations(narrow, axe, TAGS) == []
    assert overflow(narrow) <= 0
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    page.emulate_media(media="print")
    assert page.is_visible("#homes")
    assert page.is_hidden("#requests")


def test_a_site_built_without_prices_says_so(visit):
    page = visit("/404.html")
    page.expected_messages.append("Failed to load resource")
    page.route("**/costs.json", lambda route: route.fulfill(status=404))
    page.goto("/costs.html")
    page.wait_for_selector("html[data-state=broken]")
    assert "The prices could not be loaded." in page.inner_text("#broken")
    assert page.is_hidden("#calculator")


def test_the_form_links_to_the_costs_and_back(page):
    page.click("nav a[href='costs.html']")
    page.wait_for_selector("#homes tbody tr")
    page.click("nav a[href='./']")
    page.wait_for_selector("html[data-state=ready] #case")
