"""A table goes to the service as it is, and what comes back is shown and saved."""

import csv
import io
import json
import re
import subprocess

import pytest

from tests.support import service
from tests.support.required import needs

PREDICT = "**/v1/predict*"
GOOD = "5,1,1,1,2,1,3,1,1"


@pytest.fixture
def batch(visit):
    opened = visit("/#batch")
    opened.wait_for_selector("#rows")
    return opened


def names(address):
    return [feature["name"] for feature in service.schema(address)["features"]]


def run(page, text, state="done"):
    page.fill("#rows", text)
    page.click("#run")
    page.wait_for_selector(f"#batch[data-state={state}]")


def status(page):
    return page.inner_text("#batch-status")


def upload(page, name, content, state="done"):
    page.set_input_files("#file", {"name": name, "mimeType": "", "buffer": content})
    page.click("#run")
    page.wait_for_selector(f"#batch[data-state={state}]")


def as_csv(samples):
    names = list(samples[0])
    return "\n".join(",".join(line) for line in [names, *map(dict.values, samples)])


def current(page):
    return page.get_attribute("#batch-out", "data-current") == "true"


def test_the_whole_data_set_gets_the_answers_of_the_api_in_one_request(batch, address, samples):
    expected = service.ask(address, [service.row(sample, names(address)) for sample in samples])
    bodies = []
    batch.on("request", lambda request: bodies.append(request.post_data))

    run(batch, as_csv(samples))

    assert status(batch) == "699 of 699 rows have an answer."
    assert [body for body in bodies if body] == [as_csv(samples)]
    shown = batch.evaluate(
        """() => [...document.querySelectorAll(".rows tbody tr")].map((row) =>
          [1, 2, 3].map((cell) => row.cells[cell].textContent.trim()))"""
    )
    assert shown == [
        [sample["sample_id"], service.category(answer), service.shown(answer)]
        for sample, answer in zip(samples, expected, strict=True)
    ]


def test_answers_are_marked_when_the_rows_change_and_unmarked_when_they_are_back(batch):
    run(batch, GOOD)
    assert current(batch)

    batch.fill("#rows", f"{GOOD}\n{GOOD}")
    assert not current(batch)
    assert "Out of date" in batch.inner_text("#batch-out .out-of-date")

    batch.fill("#rows", GOOD)
    assert current(batch)
    batch.click("#language")
    batch.get_by_role("heading", name="Eine Tabelle einordnen").wait_for()
    assert current(batch)


def test_a_failure_marks_the_answers_of_other_rows_and_keeps_the_rows(batch):
    batch.expected_messages.append("Failed to load resource")
    run(batch, GOOD)
    batch.route(PREDICT, lambda route: route.fulfill(status=429, headers={"retry-after": "60"}))

    run(batch, f"{GOOD}\n{GOOD}", "busy")

    assert status(batch).startswith("The service is busy.")
    assert not current(batch)
    assert batch.input_value("#rows") == f"{GOOD}\n{GOOD}"


def test_cancel_ends_the_wait_and_the_rows_can_be_sent_again(batch):
    batch.route(PREDICT, lambda route: None)
    batch.fill("#rows", GOOD)
    batch.click("#run")
    batch.click("#stop")
    batch.wait_for_selector("#batch[data-state=cancelled]")
    batch.unroute(PREDICT)

    run(batch, GOOD)
    assert status(batch) == "1 of 1 rows have an answer."


def test_nothing_is_not_sent(batch):
    run(batch, " \n", "faulty")

    assert status(batch) == "There are no rows to send."


def test_a_file_is_sent_as_its_bytes_are_and_never_shown(batch):
    upload(batch, "rows.csv", ("\ufeff" + GOOD.replace(",", ";") + "\r\n").encode())

    assert status(batch) == "1 of 1 rows have an answer."
    assert batch.input_value("#rows") == ""
    assert "rows.csv" in batch.inner_text("#chosen")


def test_the_example_rows_are_those_of_the_form_and_are_answered(batch, address):
    examples = service.schema(address)["examples"]
    batch.click("#examples-rows")
    batch.click("#run")
    batch.wait_for_selector("#batch[data-state=done]")

    answers = service.ask(address, [each["values"] for each in examples])
    shown = batch.locator(".rows tbody tr td:nth-child(3)").all_inner_texts()
    assert [text.strip() for text in shown] == [service.category(answer) for answer in answers]


def test_the_template_names_every_column(batch, address):
    with batch.expect_download() as download:
        batch.click("#template")
    columns = download.value.path().read_text().strip().split(",")
    assert columns == ["id", *names(address), "class"]


