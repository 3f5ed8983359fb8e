"""One case: every number and word on the card is the API's."""

import json
import random

import pytest

from tests.support import service
from tests.support.reader import (
    BENIGN,
    INCONCLUSIVE,
    MALIGNANT,
    MISSING,
    classify,
    current,
    fill,
    reach,
)

#: Cases of some thirty numbers each; test_device.py compares the answers to 10,000 rows.
VECTORS = 72

#: Runs in the page: classify each vector and read the card, at the speed of the page itself.
CLASSIFY_ALL = """async ([vectors, last]) => {
  const until = (found) => new Promise((resolve) => {
    const look = () => (found() ? resolve() : setTimeout(look, 2));
    look();
  });
  const text = (place) => document.querySelector(`#result ${place}`).textContent;
  const seen = [];
  document.getElementById("yes").click();
  for (const vector of vectors) {
    [...document.querySelectorAll("#features fieldset")].forEach((group, index) =>
      group.querySelector(`input[value="${vector[index] ?? "?"}"]`).click());
    await until(() => ["ready", "done"].includes(document.documentElement.dataset.state));
    document.getElementById("result").replaceChildren();
    document.getElementById("classify").click();
    await until(() => document.querySelector(`#result ${last}`));
    seen.push({
      category: text("h2"),
      sentence: text(".sentence"),
      image: document.querySelector("#result .hundred svg").getAttribute("aria-label"),
      probability: text("dd.fact_probability"),
      threshold: text("dd.fact_threshold"),
      notes: [...document.querySelectorAll("#result .notes li")].map((each) => each.textContent),
      parts: [...document.querySelectorAll("#result .reasons tbody tr")].map((row) =>
        [row.cells[0].textContent, row.cells[2].textContent]),
      hint: text(".reasons .hint"),
      total: text(".reasons tfoot .number"),
      strips: [...document.querySelectorAll("#result [role=gridcell]")].map((cell) =>
        cell.getAttribute("aria-label")),
    });
  }
  return seen;
}"""


@pytest.fixture
def vectors():
    drawn = random.Random(5)
    some = [[drawn.randint(1, 10) for _ in range(9)] for _ in range(VECTORS - 30)]
    # Most random vectors look malignant, so low ones are drawn as well
    some += [[drawn.choice((1, 1, 1, 2, 3, 5)) for _ in range(9)] for _ in range(24)]
    for vector in some[::6]:
        vector[5] = None
    return [*some, [1] * 9, [10] * 9, BENIGN, INCONCLUSIVE, MALIGNANT, MISSING]


def test_every_shown_number_is_the_one_that_the_api_answers(page, address, vectors):
    features = service.schema(address)["features"]
    answers = service.ask(address, vectors)

    cards = page.evaluate(CLASSIFY_ALL, [vectors, "h2"])

    assert len(cards) == VECTORS
    for vector, card, answer in zip(vectors, cards, answers, strict=True):
        assert card["category"] == service.heading(answer)
        assert card["sentence"] == card["image"] == service.sentence(answer)
        assert card["probability"] == service.probability(answer["probability"])
        assert card["threshold"] == service.rounded(answer["threshold"], 4)
        parts = {
            f"{feature['label']}: {'Not known' if score is None else score}": service.signed(
                answer["contributions"][feature["name"]]
            )
            for feature, score in zip(features, vector, strict=True)
        }
        parts["Base, before any value"] = service.signed(answer["base"])
        assert dict(card["parts"]) == parts
        sizes = [abs(float(value.replace("−", "-"))) for _, value in card["parts"][:-1]]
        assert sizes == sorted(sizes, reverse=True)
        total = answer["base"] + sum(answer["contributions"].values())
        assert card["total"] == service.signed(total)
        said = "their sum is the model's log-odds, which its calibration turns into the probability"
        assert said in card["hint"]
        if (bounds := answer.get("probability_range")) is not None:
            low, high = map(service.probability, bounds)
            assert any(f"between {low} and {high}" in note for note in card["notes"])


