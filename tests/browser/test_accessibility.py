"""Every state, light and dark, narrow and wide: no rule broken that a program can check."""

import pytest

from tests.browser.conftest import ROOT, missing
from tests.support.reader import BENIGN, classify, fill, reach

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
LATER = {"retry-after": "60"}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ROWS = "5,1,1,1,2,1,3,1,1\n5,3,4,3,2,?,3,2,1\n8,10,10,8,7,10,9,7,1\n5,1,1,1,2,1,3,1,99\n"


@pytest.fixture(scope="session")
def axe():
    if not AXE.is_file():
        missing("axe-core is not installed; run: tools/form-tools")
    return AXE.read_text()


def gated(page):
    page.click("#no")
    reach(page, "gated")


def faulty(page):
    page.click("#classify")
    reach(page, "faulty")


def starting(page):
    page.route("**/v1/predict*", lambda route: None)
    fill(page, BENIGN)
    page.click("#classify")
    reach(page, "starting")


def unanswered(page):
    page.expected_messages.append("Failed to load resource")
    page.route("**/v1/predict*", lambda route: route.fulfill(status=429, headers=LATER))
    fill(page, BENIGN)
    page.click("#classify")
    reach(page, "busy")


def answered(kind):
    def show(page):
        classify(page, page.kinds[kind])
        page.wait_for_selector("[role=gridcell]")
        page.wait_for_selector(".place svg")

    return show


def stale(page):
    answered("benign")(page)
    fill(page, page.kinds["malignant"])
    page.wait_for_selector("#result[data-current=false]")


def batch(page):
    page.click("#go-batch")
    page.wait_for_selector("#rows")


def refused(page):
    page.expected_messages.append("Failed to load resource")
    batch(page)
    page.fill("#rows", "a,b\nc,d")
    page.click("#run")
    page.wait_for_selector("#batch[data-state=refused]")


def done(page):
    batch(page)
    page.fill("#rows", ROWS)
    page.click("#run")
    page.wait_for_selector("#batch[data-state=done]")


STATES = {
    "ready": lambda page: None,
    "gated": gated,
    "faulty": faulty,
    "starting": starting,
    "busy": unanswered,
    "benign": answered("benign"),
    "inconclusive": answered("inconclusive"),
    "malignant": answered("malignant"),
    "missing": answered("missing"),
    "stale": stale,
    "batch": batch,
    "batch-refused": refused,
    "batch-done": done,
}


def violations(page, axe, only=TAGS):
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(axe)
    run = "(only) => axe.run({ runOnly: only, resultTypes: ['violations'] })"
    found = page.evaluate(run, only)["violations"]
    return [(each["id"], [node["html"][:120] for node in each["nodes"]][:3]) for each in found]


def overflow(page):
    return page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("width", [320, 1280])
def test_no_rule_is_broken_and_nothing_overflows(visit, axe, state, width):
    # Without motion: a colour half way between light and dark has a contrast of its own
    page = visit(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    STATES[state](page)

    assert violations(page, axe) == []
    assert overflow(page) <= 0
    # Of all rules only contrast can tell dark from light
    page.emulate_media(color_scheme="dark")
    assert violations(page, axe, ["color-contrast"]) == []


@pytest.mark.parametrize("state", ["ready", "missing", "batch-done"])
def test_german_breaks_no_rule_either(visit, axe, state):
    page = visit(viewport={"width": 320, "height": 900}, locale="de-DE")
    STATES[state](page)

    assert violations(page, axe) == []
    assert overflow(page) <= 0


@pytest.mark.parametrize("path", ["/404.html", "/api.html", "/costs.html", "/model-card.html"])
def test_the_pages_beside_the_form_break_no_rule(visit, axe, path):
    page = visit(path, viewport={"width": 320, "height": 900}, reduced_motion="reduce")
    # An artifact made by other means may come without its card
    page.expected_messages.append("404")

    assert violations(page, axe, TAGS) == []
    assert overflow(page) <= 0
    page.emulate_media(color_scheme="dark")
    assert violations(page, axe, ["color-contrast"]) == []


def test_in_forced_colours_the_chosen_score_looks_chosen(visit):
    page = visit(forced_colors="active")
    answered("benign")(page)
    shade = "(id) => getComputedStyle(document.getElementById(id).nextSibling).backgroundColor"

    assert page.evaluate(shade, "mitoses-1") != page.evaluate(shade, "mitoses-9")
    signs = page.evaluate(
        """() => [...document.querySelectorAll("#result .icon, .hundred .malignant")].map(
          (sign) => getComputedStyle(sign).fill)"""
    )
    ground = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert ground not in signs


@pytest.mark.parametrize("state", ["ready", "faulty", "inconclusive", "batch-done"])
@pytest.mark.parametrize("width", [320, 640])
def test_text_at_twice_the_size_overflows_nowhere(visit, state, width):
    page = visit(viewport={"width": width, "height": 900})
    page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
    STATES[state](page)

    assert overflow(page) <= 0


IBM = """async () => {
  const checker = new ace.Checker();
  const { results } = await checker.check(document, ["WCAG_2_2"]);
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


@pytest.mark.parametrize("state", ["ready", "faulty", "missing", "batch-done"])
def test_two_other_rule_sets_find_no_error_either(visit, state):
    page = visit(reduced_motion="reduce")
    STATES[state](page)
    for script, run in (
        ("accessibility-checker-engine/ace.js", IBM),
        ("html_codesniffer/build/HTMLCS.js", HTMLCS),
    ):
        path = ROOT / "node_modules" / script
        if not path.is_file():
            missing(f"{script} is not installed; run: tools/form-tools")
        page.evaluate(path.read_text())
        assert page.evaluate(run) == [], script


def test_targets_are_at_least_24_pixels_in_both_directions(visit):
    page = visit(viewport={"width": 320, "height": 900})
    answered("benign")(page)
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
    page = visit(reduced_motion="reduce")

    assert page.evaluate("() => getComputedStyle(document.getElementById('yes')).transition") in (
        "all",
        "none",
        "",
    )