def test_a_table_that_can_be_read_in_two_ways_is_scored_as_the_reader_says(batch, address):
    batch.expected_messages.append("Failed to load resource")
    table = "5,1,1,1,2,1,3,1,1,2\n8,10,10,8,7,10,9,7,1,4"
    run(batch, table, "ambiguous")
    assert "can be read in more than one way" in status(batch)
    assert "First row: 5, 1, 1, 1, 2" in batch.inner_text("#choice")

    batch.get_by_label("the values, class", exact=True).check()
    batch.click("#run")
    batch.wait_for_selector("#batch[data-state=done]")

    answers = service.ask(address, [[5, 1, 1, 1, 2, 1, 3, 1, 1], [8, 10, 10, 8, 7, 10, 9, 7, 1]])
    shown = batch.locator(".rows tbody tr td:nth-child(4)").all_inner_texts()
    assert shown == [service.shown(answer) for answer in answers]
    assert "Sensitivity" in batch.inner_text(".tally")
    batch.get_by_label("the values, a column to ignore", exact=True).check()
    assert not current(batch)


def test_a_refused_row_is_named_by_its_field_in_the_readers_language(batch):
    run(batch, f"{GOOD}\n5,1,1,1,2,1,3,1,11")
    refused = batch.locator(".rows td.error")
    assert refused.inner_text().startswith("Row 2: ")

    batch.click("#language")
    batch.get_by_role("heading", name="Eine Tabelle einordnen").wait_for()
    assert refused.inner_text() == "Zeile 2: Mitosen liegt außerhalb des Bereichs"


@pytest.mark.parametrize(
    ("name", "content"), [("a.pdf", b"%PDF-1.7 x"), ("a.png", b"\x89PNG\r\n\x1a\n\0\0")]
)
def test_a_file_that_is_no_table_is_refused_in_words(batch, name, content):
    batch.expected_messages.append("Failed to load resource")
    upload(batch, name, content, "refused")

    assert status(batch).startswith("The table was not read.")
    assert batch.locator("#batch-out tr").count() == 0


def saved(page, button):
    with page.expect_download() as download:
        page.click(button)
    return download.value.path().read_bytes()


def test_saved_files_are_the_service_s_own_and_keep_refused_rows(batch):
    run(batch, f"{GOOD}\n5,1,1,1,2,?,3,1,1\n5,1,1,1,2,1,3,1,11")

    rows = list(csv.DictReader(io.StringIO(saved(batch, "#save").decode())))
    assert [row["row"] for row in rows] == ["1", "2", "3"]
    assert float(rows[1]["probability_low"]) <= float(rows[1]["probability_high"])
    assert "missing_score" in rows[1]["warnings"]
    assert rows[2]["input"] == "5,1,1,1,2,1,3,1,11"
    assert rows[2]["error_code"] == "out_of_range"
    assert all(row["model"] for row in rows)
    answer = json.loads(saved(batch, "#save-json"))
    assert answer["model"]["version"]
    assert len(answer["predictions"]) == 3


#: As a German Excel reads a file: semicolons, UTF-8 and numbers in the German way (1031).
GERMAN = "--infilter=CSV:59,34,76,1,,1031,false,true"


def test_the_file_for_excel_opens_in_a_german_one(batch, tmp_path):
    office = needs("soffice", package="libreoffice-calc")
    run(batch, f"{GOOD}\n5,1,1,1,2,?,3,1,1")
    (tmp_path / "answers.csv").write_bytes(saved(batch, "#save-excel"))

    home = f"-env:UserInstallation={(tmp_path / 'home').as_uri()}"
    command = [office, home, "--headless", GERMAN, "--convert-to", "fods", "answers.csv"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    sheet = (tmp_path / "answers.fods").read_text()

    assert "<text:p>probability</text:p>" in sheet
    numbers = [
        float(each) for each in re.findall(r'value-type="float" office:value="(.*?)"', sheet)
    ]
    shares = [number for number in numbers if 0 < number < 1]
    answer = json.loads(saved(batch, "#save-json"))
    for prediction in answer["predictions"]:
        assert any(abs(prediction["probability"] - share) < 1e-9 for share in shares)


def test_a_row_leads_to_its_card_and_the_card_back_to_the_row(batch, address):
    run(batch, f"id,{','.join(names(address))}\nslide 7,{GOOD}\n")
    shown = batch.inner_text(".rows tbody td:nth-child(4)")

    batch.get_by_role("button", name="Open: Row 1").click()
    batch.wait_for_selector("#result[data-current=true]")
    assert batch.input_value("#sample-label") == "slide 7"
    assert batch.text_content("dd.fact_values") == GOOD.replace(",", " ")
    assert shown == batch.text_content("dd.fact_probability")

    batch.get_by_role("link", name="Back to the table").click()
    batch.wait_for_selector("#rows")
    focused = "() => document.activeElement.ariaLabel"
    assert batch.evaluate(focused) == "Open: Row 1"
    assert current(batch)


def test_a_labelled_table_shows_each_class(batch, address):
    run(batch, f"{','.join(names(address))},class\n{GOOD},2\n{GOOD},4\n")

    shown = batch.locator(".rows tbody td:nth-child(5)").all_inner_texts()
    assert shown == ["benign", "malignant"]
