"""What a screen reader is given, and what the card says of answers that are not the usual ones."""

import re

import pytest
from playwright.sync_api import expect

from tests.support import service
from tests.support.reader import INCONCLUSIVE, classify, reach

PREDICT = "**/v1/predict"


def test_the_form_reads_as_a_question_then_nine_groups_then_the_button(page):
    expect(page.locator("form")).to_match_aria_snapshot("""
      - group "Is the sample adequate?":
        - heading "Is the sample adequate?" [level=2]
        - button "Yes"
        - button "No"
      - paragraph:
        - button "Benign"
        - button "Inconclusive"
        - button "Malignant"
      - group "Clump thickness":
        - radio "1"
        - radio "10"
      - group "Bare nuclei":
        - radio "Not known"
      - group "Mitoses"
      - textbox "Sample label (optional)"
      - paragraph:
        - checkbox /Keep on this device/
    """)
    expect(page.get_by_role("group", name="Clump thickness")).to_have_accessible_description(
        "How thick the groups of cells are. 1: flat, a single layer 10: thick, layered groups"
    )


def test_faults_read_as_a_list_of_links_and_mark_their_groups(page):
    page.click("#classify")
    reach(page, "faulty")

    expect(page.locator("#summary")).to_match_aria_snapshot("""
      - heading "There is a problem" [level=2]
      - list:
        - listitem:
          - link "Answer the question before the values"
        - listitem:
          - link /Clump thickness. choose a value/
    """)
    expect(page.get_by_role("group", name="Mitoses")).to_have_accessible_description(
        re.compile(r"^Mitoses: choose a value How often")
    )
    expect(page.get_by_role("group", name="Is the sample")).to_have_accessible_description(
        re.compile("^Answer the question before the values The model knows adequate samples only.")
    )
    assert page.locator("[aria-invalid]").count() == 0


def test_the_card_reads_from_the_category_down_to_the_request(page, kinds):
    classify(page, kinds["inconclusive"])
    page.wait_for_selector(".place svg")

    expect(page.locator("#result")).to_match_aria_snapshot("""
      - heading "Inconclusive" [level=2]
      - figure:
        - img /Of 100 samples like this/
      - paragraph: /Of 100 samples like this/
      - list
      - paragraph:
        - button "Copy"
        - button "Print"
        - button "Copy link"
        - button "Save JSON"
        - button "Compare"
      - region "Why":
        - heading "Why" [level=3]
        - table
      - region "What if one value were another?":
        - grid "What if one value were another?":
          - row "Clump thickness"
      - region "Among the training samples":
        - img /Of the training samples/
      - heading "Limits of use" [level=3]
      - list
    """)


@pytest.fixture
def changed(page):
    """Answer with what the API answers, changed first."""

    def arrange(change):
        def answer(route):
            answered = route.fetch()
            document = answered.json()
            change(document["predictions"][0])
            route.fulfill(response=answered, json=document)

        page.route(PREDICT, answer)
        classify(page, INCONCLUSIVE)
        return page

    return arrange


def test_parts_of_a_model_that_is_not_additive_have_no_sum(changed):
    page = changed(lambda answer: answer.update(contributions_exact=False))

    assert "not additive" in page.inner_text(".reasons")
    assert page.locator(".reasons tfoot").count() == 0


def test_an_answer_without_reasons_says_so(changed):
    page = changed(lambda answer: answer.pop("contributions"))

    assert "The service gave no reasons for this answer." in page.inner_text("#result")


def test_an_answer_of_neither_class_is_inconclusive_and_unlike_both(changed):
    page = changed(lambda answer: answer.update(prediction_set=[], inconclusive=True))

    assert page.inner_text("#result-title").strip() == "Inconclusive"
    assert "unlike those usual in either class" in page.inner_text(".notes")


def test_a_lower_level_of_the_set_is_stated_and_the_usual_one_is_not(changed):
    said = "a class is ruled out at a level of 95 %, not of 99 %"
    page = changed(lambda answer: answer.update(prediction_set_level=0.95))
    assert said in page.inner_text(".notes")

    page.unroute(PREDICT)
    page.click("#classify")
    page.locator(".notes", has_not_text=said).wait_for()


def test_missing_values_are_ranked_by_how_probably_they_change_the_label(page, address):
    row = [2, None, 1, None, 1, 4, 4, 4, 4]
    labels = {each["name"]: each["label"] for each in service.schema(address)["features"]}
    [answer] = service.ask(address, [row])
    ranked = [(labels[each["field"]], each["probability"]) for each in answer["decisive_unknowns"]]
    texts = [f"{label} {round(share * 100)}%" for label, share in ranked]
    assert len(texts) == 2
    assert 1 > ranked[0][1] > ranked[1][1] > 0.01

    classify(page, row)

    said = "Probability that knowing the value changes the label: "
    assert f"{said}{', '.join(texts)}." in page.inner_text(".notes")


@pytest.mark.parametrize(
    ("probability", "start"),
    [
        (0.0, "fewer than 1 is"),
        (0.0099, "fewer than 1 is"),
        (0.01, "about 1 are"),
        (0.99, "about 99 are"),
        (0.9901, "more than 99 are"),
        (1.0, "more than 99 are"),
    ],
)
def test_no_case_is_ever_none_or_all_of_a_hundred(changed, probability, start):
    page = changed(lambda answer: answer.update(probability=probability))

    assert page.inner_text(".sentence").startswith(f"Of 100 samples like this, {start}")
    assert page.inner_text("dd.fact_probability") not in ("0.0000", "1.0000")


def test_fragility_is_shown_as_the_service_states_it(changed):
    page = changed(lambda answer: answer.update(fragility=0.1234))

    shown = page.inner_text("dd.fact_fragility")
    assert shown == "12.3 % of these changes give the other label"


def test_what_the_service_says_would_change_the_label_is_shown(changed):
    page = changed(lambda answer: answer.update(what_would_change={"mitoses": 7}))
    page.wait_for_selector("[role=gridcell]")

    shown = page.locator("[role=rowheader]").last.inner_text()
    assert "the yes-or-no label changes at 7" in shown


def test_a_warning_that_the_page_does_not_know_is_shown_in_the_services_words(changed):
    caution = {"code": "newer", "field": "", "message": "<b>Something new.</b>"}
    page = changed(lambda answer: answer.update(warnings=[caution]))

    assert "<b>Something new.</b>" in page.inner_text(".notes")
