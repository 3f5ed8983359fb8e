"""Tables of every kind through the form: the answers of the same samples as JSON, or a refusal."""

import pytest

from tests.support import service, tables

#: One of each way through the page; tests/tables/test_forms.py sends every form to the service.
NAMES = {
    "utf-16", "5,0 between ';'", "as in the archive", "gzip", "F1 to F9", "feature twice",
    "no header, class, comma", "no header, id, said", "pdf",
}  # fmt: skip
FORMS = [form for form in tables.forms() if form.name in NAMES]
ROWS = """() => [...document.querySelectorAll(".rows tbody tr")].map((row) =>
  [2, 3].map((cell) => row.cells[cell].textContent.trim()))"""


@pytest.fixture(scope="module")
def expected(address):
    scores = [[None if cell == "?" else int(cell) for cell in row] for row in tables.SCORES]
    answers = service.ask(address, scores)
    return [[service.category(answer), service.shown(answer)] for answer in answers]


def send(page):
    page.click("#run")
    page.wait_for_selector("#stop", state="hidden")
    return page.get_attribute("#batch", "data-state")


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_table_shows_the_answers_of_json_or_a_refusal(visit, expected, form):
    page = visit("/#batch")
    page.expected_messages.append("Failed to load resource")
    page.wait_for_selector("#rows")
    page.set_input_files("#file", {"name": "table", "mimeType": "", "buffer": form.content})
    state = send(page)
    if form.columns:
        assert state == "ambiguous"
        page.check(f"#choice input[value='{form.columns}']")
        state = send(page)
    if form.refused:
        asked = form.refused in ("ambiguous_table", "unknown_column")
        assert state == ("ambiguous" if asked else "refused")
        assert page.locator("#batch-out tr").count() == 0
        return
    assert state == "done"
    assert page.evaluate(ROWS) == expected
