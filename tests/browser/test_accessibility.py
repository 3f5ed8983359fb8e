"""Every state, light and dark, narrow and wide: no rule broken that a program can check."""

import pytest

from tests.support.paths import ROOT
from tests.support.required import missing

STATES = ROOT / "tests" / "browser" / "states.js"
PAGES = [
    "/404.html",
    "/api.html",
    "/costs.html",
    "/costs.html?lang=de",
    "/model-card.html",
    "/sheet.en.html",
]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

NARROW = {"width": 320, "height": 900}
WIDE = {"width": 1280, "height": 900}
#: Without motion: a colour half way between light and dark has a contrast of its own.
STILL = {"reduced_motion": "reduce", "viewport": NARROW}
#: States that together show every part of the form: IBM's rules and HTML_CodeSniffer's see these.
#: axe sees every state; IBM's rules take three times as long as axe.
WHOLE = {"faulty", "device", "prevalence", "compared", "table-ambiguous", "table-done"}


def script(name):
    path = ROOT / "node_modules" / name
    if not path.is_file():
        missing(f"{name} is not installed; run: tools/form-tools")
    return path.read_text()


@pytest.fixture(scope="session")
def axe():
    return script("axe-core/axe.min.js")


@pytest.fixture(scope="session")
def more_rules():
    ibm = script("accessibility-checker-engine/ace.js")
    return "\n".join([ibm, script("html_codesniffer/build/HTMLCS.js")])


@pytest.fixture
def reach(visit):
    """Open the page and bring it into a state."""

    def open_in(state, **settings):
        page = visit(**settings)
        page.expected_messages.append("Failed to load resource")
        page.evaluate(STATES.read_text())
        page.evaluate("(state) => states[state]()", state)
        return page

    return open_in


@pytest.fixture
def states(visit):
    page = visit("/404.html")
    page.evaluate(STATES.read_text())
    return page.evaluate("Object.keys(states)")


IBM = """async () => {
  const { results } = await new ace.Checker().check(document, ["WCAG_2_2"]);
  return results
    .filter(({ value }) => value[0] === "VIOLATION" && value[1] === "FAIL")
    .map(({ ruleId, snippet }) => [ruleId, snippet.slice(0, 120)]);
}"""

HTMLCS = """async () => {
  await new Promise((done) => HTMLCS.process("WCAG2AA", document, done));
  return HTMLCS.getMessages()
    .filter(({ type }) => type === HTMLCS.ERROR)
    .map(({ code, element }) => [code, element.outerHTML?.slice(0, 120)]);
}"""


def violations(page):
    run = "(only) => axe.run({ runOnly: only, resultTypes: ['violations'] })"
    found = page.evaluate(run, TAGS)["violations"]
    return [(each["id"], [node["html"][:120] for node in each["nodes"]][:3]) for each in found]


def overflow(page):
    return page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


def faults(page, axe, more_rules=""):
    """What axe finds, narrow and dark, then wide and light; also what overflows, and more rules."""
    page.evaluate(axe)
    page.emulate_media(color_scheme="dark")
    found = violations(page)
    if more_rules:
        page.evaluate(more_rules)
        found += [*page.evaluate(IBM), *page.evaluate(HTMLCS)]
    over = {"narrow": overflow(page)}
    page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
    over["narrow, twice the text"] = overflow(page)
    page.set_viewport_size({"width": 640, "height": 900})
    over["640, twice the text"] = overflow(page)
    page.evaluate("() => { document.documentElement.style.fontSize = ''; }")
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light")
    over["wide"] = overflow(page)
    found += [f"{pixels} pixels too wide: {where}" for where, pixels in over.items() if pixels > 0]
    return found + violations(page)


def test_no_state_breaks_a_rule_or_overflows(reach, states, axe, more_rules):
    assert len(states) >= 18
    assert set(states) >= WHOLE
    found = {
        state: faults(reach(state, **STILL), axe, more_rules if state in WHOLE else "")
        for state in states
    }
    assert {state: each for state, each in found.items() if each} == {}


@pytest.mark.parametrize("path", PAGES)
def test_the_pages_beside_the_form_break_no_rule(visit, axe, more_rules, path):
    page = visit(path, **STILL)
    # An artifact made by other means may come without its card
    page.expected_messages.append("404")

    assert faults(page, axe, more_rules) == []


@pytest.mark.parametrize("state", ["ready", "missing", "table-done"])
def test_german_breaks_no_rule_either(reach, axe, state):
    page = reach(state, locale="de-DE", **STILL)
    page.evaluate(axe)

    assert violations(page) == []
    assert overflow(page) <= 0


def test_a_form_that_cannot_be_drawn_breaks_no_rule(visit, axe, more_rules):
    page = visit("/404.html", **STILL)
    page.expected_messages += ["Failed to load resource", "ERR_FAILED"]
    page.route("**/features.json", lambda route: route.abort())
    page.goto("/")
    page.wait_for_selector("html[data-state=broken]")

    assert faults(page, axe, more_rules) == []


def test_in_forced_colours_the_chosen_score_looks_chosen(reach):
    page = reach("benign", forced_colors="active")
    shade = "(id) => getComputedStyle(document.getElementById(id).nextSibling).backgroundColor"

    assert page.evaluate(shade, "mitoses-1") != page.evaluate(shade, "mitoses-9")
    signs = page.evaluate(
        """() => [...document.querySelectorAll("#result .icon, .hundred .malignant")].map(
          (sign) => getComputedStyle(sign).fill)"""
    )
    ground = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert ground not in signs


def test_targets_are_at_least_24_pixels_in_both_directions(reach):
    page = reach("benign", viewport=NARROW)
    small = page.evaluate(
        """() => [
            ...document.querySelectorAll("button, .cells label, [role=gridcell], nav a, #keep")]
          .filter((each) => each.checkVisibility())
          .map((each) => [each.textContent, each.getBoundingClientRect()])
          .filter(([, box]) => box.width < 24 || box.height < 24)
          .map(([text, box]) => `${text} ${box.width}x${box.height}`)"""
    )

    assert small == []


def test_reduced_motion_moves_nothing(visit):
    page = visit(**STILL)

    assert page.evaluate("() => getComputedStyle(document.getElementById('yes')).transition") in (
        "all",
        "none",
        "",
    )
