"""What a screen reader says on the way from the opened page to the answer."""

import pytest

from tests.support import service
from tests.support.paths import ROOT
from tests.support.reader import MISSING, classify, reach
from tests.support.required import missing

READER = "node_modules/@guidepup/virtual-screen-reader/lib/esm/index.browser.js"

#: Walks a part of the page from its start to its end, and returns what is said.
WALK = """async (place) => {
  const { virtual } = await import("/screen-reader.js");
  await virtual.start({ container: document.querySelector(place) });
  const end = `end of ${await virtual.lastSpokenPhrase()}`;
  for (let step = 0; step < 400; step++) {
    await virtual.next();
    if ((await virtual.lastSpokenPhrase()) === end) break;
  }
  const said = await virtual.spokenPhraseLog();
  await virtual.stop();
  return said;
}"""


@pytest.fixture
def listen(page):
    path = ROOT / READER
    if not path.is_file():
        missing("the virtual screen reader is not installed; run: tools/form-tools")
    page.route("**/screen-reader.js", lambda route: route.fulfill(path=path))
    return lambda place: page.evaluate(WALK, place)


def unsaid(phrases, said):
    """The phrases from the first one on that is not said in this order."""
    rest = iter(said)
    return [phrase for phrase in phrases if phrase not in rest]


def test_the_form_is_said_from_the_question_to_the_last_field(listen, address):
    groups = [
        f"group, {each['label']}, {each['help']} 1: {each['low']} 10: {each['high']}"
        for each in service.schema(address)["features"]
    ]
    phrases = [
        "group, Is the sample adequate?, The model knows adequate samples only. An inadequate one "
        "has no answer here, whatever its scores; the question is then for the people who care for "
        "the patient.",
        "button, Yes, not pressed",
        "button, Inconclusive",
        *groups,
        "checkbox, Keep on this device: send nothing, not checked",
    ]
    said = listen("#case")
    assert unsaid(phrases, said) == []
    assert "radio, Not known, not checked, position 11, set size 11" in said


def test_errors_are_said_as_links_and_with_their_groups(page, listen):
    page.click("#classify")
    reach(page, "faulty")
    phrases = [
        "heading, There is a problem, level 2",
        "link, Answer the question before the values",
        "link, Mitoses: choose a value",
        "group, Mitoses, Mitoses: choose a value How often dividing cells are seen. The score 9 "
        "never occurs in the data. 1: rare 10: many",
    ]
    assert unsaid(phrases, listen("#single")) == []


def test_the_answer_is_said_with_its_doubts_before_its_reasons(page, listen, address):
    classify(page, MISSING)
    page.wait_for_selector("[role=gridcell]")
    [answer] = service.ask(address, [MISSING])
    assert page.evaluate("document.activeElement.id") == "result-title"
    phrases = [
        "heading, Inconclusive, level 2",
        f"image, {service.sentence(answer)}",
        "Bare nuclei is not known. The probability is the average over the values that it could "
        "have, given the others.",
        "button, Copy",
        "heading, Why, level 3",
        "columnheader, Log-odds",
        "grid, What if one value were another?",
    ]
    assert unsaid(phrases, listen("#result")) == []
