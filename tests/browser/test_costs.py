"""The costs page: sliders, tables and plot, in two languages, on any screen."""

import itertools

import pytest

from lab.costs.model import months
from tests.support.reader import texts


@pytest.fixture
def costs(visit):
    return visit("/costs.html")


def test_the_tables_show_the_month_that_the_sliders_describe(costs):
    costs.locator("#requests").focus()
    for _ in range(4):
        costs.keyboard.press("ArrowRight")
    costs.check("#free")

    inputs = costs.request.get("/costs.json").json()
    [month] = months(inputs, [{"requests": 1e7, "free_tier": True}])
    assert costs.inner_text("#requests-value") == "10,000,000"
    assert costs.get_attribute("#requests", "aria-valuetext") == "10,000,000"
    shown = costs.locator("#options tbody tr td:nth-of-type(1)").all_inner_texts()
    assert shown == [f"${each['usd']:,.2f}" for each in month.values()]
    assert costs.locator("#lines tfoot td").all_inner_texts() == shown
    least = min(each["usd"] for each in month.values())
    assert f"${least:,.2f} a month." in costs.inner_text("#cheapest")


def test_each_line_of_the_plot_has_its_own_colour_mark_and_name(costs):
    lines = costs.locator("#plot svg > g")
    names = costs.locator("#plot .name")
    colours = lines.locator(".line").evaluate_all(
        "all => all.map(each => each.getAttribute('stroke'))"
    )
    marks = [line.locator(".mark").first.get_attribute("d") for line in lines.all()]

    options = costs.locator("#options tbody th").all_inner_texts()
    assert sorted(names.all_text_contents()) == sorted(options)
    assert len(set(colours)) == len(set(marks)) == len(options) == lines.count()
    tops = sorted(name.bounding_box()["y"] for name in names.all())
    heights = [name.bounding_box()["height"] for name in names.all()]
    assert all(below - above >= max(heights) - 1 for above, below in itertools.pairwise(tops))


def test_every_slider_moves_by_keyboard_and_changes_the_tables(costs):
    for name in ("samples", "peak", "memory_mb", "cold_share", "form_share", "requests"):
        before = costs.inner_text("#options") + costs.inner_text("#lines")
        costs.get_by_role("slider").and_(costs.locator(f"#{name}")).focus()
        costs.keyboard.press("End")
        assert costs.inner_text("#options") + costs.inner_text("#lines") != before, name
        costs.keyboard.press("Home")


def test_german_is_whole_and_switches_in_place(visit):
    page = visit("/costs.html", locale="de-DE")
    assert page.inner_text("h1") == "Was dieser Dienst kostet"
    assert "Am günstigsten für diesen Verkehr" in page.inner_text("#cheapest")
    page.click("#language")
    page.get_by_role("heading", name="What this service costs").wait_for()
    assert "lang=en" in page.url
    tables = [page.request.get(f"/costs/{language}.json").json() for language in ("en", "de")]
    assert tables[0].keys() == tables[1].keys()
    assert all(tables[1].values())


def test_the_page_before_its_scripts_says_what_the_table_says(visit):
    page = visit("/costs.html", java_script_enabled=False)
    shown = texts(page, "main [data-t]")
    table = page.request.get("/costs/en.json").json()
    assert shown == {key: table[key] for key in shown}


def test_paper_shows_the_tables_without_the_sliders(costs):
    assert costs.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    costs.emulate_media(media="print")
    assert costs.is_visible("#options")
    assert costs.is_hidden("#requests")


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
    page.wait_for_selector("#options tbody tr")
    page.click("nav a[href='./']")
    page.wait_for_selector("html[data-state=ready] #case")
