"""An answer is unmarked only beside the scores that it was given for, whatever happens."""

import json

import pytest

from tests.support.reader import BENIGN, MALIGNANT, classify, current, fill, paste, reach, scores

PREDICT = "**/v1/predict*"

#: What the card itself says that it was given for, and what the form holds.
CARD = "() => document.querySelector('dd.fact_values').textContent.split(' ')"


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def change(page):
    page.locator("#mitoses-7").check()


def change_back(page):
    change(page)
    page.locator(f"#mitoses-{BENIGN[8]}").check()


def fail(page):
    page.expected_messages.append("Failed to load resource")
    page.route(PREDICT, lambda route: route.fulfill(status=503, headers={"retry-after": "60"}))
    press(page, "Malignant")
    page.click("#classify")
    reach(page, "busy")


def refuse(page):
    page.expected_messages.append("Failed to load resource")
    errors = [{"sample": 0, "field": "mitoses", "code": "out_of_range", "message": "mitoses"}]
    body = json.dumps({"errors": errors})
    page.route(PREDICT, lambda route: route.fulfill(status=422, body=body))
    press(page, "Malignant")
    page.click("#classify")
    reach(page, "refused")


def cancel(page):
    page.route(PREDICT, lambda route: None)
    press(page, "Malignant")
    page.click("#classify")
    page.click("#cancel")
    reach(page, "cancelled")


def clear(page):
    press(page, "Clear")
    page.get_by_text("Cleared.").wait_for()


def clear_and_classify(page):
    clear(page)
    page.click("#classify")
    reach(page, "faulty")


def clear_and_undo(page):
    clear(page)
    press(page, "Undo")
    page.get_by_text("The values are back.").wait_for()


def paste_others(page):
    paste(page, ",".join(map(str, MALIGNANT)))
    page.get_by_text("The values are filled in.").wait_for()


def paste_garbage(page):
    paste(page, "garbage")
    page.get_by_text("Nothing was pasted").wait_for()


def follow_link(page):
    page.evaluate("() => { location.hash = '#v=1&s=8.10.10.8.7.10.9.7.1'; }")
    page.get_by_text("The values came with the link.").wait_for()


def follow_bad_link(page):
    page.evaluate("() => { location.hash = '#v=1&s=0'; }")
    page.get_by_text("The link holds no case").wait_for()


def clear_history(page):
    change(page)
    press(page, "Clear history")
    page.get_by_text("The history is cleared").wait_for()


def gate(page):
    press(page, "No")
    reach(page, "gated")


def gate_and_back(page):
    gate(page)
    press(page, "Yes")


def to_table_and_back(page):
    page.click("#go-batch")
    page.wait_for_selector("#rows")
    page.go_back()
    page.wait_for_selector("#single:visible")


def language(page):
    page.click("#language")
    page.get_by_text("Von 100 solchen Proben").first.wait_for()


def change_and_language(page):
    change(page)
    language(page)


def reload(page):
    page.reload()
    page.wait_for_selector("html[data-state=done]")


def change_and_reload(page):
    change(page)
    reload(page)


def leave_and_return(page):
    page.click("nav a[href^='api.html']")
    page.wait_for_selector("pre")
    page.go_back()
    page.wait_for_selector("html[data-state=done]")


def history_entry(page):
    press(page, "Malignant")
    page.get_by_role("button", name="Open: ").first.click()
    page.get_by_text("The values are filled in.").wait_for()


KEPT = [
    change_back, clear_and_undo, paste_garbage, follow_bad_link, gate_and_back, to_table_and_back,
    language, reload, leave_and_return, history_entry,
]  # fmt: skip
OUTDATED = [
    change, fail, refuse, cancel, clear, clear_and_classify, paste_others, follow_link,
    clear_history, gate, change_and_language, change_and_reload,
]  # fmt: skip


@pytest.mark.parametrize(
    ("act", "kept"),
    [(act, True) for act in KEPT] + [(act, False) for act in OUTDATED],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_an_unmarked_answer_is_the_answer_to_the_scores_in_the_form(page, act, kept):
    classify(page, BENIGN)
    assert current(page)

    act(page)

    assert current(page) is kept
    if kept:
        assert page.evaluate(CARD) == scores(page)
    elif page.is_visible("#result"):
        assert page.is_visible("#result .out-of-date")
        page.emulate_media(media="print")
        assert page.is_visible("#result .out-of-date")


def test_a_score_that_changes_while_the_service_works_cannot_happen_and_the_new_answer_counts(page):
    classify(page, BENIGN)
    fill(page, MALIGNANT)
    page.click("#classify")
    page.wait_for_selector("#result[data-current=true]")

    assert page.evaluate(CARD) == [str(score) for score in MALIGNANT]


def test_an_answer_of_an_earlier_model_is_marked_when_another_one_has_answered(page):
    classify(page, BENIGN)

    def answer(route):
        answered = route.fetch()
        document = answered.json()
        document["model"]["version"] = "another"
        route.fulfill(response=answered, json=document)

    page.route(PREDICT, answer)
    classify(page, MALIGNANT)

    assert page.locator("#history li[data-current=true]").count() == 1
    assert "another version" in page.locator("#history li").last.inner_text()
