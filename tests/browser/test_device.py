"""Answers of this device: equal to the service's, and nothing leaves the browser for them."""

import json
import random

from tests.support import service
from tests.support.paths import ROOT
from tests.support.reader import BENIGN, INCONCLUSIVE, MISSING, classify, fill, reach

ROWS = 10_000

#: Evaluates rows in the page as the form does.
EVALUATE = """async (rows) => {
  const local = await import("/form/local.js");
  const schema = await (await fetch("/features.json")).json();
  const { answer } = await local.load({ schema });
  return rows.map((row) => {
    const { probability, probability_range: range, ...rest } = answer(row);
    return { ...rest, shown: [probability, ...(range ?? [])] };
  });
}"""


def assert_equal(own, answer):
    for member in ("label", "prediction_set", "prediction_set_level"):
        assert own[member] == answer[member]
    answered = [answer["probability"], *answer.get("probability_range", [])]
    # pytest.approx takes a millisecond, which ten thousand rows feel
    assert all(abs(one - other) <= 1e-12 for one, other in zip(own["shown"], answered, strict=True))


def drawn_rows():
    drawn = random.Random(11)
    rows = [[drawn.randint(1, 10) for _ in range(9)] for _ in range(ROWS)]
    for row in rows[::3]:
        row[5] = None
    return rows


def test_10000_random_rows_get_the_service_s_answers(page, address):
    rows = drawn_rows()
    halves = [rows[: ROWS // 2], rows[ROWS // 2 :]]
    answers = [answer for half in halves for answer in service.ask(address, half, explain=False)]

    for own, answer in zip(page.evaluate(EVALUATE, rows), answers, strict=True):
        assert_equal(own, answer)


def test_every_event_gets_the_service_s_answer(page, address):
    names = [feature["name"] for feature in service.schema(address)["features"]]
    rows = []
    for path in (ROOT / "events").glob("*.json"):
        event = json.loads(path.read_text())
        try:
            samples = json.loads(event.get("body") or "{}")["samples"]
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
        given = [[each.get(n) for n in names] for each in samples if isinstance(each, dict)]
        given += [each for each in samples if isinstance(each, list)]
        rows += [row for row in given if is_valid(row)]
    assert rows

    for own, answer in zip(page.evaluate(EVALUATE, rows), service.ask(address, rows), strict=True):
        assert_equal(own, answer)


def is_valid(row):
    known = [*row[:5], *row[6:]]
    return len(row) == 9 and all(type(s) is int and 1 <= s <= 10 for s in known)


def test_kept_on_this_device_a_case_sends_nothing(page, address):
    page.focus("#yes")
    page.wait_for_load_state("networkidle")
    page.check("#device")
    asked = []
    page.on("request", lambda request: asked.append(request.url))

    classify(page, MISSING)
    page.wait_for_selector("[role=gridcell]")

    assert asked == []
    assert page.inner_text("#status") == "Answered on this device. Nothing was sent."
    assert "This device answered" in page.inner_text(".notes")
    [answer] = service.ask(address, [MISSING])
    assert page.inner_text("dd.fact_probability") == service.probability(answer["probability"])


def test_the_answer_is_there_at_once_while_scores_are_chosen(page, address):
    fill(page, INCONCLUSIVE)

    [answer] = service.ask(address, [INCONCLUSIVE])
    shown = f"{service.category(answer)}, {service.probability(answer['probability'])}"
    page.get_by_text(f"On this device: {shown}").wait_for()


def test_a_service_that_differs_from_this_device_is_an_error_on_the_card(page):
    def answer(route):
        answered = route.fetch()
        document = answered.json()
        document["predictions"][0]["probability"] += 0.001
        route.fulfill(response=answered, json=document)

    page.focus("#yes")
    page.wait_for_load_state("networkidle")
    page.route("**/v1/predict", answer)
    classify(page, BENIGN)
    reach(page, "done")

    assert "different answers" in page.inner_text(".notes")
    assert page.get_attribute("html", "data-differences") == "1"
