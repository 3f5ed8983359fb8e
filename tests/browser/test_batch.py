"""Many cases at once: what is read, what is refused, what is saved."""

import csv
import io
from itertools import product

import pytest

from tests.support import service

PREDICT = "**/v1/predict*"


FAULTS = [
    ('"5,1,1,1,2,1,3,1,1', "1 score found, 9 needed"),  # last in the text: its quote never ends
    ("5,1,1,1,2,1,3,1", "8 scores found, 9 needed"),
    ("5,1,1,1,2,1,3,1,1,1,1,1", "12 scores found, 9 needed"),
    ("0,1,1,1,2,1,3,1,1", "Clump thickness must be between 1 and 10"),
    ("11,1,1,1,2,1,3,1,1", "Clump thickness must be between 1 and 10"),
    ("-1,1,1,1,2,1,3,1,1", "Clump thickness must be between 1 and 10"),
    ("1.5,1,1,1,2,1,3,1,1", "Clump thickness must be a whole number, like 4"),
    ("1e1,1,1,1,2,1,3,1,1", "Clump thickness must be a whole number, like 4"),
    ("?,1,1,1,2,1,3,1,1", "Select a score for clump thickness"),
    ("=1+1,1,1,1,2,1,3,1,1", "Clump thickness must be a whole number, like 4"),
    ("<img src=x onerror=alert(1)>,1,1,1,2,1,3,1,1", "Clump thickness must be a whole number"),
    ("5 1 1 1 2 1 3 1 1", "1 score found, 9 needed"),
    ("5|1|1|1|2|1|3|1|1", "1 score found, 9 needed"),
]


@pytest.fixture
def batch(visit):
    opened = visit("/#batch")
    opened.wait_for_selector("#rows")
    return opened


def check(page, text):
    page.fill("#rows", text)
    page.click("#check")


def status(page):
    return page.inner_text("#batch-status")


def answers(page):
    texts = page.locator(".rows tbody tr td:last-child").all_inner_texts()
    return [text.strip() for text in texts]


def saved(page):
    with page.expect_download() as download:
        page.click("#save")
    return download.value.path().read_bytes().decode()


def as_csv(samples, header=True, delimiter=",", end="\n"):
    names = list(samples[0])
    lines = [names] if header else []
    lines += [[sample[name] for name in names] for sample in samples]
    return end.join(delimiter.join(line) for line in lines)


def run(page, state="done"):
    page.click("#run")
    page.wait_for_selector(f"#batch[data-state={state}]")


def test_the_whole_data_set_gets_the_answers_of_the_api(batch, address, samples):
    names = [feature["name"] for feature in service.schema(address)["features"]]
    expected = service.ask(address, [service.row(sample, names) for sample in samples])
    calls = []
    batch.on("request", lambda request: calls.append(request.post_data_json))

    check(batch, as_csv(samples))
    assert status(batch) == "699 rows can be classified, 0 have a problem."
    run(batch)

    bodies = [call["samples"] for call in calls if call]
    assert [len(body) for body in bodies] == [200, 200, 200, 99]
    assert all(len(sample) == 9 for body in bodies for sample in body)
    rows = list(csv.DictReader(io.StringIO(saved(batch))))
    for sample, row, answer, shown in zip(samples, rows, expected, answers(batch), strict=True):
        assert row["id"] == sample["sample_id"]
        assert [row[name] for name in names] == [sample[name] for name in names]
        assert float(row["probability"]) == answer["probability"]
        assert row["label"] == answer["label"]
        assert row["category"] == ("inconclusive" if answer["inconclusive"] else answer["label"])
        assert row["class"] == {"2": "benign", "4": "malignant"}[sample["class"]]
        assert shown == (f"{service.category(answer)} {service.probability(answer['probability'])}")
    counted = batch.locator(".tally tbody .number").all_inner_texts()
    assert sum(map(int, counted)) == 699


def test_spreadsheets_of_every_kind_are_read(batch, samples):
    for delimiter, end, header in product(",;\t", ("\n", "\r\n", "\r"), (True, False)):
        text = "\ufeff" + as_csv(samples[:24], header, delimiter, end) + end + end
        check(batch, "")
        # Typed text would lose the carriage returns, so it comes as a file
        batch.set_input_files("#file", {"name": "x.csv", "mimeType": "", "buffer": text.encode()})

        batch.wait_for_selector("#run")
        assert status(batch) == "24 rows can be classified, 0 have a problem."
        ids = batch.locator(".rows tbody td:nth-child(2)").all_inner_texts()
        assert ids == [sample["sample_id"] for sample in samples[:24]]


