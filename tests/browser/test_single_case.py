"""One case in a real browser: what the page shows is what the API answers."""

import json
import urllib.request
from decimal import ROUND_HALF_UP, Decimal

import pytest

SCORES = [8, 7, 5, 10, 7, 9, 5, 5, 4]


def ask(address, *samples):
    request = urllib.request.Request(
        f"{address}/v1/predict",
        json.dumps({"samples": samples}).encode(),
        {"content-type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["predictions"]


def rounded(value, places):
    return str(Decimal(value).quantize(Decimal(10) ** -places, ROUND_HALF_UP))


def shown_probability(value):
    if value < 0.0001:
        return "under 0.0001"
    return "over 0.9999" if value > 0.9999 else rounded(value, 4)


def features(address):
    with urllib.request.urlopen(f"{address}/features.json") as answer:
        return json.load(answer)["features"]


@pytest.fixture
def page(chromium, address):
    context = chromium.new_context(service_workers="block", locale="en-GB")
    opened = context.new_page()
    messages = []
    opened.on("console", lambda message: messages.append(message.text))
    opened.on("pageerror", lambda error: messages.append(str(error)))
    opened.goto(address)
    yield opened
    context.close()
    assert messages == []


def test_the_filled_in_form_shows_the_probability_that_the_api_answers(page, address):
    page.click("#yes")
    for feature, score in zip(features(address), SCORES, strict=True):
        page.check(f"#{feature['name']}-{score}", force=True)

    page.click("#classify")
    page.wait_for_selector("html[data-state=done]")

    [expected] = ask(address, SCORES)
    shown = page.inner_text("dd.fact_probability")
    assert shown == shown_probability(expected["probability"])


def test_an_unanswered_question_is_named_in_the_summary_and_at_its_place(page, address):
    page.click("#classify")
    page.wait_for_selector("html[data-state=faulty]")

    assert page.locator("#summary li").count() == 10
    assert page.inner_text("#fault-mitoses") == "Select a score for mitoses"
