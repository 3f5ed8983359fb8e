"""Untrusted samples: what is accepted, and what every refusal says."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cytology.error_codes import CODES
from cytology.measurements import InvalidMeasurements, read_sample
from cytology.schema import load_schema, parse_schema

SHIPPED = load_schema()
#: The shipped features, of which only one may be missing.
SCHEMA = SHIPPED._replace(
    features=tuple(
        feature._replace(may_be_missing=feature.name == "bare_nuclei")
        for feature in SHIPPED.features
    ),
    missing_at_most=1,
)
ROW = [5, 1, 1, 1, 2, 1, 3, 1, 1]


def named(**changes) -> dict:
    return dict(zip(SCHEMA.names, ROW, strict=True)) | changes


def messages(value) -> dict[str, str]:
    with pytest.raises(InvalidMeasurements) as caught:
        read_sample(value, SCHEMA)
    return {error.field: error.message for error in caught.value.errors}


def test_named_scores_and_a_row_in_schema_order_are_the_same_sample():
    assert read_sample(named(), SCHEMA) == read_sample(ROW, SCHEMA)


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


def test_any_two_scores_may_be_missing_and_a_third_is_an_error_that_says_the_rule():
    rows = [[None, *ROW[1:8], None], [None, "?", *ROW[2:8], None]]
    assert read_sample(rows[0], SHIPPED).row == tuple(rows[0])
    for sample in (rows[1], dict(zip(SHIPPED.names, rows[1], strict=True))):
        with pytest.raises(InvalidMeasurements) as caught:
            read_sample(sample, SHIPPED)
        assert caught.value.errors == [
            (
                "",
                "too_many_missing",
                "3 scores are missing, at most 2 may be; "
                "give some of clump_thickness, uniformity_cell_size, mitoses",
            )
        ]


def test_a_missing_field_is_told_from_a_missing_score():
    sample = named()
    del sample["mitoses"], sample["bare_nuclei"]
    assert messages(sample) == {
        "mitoses": "mitoses is missing; give a whole number from 1 to 10",
        "bare_nuclei": "bare_nuclei is missing; give a whole number from 1 to 10, "
        "or null where it was not scored",
    }


def test_an_unknown_field_is_named_with_the_field_it_resembles():
    assert messages(named(mitosis=1)) == {
        "mitosis": "mitosis is not a known field; did you mean mitoses?"
    }


def test_without_suggestions_a_misspelt_field_is_told_by_its_position():
    with pytest.raises(InvalidMeasurements) as caught:
        read_sample(named(mitosis=1), SCHEMA, suggest=False)
    assert [error.field for error in caught.value.errors] == [""]


def test_the_errors_of_a_sample_stay_short_however_many_there_are():
    names = [name + ending for name in SCHEMA.names for ending in ("s", "es", "x", "y", "z")]
    wrong = dict.fromkeys(SCHEMA.names, 10**9) | dict.fromkeys(names, 1) | {"id": "x" * 100_000}
    with pytest.raises(InvalidMeasurements) as caught:
        read_sample(wrong, SCHEMA)
    errors = caught.value.errors
    assert {error.field for error in errors} >= {*SCHEMA.names, "id", ""}
    assert sum(len(error.field) + len(error.message) + 40 for error in errors) < 1_700


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"mitoses": 11}, "out_of_range"),
        ({"mitoses": 1.5}, "not_whole"),
        ({"mitoses": "x"}, "not_a_number"),
        ({"mitoses": None}, "missing"),
        ({"mitosis": 1}, "unknown_field"),
        ({"id": 7}, "invalid_id"),
    ],
)
def test_an_error_has_a_code_that_is_listed(change, code):
    [error] = errors(named(**change))
    assert error[1] == code
    assert code in CODES


@pytest.mark.parametrize("count", [0, 8, 10])
def test_a_row_of_the_wrong_length_is_counted(count):
    assert messages([1] * count) == {"": f"{count} scores found, 9 needed"}


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
        assert invalid.errors
        assert all(len(error.message) < 200 for error in invalid.errors)
    else:
        assert len(row) == 9


def errors(value) -> list[tuple[str, str, str]]:
    with pytest.raises(InvalidMeasurements) as caught:
        read_sample(value, SCHEMA)
    return [tuple(error) for error in caught.value.errors]


@pytest.mark.parametrize(
    ("position", "score", "read"),
    [(0, 1, 1), (0, 10, 10), (8, 4.0, 4), (5, None, None), (5, "?", None)],
)
def test_a_row_with_an_unusual_score_is_read_score_by_score(position, score, read):
    # A missing one beside it keeps the row from the short cut for nine plain integers
    row = [*ROW[:5], None, *ROW[6:]]
    row[position] = score
    expected = [*ROW[:5], None, *ROW[6:]]
    expected[position] = read
    sample = read_sample(row, SCHEMA)
    assert sample.row == tuple(expected)
    assert all(type(score) is int for score in sample.row if score is not None)


def test_every_error_of_a_row_is_named_at_once_and_in_order():
    row = [0, 11, True, 4.5, "4", None, None, 1, 1]
    whole = "must be a whole number from 1 to 10, got"
    assert errors(row) == [
        ("clump_thickness", "out_of_range", f"clump_thickness {whole} 0"),
        ("uniformity_cell_size", "out_of_range", f"uniformity_cell_size {whole} 11"),
        ("uniformity_cell_shape", "not_a_number", f"uniformity_cell_shape {whole} true"),
        ("marginal_adhesion", "not_whole", f"marginal_adhesion {whole} a number with decimals"),
        (
            "single_epithelial_cell_size",
            "not_a_number",
            f"single_epithelial_cell_size {whole} text",
        ),
        (
            "bland_chromatin",
            "missing",
            "bland_chromatin may not be missing; give a whole number from 1 to 10",
        ),
    ]


def test_a_row_of_features_that_differ_in_range_is_held_to_each_range():
    mixed = parse_schema(
        json.dumps(
            {
                "classes": [{"name": "no", "code": 0}, {"name": "yes", "code": 1}],
                "positive": "yes",
                "features": [
                    {"name": "a", "min": 0, "max": 3},
                    {"name": "b", "min": 2, "max": 5},
                ],
            }
        )
    )
    assert read_sample([0, 2], mixed).row == (0, 2)
    assert read_sample([3, 5], mixed).row == (3, 5)
    for row, field in (([4, 5], "a"), ([-1, 5], "a"), ([3, 1], "b"), ([3, 6], "b")):
        with pytest.raises(InvalidMeasurements) as caught:
            read_sample(row, mixed)
        assert [error.field for error in caught.value.errors] == [field]


def test_an_id_of_64_characters_is_not_too_long():
    assert read_sample(named(id="x" * 64), SCHEMA).id == "x" * 64
    assert messages(named(id="x" * 65))["id"] == "id must be at most 64 characters long, got 65"


@pytest.mark.parametrize(
    ("identifier", "message"),
    [
        (True, "id must be a string, got true"),
        (12_345, "id must be a string, got a far larger or smaller number"),
        ("a\u2028b", "id must be printable text on one line"),
    ],
)
def test_a_wrong_id_is_described_and_never_quoted(identifier, message):
    assert messages(named(id=identifier)) == {"id": message}


@pytest.mark.parametrize(("score", "shown"), [(9_999, "9999"), (-9_999, "-9999")])
def test_numbers_of_up_to_four_digits_are_quoted(score, shown):
    assert messages(named(mitoses=score))["mitoses"].endswith(f"got {shown}")
    further = score + (1 if score > 0 else -1)
    assert messages(named(mitoses=further))["mitoses"].endswith("a far larger or smaller number")


@pytest.mark.parametrize("name", ["zzzz", ""])
def test_a_field_that_resembles_none_is_told_by_its_place(name):
    message = "field 10 of the sample is not known"
    assert errors(named(**{name: 1})) == [("", "unknown_field", message)]


def test_eight_unknown_fields_are_told_by_their_places_and_the_ninth_is_counted():
    [(_, _, eight)] = errors(named(**{f"zzz{n}": 1 for n in range(8)}))
    assert eight == "fields 10, 11, 12, 13, 14, 15, 16, 17 of the sample are not known"
    [(_, _, nine)] = errors(named(**{f"zzz{n}": 1 for n in range(9)}))
    assert nine == eight.replace(" of", " and 1 more of")


@pytest.mark.parametrize(
    ("value", "shown"),
    [(5, "5"), ("x", "text"), (None, "nothing"), (True, "true"), (1.5, "a number with decimals")],
)
def test_what_is_no_sample_is_described(value, shown):
    expected = "a sample must be an object of 9 named scores or an array of 9 scores, got " + shown
    assert errors(value) == [("", "not_a_sample", expected)]


@pytest.mark.parametrize("position", range(9))
def test_a_row_of_plain_numbers_is_read_by_type(position):
    row: list = [float(score) for score in ROW]
    assert {type(score) for score in read_sample(row, SCHEMA).row} == {int}
    row = [*ROW]
    row[position] = True
    assert [*messages(row)] == [SCHEMA.names[position]]
