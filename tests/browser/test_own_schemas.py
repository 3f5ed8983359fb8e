"""Forms of other schemas than the shipped one: every kind of feature gets the service's answers."""

import random

import pytest

from tests.browser.conftest import serve
from tests.support import service
from tests.support.ferry import write_ferry
from tests.support.foreign import TARGETS, artifact_of
from tests.support.reader import paste, reach


@pytest.fixture(scope="module", params=["ferry", *TARGETS])
def artifact(request, tmp_path_factory):
    if request.param != "ferry":
        return artifact_of(request.param)
    directory = tmp_path_factory.mktemp("ferry") / "artifact"
    write_ferry(directory)
    return directory


ferry = pytest.mark.parametrize("artifact", ["ferry"], indirect=True)


@pytest.fixture(scope="module")
def own(artifact):
    with serve(artifact) as server:
        yield f"http://127.0.0.1:{server.port}"


@pytest.fixture
def form(visit, own):
    page = visit(base_url=own)
    page.features = service.schema(own)["features"]
    if page.is_visible("#yes"):
        page.click("#yes")
    return page


def drawn(features, missing, count=3):
    dice = random.Random(7)

    def value(feature):
        if missing and feature["may_be_missing"] and dice.random() < 0.5:
            return None
        if feature["kind"] == "category":
            return dice.choice(feature["values"])["value"]
        if feature["kind"] == "whole":
            return dice.randint(feature["min"], feature["max"])
        return round(dice.uniform(feature["min"], feature["max"]), feature["decimals"])

    return [[value(feature) for feature in features] for _ in range(count)]


def fill(page, row):
    for group, value in zip(page.locator("#features fieldset").all(), row, strict=True):
        if group.locator("select").count():
            group.locator("select").select_option("?" if value is None else value)
        elif value is None:
            group.locator(".unknown input").check()
        elif group.locator("[type=number]").count():
            group.locator("[type=number]").fill(str(value))
        else:
            group.locator(f"input[value='{value}']").check()


def classified(page, row):
    fill(page, row)
    page.click("#classify")
    reach(page, "done")
    return page.inner_text("dd.fact_probability")


@pytest.mark.parametrize("missing", [False, True], ids=["complete", "missing"])
def test_a_form_shows_the_answers_of_the_api_and_this_device_agrees(form, own, missing):
    form.wait_for_load_state("networkidle")
    for row in drawn(form.features, missing):
        [answer] = service.ask(own, [row])
        assert classified(form, row) == service.probability(answer["probability"])
    assert form.get_attribute("html", "data-differences") is None


@ferry
def test_kept_on_this_device_a_form_answers_as_the_service_and_asks_nothing(form, own):
    first, *others = drawn(form.features, missing=False)
    classified(form, first)
    form.wait_for_selector("[role=gridcell]")
    form.check("#device")
    asked = []
    form.on("request", lambda request: asked.append(request.url))

    for row in others:
        fill(form, row)
        form.click("#classify")
        form.get_by_text("Answered on this device. Nothing was sent.").first.wait_for()
        form.wait_for_selector("#result[data-current=true] [role=gridcell]")
        [answer] = service.ask(own, [row])
        shown = form.inner_text("dd.fact_probability")
        assert shown == service.probability(answer["probability"])
    assert asked == []


@ferry
def test_a_link_and_a_paste_bring_the_values_back(form, visit, own):
    [row] = drawn(form.features, missing=False, count=1)
    classified(form, row)
    link, given = form.text_content("dd.fact_link"), form.inner_text("dd.fact_values")

    reader = visit(base_url=own)
    reader.goto(link)
    reader.get_by_text("The values came with the link.").wait_for()
    for other in (reader, visit(base_url=own)):
        paste(other, given)
        other.get_by_text("The values are filled in.").wait_for()
        other.evaluate("() => document.getElementById('yes').click()")
        other.click("#classify")
        reach(other, "done")
        assert other.inner_text("dd.fact_values") == given


@ferry
def test_what_is_wrong_is_said_in_the_schema_s_words(form):
    form.click("#classify")
    reach(form, "faulty")
    assert form.locator("#summary li").all_inner_texts() == [
        "Decks above the water: choose a value",
        "Height of the waves: enter a number",
        "Seat: choose a value",
    ]

    form.fill("[type=number]", "15.5")
    form.click("#classify")
    form.get_by_role("link", name="Height of the waves must be between 0 and 15").wait_for()


@ferry
def test_what_if_draws_a_curve_for_a_number_and_cells_for_choices(form):
    classified(form, [4, 7.25, "bow"])
    form.wait_for_selector("[role=gridcell]")

    rows = form.locator(".whatif [role=row]")
    assert rows.locator(".curve .line").count() == 1
    assert rows.nth(1).locator("[data-chosen]").inner_text().startswith("7.25")
    labels = rows.nth(2).get_by_role("gridcell").all_inner_texts()
    assert [label.strip() for label in labels] == ["At the bow", "In the middle", "stern"]


def test_a_form_says_nothing_of_the_shipped_model(form):
    text = form.inner_text("body").lower()

    assert [word for word in ("breast", "malignant", "aspirate", "cell ") if word in text] == []
    assert "undefined" not in text


@ferry
def test_nothing_of_another_model_is_shown(form, own):
    classified(form, [4, 7.25, "bow"])
    form.wait_for_selector("[role=gridcell]")
    form.wait_for_load_state("networkidle")

    assert form.locator("#paper a, .place svg").count() == 0
    for path in ("model-card.html", "sheet.en.html"):
        answer = form.request.get(f"{own}/{path}")
        assert answer.status == 404
        assert "Nothing is published at this address" in answer.text()


@ferry
def test_the_api_page_shows_an_answer_to_a_sample_of_this_schema(visit, own):
    page = visit("/api.html", base_url=own)

    page.locator("#answer", has_text='"label"').wait_for()
    assert '"title"' not in page.inner_text("#answer")
