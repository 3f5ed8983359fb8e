"""Whatever the network does, the page ends in a named state and the scores stay."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.support.reader import INCONCLUSIVE, classify, fill, paste, reach, scores

PREDICT = "**/v1/predict*"
FAILED = "Failed to load resource"


@pytest.fixture
def timed(visit):
    """The page with a clock that the test moves."""
    page = visit(alone=True)
    page.clock.install()
    return page


class Script:
    """Answers of a broken service, one after the other; after the last one, the real ones."""

    def __init__(self, page, *acts, path=PREDICT):
        self.calls = 0
        self._acts = list(acts)
        page.expected_messages.append(FAILED)
        page.route(path, self._play)

    def _play(self, route):
        self.calls += 1
        act = self._acts.pop(0) if self._acts else None
        if act is None:
            route.continue_()
        else:
            act(route)


def status(code, body="", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda route: route.fulfill(status=code, body=body, headers=named)


def submit(page, state):
    fill(page, INCONCLUSIVE)
    page.click("#classify")
    reach(page, state)
    assert scores(page) == [str(score) for score in INCONCLUSIVE]


def words(page):
    return page.inner_text("#status")


def test_a_slow_answer_is_first_called_starting_and_then_shown(timed):
    page = timed
    held = []
    Script(page, held.append)
    fill(page, INCONCLUSIVE)
    page.click("#classify")
    reach(page, "working")
    assert words(page) == "Working…"

    page.clock.fast_forward(1_500)
    reach(page, "starting")
    assert words(page).startswith("Starting the service.")
    assert page.is_visible("#cancel")

    held[0].continue_()
    page.clock.fast_forward(50)
    reach(page, "done")


def test_two_refusals_are_outlived(page):
    script = Script(page, status(503), status(503))

    submit(page, "done")

    assert script.calls >= 3


@pytest.mark.parametrize("path", ["**/reference.json", "**/v1/model"])
def test_the_histogram_outlives_a_refusal(page, path):
    script = Script(page, status(503, "{}"), path=path)

    submit(page, "done")
    page.wait_for_selector(".place svg")

    assert script.calls == 2


def test_a_service_that_stays_away_is_asked_three_times(page):
    script = Script(page, *[status(503, x_request_id="abc")] * 9)

    submit(page, "unanswered")

    assert script.calls == 3
    assert words(page) == "The service did not answer. Your values are kept. Request abc."


def test_an_answer_that_never_comes_is_given_up_after_twenty_seconds(timed):
    page = timed
    calls = []
    page.route(PREDICT, lambda route: calls.append(route))
    fill(page, INCONCLUSIVE)
    page.click("#classify")
    for _ in range(22):
        page.clock.run_for(1_000)
        # The page's clock can be hurried, the network beneath it cannot
        page.wait_for_timeout(50)

    reach(page, "unanswered")
    assert len(calls) == 3
    assert scores(page) == [str(score) for score in INCONCLUSIVE]


def test_a_short_retry_after_is_waited_for(timed):
    page = timed
    script = Script(page, status(429, retry_after="3"))
    fill(page, INCONCLUSIVE)
    with page.expect_response(PREDICT):
        page.click("#classify")

    page.clock.run_for(2_500)
    assert script.calls == 1
    page.clock.run_for(1_000)
    reach(page, "done")


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_long_retry_after_is_told_instead_of_waited_for(page, form):
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    script = Script(page, status(429, retry_after={"seconds": "60", "date": later}[form]))

    submit(page, "busy")

    assert script.calls == 1
    assert words(page).startswith("The service is busy. Your values are kept; try again in ")


@pytest.mark.parametrize(
    "bodies",
    [
        ("", "{", "<html>"),
        ("null", '{"predictions": []}', '{"predictions": "x"}'),
        ('{"predictions": [{}]}', '{"predictions": [{"label": 1}]}', "[]"),
    ],
)
def test_an_answer_that_is_no_answer_is_unreadable(page, bodies):
    Script(page, *[status(200, body) for body in bodies])

    submit(page, "unreadable")

    assert not page.is_visible("#result")


def test_an_aborted_connection_is_no_answer(page):
    Script(page, *[lambda route: route.abort("connectionreset")] * 3)

    submit(page, "unanswered")


def test_offline_this_device_answers_and_online_again_the_service(page):
    page.expected_messages.append(FAILED)
    classify(page, INCONCLUSIVE)
    page.context.set_offline(True)
    submit(page, "done")
    assert words(page) == "No network: answered on this device."

    page.context.set_offline(False)
    page.click("#classify")
    page.get_by_text("Answered by the service.").first.wait_for()


def test_a_module_that_cannot_be_fetched_is_said_too(page):
    page.expected_messages += [FAILED, "ERR_FAILED"]
    page.route("**/form/case.js", lambda route: route.abort())

    submit(page, "unanswered")


def test_a_failure_looks_like_one_and_is_tried_again_with_one_press(page):
    Script(page, status(429, retry_after="60"))
    submit(page, "busy")
    colour = "(id) => getComputedStyle(document.getElementById(id)).color"
    assert page.evaluate(colour, "status") != page.evaluate(colour, "title")

    page.get_by_role("button", name="Try again").click()

    reach(page, "done")


def test_messages_are_in_view_wherever_the_reader_is(page):
    for place in ("#skip", "#features fieldset:nth-child(5)", "#sample-label"):
        page.locator(place).evaluate("(element) => element.scrollIntoView()")
        paste(page, "garbage")
        page.get_by_text("Nothing was pasted").wait_for()
        box = page.locator("#status").bounding_box()
        assert 0 <= box["y"] <= page.viewport_size["height"] - box["height"]


def test_cancel_ends_the_wait_and_keeps_the_scores(page):
    page.route(PREDICT, lambda route: None)
    fill(page, INCONCLUSIVE)
    page.click("#classify")
    page.click("#cancel")

    reach(page, "cancelled")
    assert scores(page) == [str(score) for score in INCONCLUSIVE]


def test_while_it_works_the_scores_cannot_change_and_a_second_press_asks_nothing(page):
    calls = []
    page.route(PREDICT, lambda route: calls.append(route))
    fill(page, INCONCLUSIVE)
    page.click("#classify")
    reach(page, "working")
    page.evaluate("() => document.getElementById('case').requestSubmit()")

    assert page.evaluate("document.getElementById('features').inert")
    assert len(calls) == 1
    page.click("#cancel")
    reach(page, "cancelled")
    assert not page.evaluate("document.getElementById('features').inert")


def test_faults_that_the_service_names_are_put_at_their_fields_and_never_retried(page):
    problem = {
        "title": "No sample is valid",
        "errors": [
            {"sample": 0, "field": "mitoses", "message": "mitoses must be <b>even</b>, got 1"},
            {"sample": 0, "field": "", "message": "the sample breaks a rule"},
        ],
    }
    script = Script(page, status(422, json.dumps(problem), x_request_id="r1"))

    submit(page, "refused")

    assert script.calls == 1
    assert page.inner_text("#error-mitoses") == "Mitoses must be <b>even</b>, got 1"
    assert page.locator("#summary li").all_inner_texts() == [
        "Mitoses must be <b>even</b>, got 1",
        "The sample breaks a rule",
    ]


@pytest.mark.parametrize(("code", "word"), [(401, "Unauthorized"), (403, "Forbidden")])
def test_a_service_that_asks_for_a_sign_in_is_called_so_and_not_asked_again(page, code, word):
    script = Script(page, status(code, json.dumps({"message": word})))

    submit(page, "closed")

    assert script.calls == 1
    assert words(page).startswith("This service answers only callers who have signed in")


def test_alternatives_that_fail_can_be_fetched_again(page):
    page.expected_messages.append(FAILED)
    # Without the model this device cannot answer them itself
    page.route("**/v1/model", status(500))
    page.route("**/v1/predict?explain=false", status(500))
    classify(page, INCONCLUSIVE)
    again = page.get_by_role("button", name="Try again")
    again.wait_for()
    page.unroute("**/v1/predict?explain=false")

    again.click()

    page.wait_for_selector("[role=gridcell]")


def test_a_model_without_reference_counts_shows_no_place(page):
    page.expected_messages.append(FAILED)
    page.route("**/reference.json", status(404))
    classify(page, INCONCLUSIVE)
    page.wait_for_selector("[role=gridcell]")

    assert page.is_hidden(".place")


def test_a_form_that_cannot_be_drawn_says_so(visit):
    page = visit("/404")
    page.expected_messages.append(FAILED)
    page.route("**/features.json", lambda route: route.abort())
    page.goto("/")

    reach(page, "broken")
    assert "could not be loaded" in page.inner_text("#broken")


def test_an_address_without_a_page_leads_back(visit):
    page = visit("/nothing-here")
    page.expected_messages.append(FAILED)

    assert "Nothing is published at this address" in page.inner_text("h1")
    page.click("a[href='/']")
    reach(page, "ready")
