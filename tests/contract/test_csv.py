"""CSV requests and CSV answers, on several transports."""

import csv
import io
import json

import pytest

from tests.support.samples import BENIGN, JSON, NAMES, UNSCORED
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


@pytest.mark.parametrize(
    ("line", "columns"),
    [(LINE, ""), (f"slide 7,{LINE}", "id,scores"), (f"{LINE},2", "scores,class")],
)
def test_the_caller_may_say_what_the_columns_hold(transport, line, columns):
    query = f"?columns={columns}" if columns else ""
    answer = transport.request("POST", f"/v1/predict{query}", CSV, line)
    assert answer.json()["predictions"][0]["probability"] == expected(transport)["probability"]


def test_a_table_of_two_readings_is_refused_with_its_first_row_and_the_readings(transport):
    answer = post(transport, f"{LINE},2")
    problem = answer.json()
    assert answer.status == 422
    assert [error["code"] for error in problem["errors"]] == ["ambiguous_table"]
    assert problem["table"]["first_row"] == [*map(str, BENIGN), "2"]
    for columns in problem["table"]["readings"]:
        again = transport.request("POST", f"/v1/predict?columns={columns}", CSV, f"{LINE},2")
        assert again.status in (200, 422)
        assert "invalid_choice" not in again.body.decode()


@pytest.mark.parametrize("query", ["columns=scores", "columns=x", "classes=2", "classes=2:x"])
def test_a_word_that_does_not_fit_is_refused(transport, query):
    answer = transport.request("POST", f"/v1/predict?{query}", CSV, f"{LINE},2")
    assert [error["code"] for error in answer.json()["errors"]] == ["invalid_choice"]


def test_classes_of_another_coding_are_compared_where_the_caller_says_what_they_mean(transport):
    body = f"{','.join(NAMES)},class\n{LINE},x\n"
    unknown = transport.request("POST", "/v1/predict", CSV, body).json()
    assert "confusion" not in unknown
    assert "classes=" in unknown["notes"][0]
    path = "/v1/predict?classes=x:benign,y:malignant"
    said = transport.request("POST", path, CSV, body).json()
    assert said["confusion"]["benign"]["benign"] == 1


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
    summary = document["summary"]
    assert (summary["rows"], summary["refused"]) == (699, 0)
    assert summary["sensitivity"] == table["malignant"]["malignant"] / 241
    assert summary["specificity"] == table["benign"]["benign"] / 458
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
        {
            "sample": 1,
            "field": "",
            "code": "wrong_length",
            "message": "3 columns found, 9 needed",
        },
        {
            "sample": 2,
            "field": "clump_thickness",
            "code": "not_a_number",
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
    assert (faulty["error_code"], faulty["error_field"]) == ("out_of_range", "clump_thickness")
    assert faulty["input"] == f"second,{LINE.replace('5', '0', 1)}"
    assert faulty["label"] == faulty["probability"] == ""
    assert answered["model"] == faulty["model"] != ""


def test_a_missing_score_s_range_and_warnings_are_columns(transport):
    line = ",".join(map(str, [*BENIGN[:5], "?", *BENIGN[6:]]))
    [found] = rows(post(transport, line, TABLE))
    assert float(found["probability_low"]) < float(found["probability_high"])
    assert found["warnings"].startswith("missing_score:bare_nuclei")


def test_excel_in_german_is_answered_in_its_dialect(transport):
    answer = transport.request("POST", "/v1/predict?dialect=excel-de", TABLE, LINE)
    text = answer.body.decode()
    assert text.startswith("\ufeffrow;id;label;probability")
    probability = text.splitlines()[1].split(";")[3]
    assert float(probability.replace(",", ".")) == expected(transport)["probability"]
    assert "." not in probability


def test_an_unknown_dialect_is_refused(transport):
    assert transport.request("POST", "/v1/predict?dialect=x", TABLE, LINE).status == 400


def test_a_table_answered_is_rfc_4180(transport):
    body = post(transport, LINE, TABLE).body
    assert body.endswith(b"\r\n")
    assert body.count(b"\r\n") == body.count(b"\n") == 2


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_an_id_that_a_spreadsheet_would_run_is_made_harmless(transport, start):
    text = f"id,{','.join(NAMES)}\n{start}cmd,{LINE}\n".encode()
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
        (f"{','.join(NAMES[:-3])}\n1,1,1,1,1,1", 422),
        (f"{','.join([*NAMES, 'mitoses'])}\n{LINE},1", 422),
        (f'"{LINE}', 422),
        ("0,0,0,0,0,0,0,0,0", 422),
        (b"\xff\xfe1,2", 422),
        (b"%PDF-1.7", 422),
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
    body = "\n".join([line] * 10_000)
    answer = transport.request("POST", "/v1/predict?columns=id,scores", CSV, body)
    assert answer.status == 200
    assert len(answer.json()["predictions"]) == 10_000


def test_a_formula_in_a_refused_row_comes_back_harmless(transport):
    answer = post(transport, f"{LINE}\n=cmd()|calc,1;=1+1,1,1,2,1,3,1,1", TABLE)
    assert rows(answer)[1]["input"].startswith("'=cmd()|calc,1;'=1+1,1")


def test_a_prediction_has_its_class_and_where_asked_the_values_that_were_read(transport):
    table = f"{','.join(NAMES)},class\n{LINE},2\n{','.join(map(str, UNSCORED))},\n"
    plain = post(transport, table).json()["predictions"]
    path = "/v1/predict?samples=true"
    full = transport.request("POST", path, CSV, table).json()["predictions"]
    assert [entry.get("class") for entry in plain] == ["benign", None]
    assert [entry.pop("sample") for entry in full] == [BENIGN, [*UNSCORED[:5], None, *UNSCORED[6:]]]
    assert full == plain
    assert transport.request("POST", "/v1/predict?samples=1", CSV, table).status == 400
