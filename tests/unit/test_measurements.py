"""Untrusted samples: what is accepted, and what every refusal says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cytology.measurements import InvalidMeasurements, read_sample
from cytology.schema import load_schema

SCHEMA = load_schema()
ROW = [5, 1, 1, 1, 2, 1, 3, 1, 1]


def named(**changes) -> dict:
    return dict(zip(SCHEMA.names, ROW, strict=True)) | changes


def messages(value) -> dict[str, str]:
    with pytest.raises(InvalidMeasurements) as caught:
        read_sample(value, SCHEMA)
    return {fault.field: fault.message for fault in caught.value.faults}


def test_named_scores_and_a_row_in_schema_order_are_the_same_sample():
    assert read_sample(named(), SCHEMA) == read_sample(ROW, SCHEMA)


def test_named_scores_may_come_in_any_order():
    assert read_sample(dict(reversed(named().items())), SCHEMA).row == tuple(ROW)


@pytest.mark.parametrize("missing", [None, "?"])
def test_a_score_that_may_be_missing_is_read_as_missing(missing):
    assert read_sample(named(bare_nuclei=missing), SCHEMA).row[5] is None


@pytest.mark.parametrize("missing", [None, "?"])
def test_any_other_missing_score_is_named(missing):
    assert messages(named(mitoses=missing)) == {
        "mitoses": "mitoses may not be missing; give a whole number from 1 to 10"
    }


@pytest.mark.parametrize(
    ("score", "described"),
    [
        (12, "12"),
        (0, "0"),
        (-1, "-1"),
        (11, "11"),
        (10**30, "a far larger or smaller number"),
        (True, "true"),
        (False, "false"),
        (4.5, "a number with decimals"),
        (1e300, "a number out of range"),
        ("4", "text"),
        ("", "text"),
        ([], "an array"),
        ({}, "an object"),
    ],
)
def test_a_wrong_score_is_named_with_the_rule(score, described):
    expected = f"mitoses must be a whole number from 1 to 10, got {described}"
    assert messages(named(mitoses=score)) == {"mitoses": expected}


def test_a_whole_number_written_with_a_decimal_point_is_a_whole_number():
    assert read_sample(named(mitoses=4.0), SCHEMA).row[8] == 4


def test_a_missing_field_is_told_from_a_missing_score():
    sample = named()
    del sample["mitoses"], sample["bare_nuclei"]
    assert messages(sample) == {
        "mitoses": "mitoses is missing; give a whole number from 1 to 10",
        "bare_nuclei": "bare_nuclei is missing; give a whole number from 1 to 10, "
        "or null where it was not scored",
    }


def test_every_fault_is_named_at_once():
    assert set(messages({"mitoses": 12, "mitosis": 1})) == {*SCHEMA.names, "mitosis"}


def test_an_unknown_field_is_named_with_the_field_it_resembles():
    assert messages(named(mitosis=1)) == {
        "mitosis": "mitosis is not a known field; did you mean mitoses?"
    }


@pytest.mark.parametrize("name", ["shape", "Jane Doe", "mitoses 8675309", "a\r\n\u202e", ""])
def test_an_unknown_field_that_resembles_none_is_told_by_its_position_alone(name):
    assert messages(named(**{name: 1})) == {"": "field 10 of the sample is not known"}


def test_many_unknown_fields_are_counted_not_listed():
    found = messages(named(**{f"x{number}": 1 for number in range(1000)}))
    assert found == {
        "": "fields 10, 11, 12, 13, 14, 15, 16, 17 and 992 more of the sample are not known"
    }


def test_without_suggestions_a_misspelt_field_is_told_by_its_position():
    with pytest.raises(InvalidMeasurements) as caught:
        read_sample(named(mitosis=1), SCHEMA, suggest=False)
    assert [fault.field for fault in caught.value.faults] == [""]


def test_the_faults_of_a_sample_stay_short_however_many_there_are():
    names = [name + ending for name in SCHEMA.names for ending in ("s", "es", "x", "y", "z")]
    wrong = dict.fromkeys(SCHEMA.names, 10**9) | dict.fromkeys(names, 1) | {"id": "x" * 100_000}
    with pytest.raises(InvalidMeasurements) as caught:
        read_sample(wrong, SCHEMA)
    faults = caught.value.faults
    assert {fault.field for fault in faults} >= {*SCHEMA.names, "id", ""}
    assert sum(len(fault.field) + len(fault.message) + 40 for fault in faults) < 1_700


def test_an_id_comes_back_unchanged():
    assert read_sample(named(id="slide 7 / A"), SCHEMA).id == "slide 7 / A"


@pytest.mark.parametrize(
    ("identifier", "rule"),
    [
        ("x" * 65, "at most 64"),
        (7, "must be a string"),
        (None, "must be a string"),
        ("\ud800", "printable"),
        ("a\nb", "printable"),
    ],
)
def test_a_wrong_id_is_named(identifier, rule):
    assert rule in messages(named(id=identifier))["id"]


@pytest.mark.parametrize("count", [0, 8, 10])
def test_a_row_of_the_wrong_length_is_counted(count):
    assert messages([1] * count) == {"": f"{count} scores found, 9 needed"}


@pytest.mark.parametrize("value", [5, "text", None, True, 1.5])
def test_what_is_neither_object_nor_array_is_no_sample(value):
    assert "must be an object of 9 named scores or an array" in messages(value)[""]


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=10) | st.dictionaries(st.text(), inner, max_size=10),
    max_leaves=30,
)


@given(JSON_VALUES | st.dictionaries(st.sampled_from(SCHEMA.names), JSON_VALUES))
def test_any_json_value_is_read_or_refused_with_reasons(value):
    try:
        row = read_sample(value, SCHEMA).row
    except InvalidMeasurements as invalid:
        assert invalid.faults
        assert all(len(fault.message) < 200 for fault in invalid.faults)
    else:
        assert len(row) == 9


@given(st.lists(st.integers(1, 10), min_size=9, max_size=9))
def test_every_row_of_nine_scores_in_range_is_accepted_unchanged(scores):
    assert read_sample(scores, SCHEMA).row == tuple(scores)
