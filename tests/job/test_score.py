"""A batch of a Distributed Map is answered as the API answers the same rows."""

import json

import pytest

from cytology.artifact import load_artifact
from cytology.schema import load_schema
from job.score import MAX_OUTPUT_BYTES, OtherModel, score_event
from predict.engines import load_engine
from tests.conftest import ROOT

SCHEMA = load_schema()
ARTIFACT = load_artifact(str(ROOT / "artifact"))
ENGINE = load_engine(ARTIFACT, None)
COLUMNS = ["id", *SCHEMA.names, "class"]
GOOD = ["a", "5", "1", "1", "1", "2", "?", "3", "1", "1", "4"]


def event(form, values, columns=COLUMNS, model=ARTIFACT.version, first=100):
    return {
        "BatchInput": {"form": form, "model": model, "columns": columns},
        "Items": [{"row": first + place, "value": value} for place, value in enumerate(values)],
    }


def score(*arguments, **options):
    return score_event(event(*arguments, **options), ENGINE, SCHEMA, ARTIFACT.version)


def test_a_row_of_csv_is_answered_alike_in_both_forms():
    by_reader = score("table", [dict(zip(COLUMNS, GOOD, strict=True))])
    by_copy = score("cells", [{"cells": GOOD}])

    assert by_reader == by_copy
    # The runtime client would write a named tuple as an object
    assert type(by_reader["scored"][0]) is list
    [[row, label, probability, inconclusive, identifier, true]] = by_reader["scored"]
    [expected] = ENGINE.predict([(5, 1, 1, 1, 2, None, 3, 1, 1)], explain=False)
    assert (row, SCHEMA.class_names[label], probability) == (
        100, expected.label, expected.probability
    )  # fmt: skip
    assert (bool(inconclusive), identifier, SCHEMA.class_names[true]) == (
        expected.inconclusive, "a", "malignant"
    )  # fmt: skip


def test_a_line_is_read_as_strictly_as_a_request():
    lines = [
        "[5, 1, 1, 1, 2, null, 3, 1, 1]",
        '{"mitoses": 1, "mitoses": 2}',
        "[NaN]",
        "not JSON",
        "\ud800",
        "[5, 1, 1, 1, 2, true, 3, 1, 1]",
    ]

    found = score("lines", [{"line": line} for line in lines], columns=[])

    assert [entry[0] for entry in found["scored"]] == [100]
    assert {row for row, *_ in found["faults"]} == {101, 102, 103, 104, 105}
    by_row = {row: message for row, _, message in found["faults"]}
    assert by_row[101].startswith("the line names a key twice")
    assert "true" in by_row[105]


def test_what_the_opening_step_refused_is_a_fault_among_answers():
    found = score("cells", [{"fault": "the row is too long"}, {"cells": GOOD}])

    assert found["faults"] == [(100, "", "the row is too long")]
    assert [entry[0] for entry in found["scored"]] == [101]


def test_another_model_is_refused_so_that_no_job_is_scored_by_two():
    with pytest.raises(OtherModel):
        score("cells", [{"cells": GOOD}], model="other")


def test_the_answer_fits_into_a_child_s_output_however_faulty_the_rows():
    bad = ["x" * 70, *["9999"] * 9, "unsure"]

    found = score("cells", [{"cells": bad}] * 500)

    assert len(json.dumps(found)) <= MAX_OUTPUT_BYTES
    assert {row for row, *_ in found["faults"]} == set(range(100, 600))


def test_the_longest_answers_fit_too():
    found = score("cells", [{"cells": ["ü" * 64, *GOOD[1:]]}] * 500)

    assert len(found["scored"]) == 500
    assert len(json.dumps(found)) <= MAX_OUTPUT_BYTES
