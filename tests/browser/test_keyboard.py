"""A case without a mouse: how many keys it takes, and where they lead."""

from tests.support import service
from tests.support.reader import INCONCLUSIVE, reach, scores


class Keys:
    """A keyboard that counts."""

    def __init__(self, page):
        self._page = page
        self.pressed = 0

    def press(self, *keys):
        for key in keys:
            self._page.keyboard.press(key)
            self.pressed += 1


def test_a_case_takes_at_most_21_key_presses_from_the_loaded_page(page, address):
    keys = Keys(page)

    keys.press("Tab", "Enter")  # the skip link leads to the question
    keys.press("Enter")  # yes, adequate: the first row of scores has the focus
    for index, score in enumerate(INCONCLUSIVE):
        if index:
            keys.press("Tab")
        keys.press(str(score % 10))
    keys.press("Enter")

    reach(page, "done")
    assert keys.pressed <= 21
    assert scores(page) == [str(score) for score in INCONCLUSIVE]
    assert page.evaluate("document.activeElement.id") == "result-title"
    [answer] = service.ask(address, [INCONCLUSIVE])
    assert page.inner_text("dd.fact_probability") == service.probability(answer["probability"])


def test_zero_chooses_ten_and_a_hyphen_leaves_a_value_unknown(page):
    page.focus("#bare_nuclei-1")
    page.keyboard.press("0")
    assert scores(page)[5] == "10"

    page.keyboard.press("-")
    assert scores(page)[5] == "?"

    page.focus("#mitoses-1")
    page.keyboard.press("-")
    assert scores(page)[8] == "?"


def test_a_digit_outside_the_scores_chooses_nothing(page):
    page.focus("#sample-label")
    page.keyboard.press("4")

    assert scores(page) == [None] * 9
    assert page.input_value("#sample-label") == "4"


def test_tab_visits_the_page_in_reading_order(page):
    page.click("#yes")
    page.focus("#skip")
    visited = []
    for _ in range(26):
        page.keyboard.press("Tab")
        visited.append(page.evaluate("document.activeElement.id || document.activeElement.name"))

    named = [place for place in visited if place]
    groups = [place for place in named if place.endswith("-1")]
    assert len(groups) == 9
    assert named.index("yes") < named.index(groups[0])
    assert named.index(groups[-1]) < named.index("sample-label") < named.index("classify")