def test_the_what_if_strip_shows_the_answer_to_each_alternative(page, address):
    features = service.schema(address)["features"]
    plan = [(index, score) for index in range(9) for score in range(1, 11)]
    alternatives = [[*MISSING[:index], score, *MISSING[index + 1 :]] for index, score in plan]
    answers = service.ask(address, alternatives)

    [card] = page.evaluate(CLASSIFY_ALL, [[MISSING], "[role=gridcell]"])

    for (index, score), answer, shown in zip(plan, answers, card["strips"], strict=True):
        how = ", as given" if MISSING[index] == score else " instead"
        assert shown == (
            f"{features[index]['label']} {score}{how}: {service.category(answer)}, "
            f"probability {service.probability(answer['probability'])}"
        )


def test_the_strip_needs_no_further_request_and_is_walked_with_arrow_keys(page):
    calls = []
    page.on("request", lambda request: calls.append(request.url))
    classify(page, INCONCLUSIVE)
    page.wait_for_selector("[role=gridcell]")
    assert sum("/v1/predict" in call for call in calls) == 1

    page.focus("[role=gridcell][tabindex='0']")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")

    assert page.inner_text(".readout").startswith("Uniformity of cell size 10 instead")
    assert page.locator("[role=gridcell][tabindex='0']").count() == 1


def test_a_place_among_the_training_samples_counts_them_all(page, samples):
    classify(page, INCONCLUSIVE)
    page.wait_for_selector(".place svg")

    text = page.inner_text(".place")

    assert f"{len(samples)} training samples by their probability" in text


def test_an_unanswered_question_is_named_in_the_summary_and_at_its_place(page):
    page.click("#classify")
    reach(page, "faulty")

    shown = page.locator("#summary li").all_inner_texts()
    assert shown[0] == "Answer the question before the values"
    assert shown[-1] == "Mitoses: choose a value"
    assert page.inner_text("#error-mitoses") == shown[-1]
    assert page.title().startswith("Error: ")
    assert page.evaluate("document.activeElement.id") == "summary"

    page.locator("#summary a").last.click()
    assert page.evaluate("document.activeElement.id") == "mitoses-1"


def test_an_inadequate_sample_stops_the_case(page):
    classify(page, BENIGN)
    page.click("#no")

    reach(page, "gated")
    assert not page.is_visible("#result")
    assert not page.is_visible("#classify")
    assert "this model has no answer" in page.inner_text("#gated")


def test_changed_scores_mark_the_result_as_out_of_date(page):
    classify(page, BENIGN)
    fill(page, MALIGNANT)

    assert not current(page)
    assert page.is_visible("#result .out-of-date")


def test_clear_empties_everything_and_undo_brings_it_back(page):
    fill(page, BENIGN)
    page.fill("#sample-label", "slide 7")
    page.click("#clear")
    page.wait_for_selector("#undo:visible")
    assert page.locator("#features input:checked").count() == 0
    assert page.input_value("#sample-label") == ""
    assert page.get_attribute("#yes", "aria-pressed") == "false"

    page.click("#undo")
    page.wait_for_selector("#undo", state="hidden")
    assert page.locator("#features input:checked").count() == 9
    assert page.input_value("#sample-label") == "slide 7"
    assert page.get_attribute("#yes", "aria-pressed") == "true"


@pytest.mark.parametrize(
    ("name", "code"), [("Benign", "2"), ("Inconclusive", "4"), ("Malignant", "4")]
)
def test_an_example_is_a_row_of_the_data_set_and_of_the_class_it_names(
    page, address, samples, name, code
):
    button = page.get_by_role("button", name=name, exact=True)
    names = [feature["name"] for feature in service.schema(address)["features"]]
    rows = [service.row(sample, names) for sample in samples if sample["class"] == code]

    given = json.loads(button.get_attribute("data-values"))
    button.click()
    page.wait_for_selector("#classify:focus")
    page.keyboard.press("Enter")

    reach(page, "done")
    assert given in rows