def test_columns_are_found_by_name_in_any_order_and_case(batch, address):
    features = service.schema(address)["features"]
    labels = [feature["label"].upper() for feature in reversed(features)]
    check(batch, ",".join([*labels, "ID"]) + "\n9,8,7,6,5,4,3,2,1,x")

    assert batch.inner_text(".rows tbody td:nth-child(3)") == "1 2 3 4 5 6 7 8 9"
    assert batch.inner_text(".rows tbody td:nth-child(2)") == "x"


def test_a_row_at_fault_is_named_and_the_others_still_run(batch):
    good = "5,1,1,1,2,1,3,1,1"
    check(batch, "\n".join([good, good, *(row for row, _ in FAULTS[1:]), FAULTS[0][0]]))
    expected = [*(fault for _, fault in FAULTS[1:]), FAULTS[0][1]]

    for number, (shown, fault) in enumerate(zip(answers(batch)[2:], expected, strict=True), 3):
        assert shown.startswith(f"Row {number}: {fault}")
    assert batch.locator("#batch-out img").count() == 0
    run(batch)
    assert status(batch).startswith("2 of ")


def test_a_row_one_cell_short_is_refused_though_its_cells_could_be_scores(batch, samples):
    text = as_csv(samples[:3], header=False) + "\n123,5,1,1,1,2,1,3,1,2"
    check(batch, text)

    assert answers(batch)[3] == "Row 4: 8 scores found, 9 needed"


def test_a_thousand_rows_are_the_most(batch):
    check(batch, "5,1,1,1,2,1,3,1,1\n" * 1001)
    assert status(batch) == "1,001 rows found; at most 1,000 can be scored at once."
    assert batch.locator("#run").count() == 0

    check(batch, "5,1,1,1,2,1,3,1,1\n" * 1000)
    assert status(batch) == "1000 rows can be classified, 0 have a problem."


def test_nothing_is_not_a_row(batch):
    for text in ("", "\n\n", "\ufeff", ",,,\n"):
        check(batch, text)
        assert status(batch) == "No rows found."


def test_a_file_over_a_megabyte_is_not_read(batch):
    batch.set_input_files("#file", {"name": "x", "mimeType": "", "buffer": b"1" * 1_000_001})

    batch.wait_for_selector("#batch[data-state=faulty]")
    assert "over 1 MB" in status(batch)


def test_a_saved_file_runs_nothing_in_a_spreadsheet_and_quotes_what_needs_it(batch):
    ids = ["=1+1", "+1", "-1", "@x", "\tx", 'say ""hi""', "a,b"]
    check(batch, "\n".join(f'"{each}",5,1,1,1,2,1,3,1,1' for each in ids))
    run(batch)

    text = saved(batch)

    assert text.count("\r\n") == len(ids) + 1
    assert text.replace("\r\n", "").count("\n") == 0
    read = [row["id"] for row in csv.DictReader(io.StringIO(text, newline=""))]
    assert read == ["'=1+1", "'+1", "'-1", "'@x", "x", 'say "hi"', "a,b"]


def test_cancel_keeps_what_is_answered_and_retry_asks_only_for_the_rest(batch):
    asked = []

    def answer_the_first(route):
        asked.append(len(route.request.post_data_json["samples"]))
        if len(asked) == 1:
            route.continue_()

    batch.route(PREDICT, answer_the_first)
    check(batch, "5,1,1,1,2,1,3,1,1\n" * 500)
    batch.click("#run")
    batch.get_by_text("200 of 500 rows answered…").wait_for()
    batch.click("#stop")
    batch.wait_for_selector("#batch[data-state=cancelled]")
    assert status(batch) == "Cancelled. 200 of 500 rows have an answer."
    assert batch.inner_text("#run") == "Retry 300 rows"

    batch.unroute(PREDICT)
    run(batch)
    assert status(batch) == "500 of 500 rows have an answer."
    assert asked == [200, 200]


def test_a_service_that_fails_half_way_leaves_the_rest_to_a_retry(batch):
    batch.expected_messages.append("Failed to load resource")
    answered = []

    def fail_after_the_first(route):
        if answered:
            route.fulfill(status=500)
        else:
            answered.append(1)
            route.continue_()

    batch.route(PREDICT, fail_after_the_first)
    check(batch, "5,1,1,1,2,1,3,1,1\n" * 250)
    run(batch, "unanswered")

    assert status(batch) == (
        "The service did not answer for every row. 200 of 250 rows have an answer."
    )
    assert answers(batch)[-1] == "no answer yet"


def test_a_fault_that_the_service_finds_stands_at_its_row(batch):
    body = (
        '{"model": {}, "predictions": [null], '
        '"errors": [{"sample": 0, "field": "mitoses", "message": "mitoses <i>wrong</i>"}]}'
    )
    batch.route(PREDICT, lambda route: route.fulfill(body=body))
    check(batch, "5,1,1,1,2,1,3,1,1")
    run(batch)

    assert answers(batch) == ["Row 1: mitoses <i>wrong</i>"]
