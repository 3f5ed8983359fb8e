"""On paper: one page with the case, its reasons and its limits."""

import re

import pytest

from tests.support import service
from tests.support.reader import INCONCLUSIVE, MISSING, classify


@pytest.mark.parametrize("scores", [INCONCLUSIVE, MISSING])
@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
def test_a_case_prints_on_one_a4_page(visit, scores, locale):
    page = visit(locale=locale)
    page.fill("#sample-label", "slide 7")
    classify(page, scores)
    page.wait_for_selector("[role=gridcell]")

    assert_is_one_a4_page(page)


@pytest.mark.parametrize(
    ("locale", "link", "total"),
    [("en-GB", "The score on paper", "Total"), ("de-DE", "Der Wert auf Papier", "Summe")],
)
def test_the_form_leads_to_a_sheet_that_prints_on_one_a4_page(visit, locale, link, total):
    page = visit(locale=locale)
    page.focus("#yes")
    page.get_by_role("link", name=link).click()
    page.wait_for_url("**/sheet.*.html*")

    assert total in page.inner_text("main")
    assert page.get_attribute("html", "lang") == locale[:2]
    assert_is_one_a4_page(page)


def assert_is_one_a4_page(page):
    pdf = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    [box] = set(re.findall(rb"/MediaBox \[([\d. ]+)\]", pdf))
    assert [round(float(number)) for number in box.split()][2:] == [595, 842]


def test_the_most_notes_that_an_answer_can_have_still_fit_on_the_page(visit):
    page = visit(locale="de-DE")

    def add_every_note(route):
        answered = route.fetch()
        document = answered.json()
        for prediction in document["predictions"]:
            codes = ("missing_score", "unseen_score", "decisive_missing_score", "fragile")
            prediction["warnings"] = [
                {"code": code, "field": "single_epithelial_cell_size", "message": ""}
                for code in (*codes, "unseen_score", "unusual_sample")
            ]
            prediction["fragility"] = 0.123
            prediction["prediction_set_level"] = 0.95
        route.fulfill(response=answered, json=document)

    page.route("**/v1/predict", add_every_note)
    classify(page, MISSING)
    page.wait_for_selector("[role=gridcell]")
    assert page.locator(".notes li").count() == 11

    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))) == 1


def test_paper_shows_scores_answer_reasons_limits_version_and_link(page, address):
    schema = service.schema(address)
    classify(page, INCONCLUSIVE)
    page.wait_for_selector("[role=gridcell]")
    [answer] = service.ask(address, [INCONCLUSIVE])
    page.emulate_media(media="print")

    text = page.inner_text("body")

    wanted = [
        "Not a medical device",
        service.category(answer),
        service.sentence(answer),
        service.probability(answer["probability"]),
        *schema["limits_of_use"],
        *(f"{f['label']}: {s}" for f, s in zip(schema["features"], INCONCLUSIVE, strict=True)),
        "#v=1&s=5.3.4.3.2.8.3.2.1",
        "UTC",
    ]
    assert [part for part in wanted if part not in text] == []
    assert "Classify" not in text
    assert "What if" not in text


def test_paper_is_light_even_where_the_screen_is_dark(visit):
    page = visit(color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")

    assert page.evaluate("() => getComputedStyle(document.body).color") == "rgb(21, 32, 43)"
