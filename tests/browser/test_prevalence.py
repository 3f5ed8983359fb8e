"""The share of the class among the reader's samples: asked for, shown, kept with the answer."""

import json
import urllib.request

import pytest

from tests.support import service
from tests.support.reader import BENIGN, MISSING, classify, current, reach

#: Evaluates rows in the page for a prevalence.
EVALUATE = """async ([rows, prevalence]) => {
  const local = await import("/form/local.js");
  const schema = await (await fetch("/features.json")).json();
  const { answer } = await local.load({ schema });
  return rows.map((row) => answer(row, prevalence));
}"""


def ask(address, rows, prevalence):
    request = urllib.request.Request(
        f"{address}/v1/predict?prevalence={prevalence}",
        json.dumps({"samples": rows}).encode(),
        {"content-type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["predictions"]


def say(page, share):
    page.locator("#more").wait_for()
    if not page.locator("#prevalence").is_visible():
        page.click("#more summary")
    page.fill("#prevalence", share)


def result(page):
    return page.inner_text("#result .notes")


@pytest.mark.parametrize("prevalence", [0.001, 0.1, 0.9])
def test_this_device_answers_as_the_service_does(page, address, samples, prevalence):
    names = [feature["name"] for feature in service.schema(address)["features"]]
    rows = [service.row(sample, names) for sample in samples]
    keys = ("probability", "threshold", "probability_range")

    own = page.evaluate(EVALUATE, [rows, prevalence])

    for mine, theirs in zip(own, ask(address, rows, prevalence), strict=True):
        assert (mine["label"], mine["prediction_set"]) == (
            theirs["label"],
            theirs["prediction_set"],
        )
        for key in keys:
            assert mine.get(key) == (theirs.get(key) and pytest.approx(theirs[key], abs=1e-10))


def test_the_default_is_stated_and_another_share_moves_the_answer(page, address):
    classify(page, MISSING)
    page.get_by_text("More", exact=True).click()
    assert "Left empty: 34.5 %" in page.inner_text("#prevalence-hint")

    say(page, "10")
    assert not current(page)
    page.click("#classify")
    page.wait_for_selector("#result[data-current=true]")

    [answer] = ask(address, [MISSING], 0.1)
    low, high = (service.shown({"probability": each}) for each in answer["probability_range"])
    assert f"between {low} and {high}" in result(page)
    assert "For samples of which 10.0 % are malignant." in result(page)
    assert page.get_attribute("html", "data-differences") is None


def test_an_answer_is_current_only_for_the_share_that_it_was_given_for(page):
    classify(page, BENIGN)
    say(page, "5")
    assert not current(page)
    say(page, "")
    assert current(page)

    say(page, "5")
    page.click("#classify")
    page.wait_for_selector("#result[data-current=true]")
    page.reload()
    reach(page, "done")
    assert current(page)
    assert page.input_value("#prevalence") == "5"


@pytest.mark.parametrize("share", ["0", "100", "-1"])
def test_what_is_no_share_is_named_and_not_sent(page, share):
    classify(page, BENIGN)
    say(page, share)
    page.click("#classify")
    reach(page, "faulty")

    page.get_by_role("link", name="The share must be above 0").click()
    assert page.evaluate("() => document.activeElement.id") == "prevalence"


def test_a_link_carries_the_share(visit, page):
    classify(page, BENIGN)
    say(page, "2.5")
    page.click("#classify")
    page.wait_for_selector("#result[data-current=true]")

    reader = visit("/404.html")
    reader.goto(page.text_content("dd.fact_link"))
    reader.get_by_text("The values came with the link.").wait_for()
    reader.click("#yes")
    reader.wait_for_selector("#prevalence", state="attached")
    assert reader.input_value("#prevalence") == "2.5"
