"""Tables in and out, by every road."""

import csv
import gzip
import io
import json

import pytest

from tests.contract.test_predict import BENIGN, JSON, NAMES, SCHEMA
from training.dataset import DATA_PATH

CSV = {"content-type": "text/csv"}
TABLE = {"content-type": "text/csv", "accept": "text/csv"}
LINE = ",".join(map(str, BENIGN))


def post(transport, body, headers=CSV):
    return transport.request("POST", "/v1/predict", headers, body)


def rows(answer):
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))


def expected(transport):
    body = json.dumps({"samples": [BENIGN]})
    answer = transport.request("POST", "/v1/predict", JSON, body)
    return answer.json()["predictions"][0]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_table_may_be_written_as_spreadsheets_write_it(transport, delimiter, end, mark):
    header = delimiter.join(feature.label for feature in SCHEMA.features)
    text = mark + header + end + LINE.replace(",", delimiter) + end
    assert post(transport, text).json()["predictions"] == [expected(transport)]


@pytest.mark.parametrize(
    "line",
    [LINE, f"slide 7,{LINE}", f"{LINE},2", f"{LINE},benign", f"1000025,{LINE},2"],
    ids=["scores", "id first", "class last", "class by name", "as in the data set"],
)
def test_a_header_may_be_left_out(transport, line):
    assert post(transport, line).json()["predictions"][0]["label"] == "benign"


def test_columns_may_come_in_any_order_when_named(transport):
    header = ",".join([*reversed(NAMES), "comment"])
    line = ",".join([*(str(score) for score in reversed(BENIGN)), "=1+1"])
    assert post(transport, f"{header}\n{line}").json()["predictions"] == [expected(transport)]


@pytest.mark.parametrize("missing", ["", "?"])
def test_an_empty_cell_or_a_question_mark_is_a_missing_score(transport, missing):
    line = ",".join(map(str, [*BENIGN[:5], missing, *BENIGN[6:]]))
    entry = post(transport, line).json()["predictions"][0]
    assert "probability_range" in entry


def test_the_data_set_itself_is_answered_with_its_confusion_matrix(transport):
    document = post(transport, DATA_PATH.read_bytes()).json()
    table = document["confusion"]
    assert len(document["predictions"]) == 699
    assert sum(table["benign"].values()) == 458
    assert sum(table["malignant"].values()) == 241
    assert table["malignant"]["malignant"] >= 0.98 * 241
    assert document["predictions"][0]["id"] == "1000025"


def test_a_row_that_breaks_a_rule_is_named_and_the_others_are_answered(transport):
    text = f"{LINE}\n1,2,3\n{LINE.replace('5', 'eleven', 1)}\n{LINE}\n"
    document = post(transport, text).json()
    assert [entry is None for entry in document["predictions"]] == [False, True, True, False]
    assert document["errors"] == [
        {"sample": 1, "field": "", "message": "3 columns found, 9 needed"},
        {
            "sample": 2,
            "field": "clump_thickness",
            "message": "clump_thickness must be a whole number from 1 to 10, got text",
        },
    ]


def test_the_answer_may_be_a_table_of_the_same_rows(transport):
    text = f"id,{','.join(NAMES)}\nfirst,{LINE}\nsecond,{LINE.replace('5', '0', 1)}\n"
    answered, faulty = rows(post(transport, text, TABLE))
    assert (answered["row"], answered["id"], answered["label"]) == ("1", "first", "benign")
    assert float(answered["probability"]) == expected(transport)["probability"]
    assert (answered["inconclusive"], answered["error"]) == ("false", "")
    assert faulty["error"].startswith("clump_thickness must be a whole number")
    assert faulty["label"] == faulty["probability"] == ""


def test_a_table_answered_is_rfc_4180(transport):
    body = post(transport, LINE, TABLE).body
    assert body.endswith(b"\r\n")
    assert body.count(b"\r\n") == body.count(b"\n") == 2


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_an_id_that_a_spreadsheet_would_run_is_made_harmless(transport, start):
    text = f"id,{','.join(NAMES)}\n{start}cmd,{LINE}\n"
    assert rows(post(transport, text, TABLE))[0]["id"] == f"'{start}cmd"


def test_json_may_be_answered_as_a_table(transport):
    body = json.dumps({"samples": [BENIGN]})
    answer = transport.request("POST", "/v1/predict", JSON | {"accept": "text/csv"}, body)
    assert rows(answer)[0]["label"] == "benign"


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "application/json"),
        ("text/csv;q=0.5, application/json", "application/json"),
        ("text/csv, application/json;q=0.9", "text/csv; charset=utf-8"),
        ("text/csv, */*", "text/csv; charset=utf-8"),
        ("text/html", "application/json"),
    ],
)
def test_the_accept_header_ranks_the_forms_of_an_answer(transport, accept, kind):
    assert post(transport, LINE, CSV | {"accept": accept}).headers["content-type"] == kind


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("", 422),
        ("\n\n", 422),
        (",".join(NAMES), 422),
        ("1,2,3\n4,5,6", 422),
        (f"{','.join(NAMES[:-1])}\n1,1,1,1,1,1,1,1", 422),
        (f"{','.join([*NAMES, 'mitoses'])}\n{LINE},1", 422),
        (f'"{LINE}', 422),
        ("0,0,0,0,0,0,0,0,0", 422),
        (b"\xff\xfe1,2", 400),
        (f"{LINE}\n" * 10_001, 413),
    ],
)
def test_a_table_that_cannot_be_read_is_a_problem_document(transport, text, status):
    answer = post(transport, text)
    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(answer.body) < 2_048


def test_ten_thousand_hostile_but_valid_rows_fit_into_an_answer(transport):
    line = "\\" * 60 + ",1,1,1,1,2,?,1,1,9"
    answer = post(transport, "\n".join([line] * 10_000))
    assert answer.status == 200
    assert len(answer.json()["predictions"]) == 10_000


def test_bodies_may_be_gzipped_both_ways(transport):
    packed = gzip.compress("\n".join([LINE] * 500).encode())
    headers = CSV | {"content-encoding": "gzip", "accept-encoding": "gzip"}
    answer = post(transport, packed, headers)
    assert answer.headers["content-encoding"] == "gzip"
    assert len(json.loads(gzip.decompress(answer.body))["predictions"]) == 500


def test_a_formula_in_a_score_is_a_fault_and_never_comes_back(transport):
    answer = post(transport, f"{LINE}\n=cmd()|calc,1,1,1,2,1,3,1,1", TABLE)
    assert b"calc" not in answer.body
