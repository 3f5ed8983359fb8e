"""Samples and tables with whole numbers, real numbers and categories."""

import json

import pytest

from cytology.measurements import InvalidMeasurements, read_sample
from cytology.reading.head import read_head
from cytology.reading.refusals import InvalidTable
from cytology.reading.table import Choices, read_table
from cytology.schema import parse_schema
from tests.support.ferry import DOCUMENT, SCHEMA

WAVES = "wave_height must be a number from 0 to 15 m, got"
SEATS = "one of bow, middle, stern"


def errors(value):
    with pytest.raises(InvalidMeasurements) as caught:
        read_sample(value, SCHEMA)
    return [(error.field, error.code, error.message) for error in caught.value.errors]


@pytest.mark.parametrize(
    ("given", "row"),
    [
        ([2, 0.4, "bow"], (2, 0.4, "bow")),
        ([2.0, 3, None], (2, 3.0, None)),
        ([2, 15, "NA"], (2, 15.0, None)),
    ],
)
def test_each_kind_is_read_in_its_own_type(given, row):
    for sample in (given, dict(zip(SCHEMA.names, given, strict=True))):
        found = read_sample(sample, SCHEMA).row
        assert found == row
        assert list(map(type, found)) == list(map(type, row))


@pytest.mark.parametrize("values", [("False", "True"), ("true", "false"), ("TRUE", "FALSE")])
def test_a_truth_value_is_a_category_that_is_spelt_so(values):
    seat = SCHEMA.features[2]._replace(values=values, value_labels=values)
    assert {seat.read(given) for given in (True, False)} == set(values)
    assert SCHEMA.features[2].read(True) is None
    assert SCHEMA.features[0].read(True) is None


def test_every_error_names_the_rule_of_its_kind():
    assert errors([2, 15.5, "Bow"]) == [
        ("wave_height", "out_of_range", f"{WAVES} a number out of range"),
        ("seat", "unknown_category", f"seat must be {SEATS}, got text"),
    ]
    assert errors([2.5, True, 1]) == [
        (
            "decks",
            "not_whole",
            "decks must be a whole number from 0 to 8, got a number with decimals",
        ),
        ("wave_height", "not_a_number", f"{WAVES} true"),
        ("seat", "unknown_category", f"seat must be {SEATS}, got 1"),
    ]
    assert errors({"decks": 2, "seat": "bow", "wave_height": 16}) == [
        ("wave_height", "out_of_range", f"{WAVES} 16"),
    ]
    assert errors({"decks": 2, "wave_height": None})[1] == (
        "seat",
        "missing",
        f"seat is missing; give {SEATS}, or null where it is not known",
    )


@pytest.mark.parametrize("wave", [float("inf"), float("nan"), 10**400, -(10**400)])
def test_what_is_no_finite_number_is_no_real_number(wave):
    assert [error[:2] for error in errors([2, wave, "bow"])] == [("wave_height", "out_of_range")]


def test_a_schema_with_other_kinds_calls_its_measurements_values():
    assert errors([2])[0][2] == "1 values found, 3 needed"
    assert "an array of 3 values" in errors("bow")[0][2]


def test_at_most_ten_categories_are_listed():
    many = DOCUMENT | {
        "examples": [],
        "translations": {},
        "features": [
            {"name": "a", "kind": "category", "values": [{"value": f"v{i}"} for i in range(12)]}
        ],
    }
    with pytest.raises(InvalidMeasurements, match=r"v8, v9 and 2 more, got text$"):
        read_sample(["x"], parse_schema(json.dumps(many)))


def rows(table, **choices):
    return [sample and sample.row for sample in read_table(table, SCHEMA, **choices).samples]


@pytest.mark.parametrize(
    "table",
    [
        "decks,wave_height,seat\n2,0.4,bow\n3,1e1,\n",
        "decks;wave_height;seat\n2;0,4;bow\n3;10,0;NA\n",
        "seat\tdecks\tHeight of the waves\nbow\t2.0\t.4\n?\t3\t10\n",
        "2,0.4,bow\n3,10.0,\n",
        '2;"0,4";bow\n3;10;NA\n',
    ],
)
def test_a_table_with_categories_is_read_in_any_usual_spelling(table):
    assert rows(table) == [(2, 0.4, "bow"), (3, 10.0, None)]


@pytest.mark.parametrize(
    ("delimiter", "cells", "waves"),
    [
        ("\t", ("1,234", "12"), [None, 12.0]),
        ("|", ("1,234", "1,234,567"), [None, None]),
        ("\t", ("1,234", "0,5"), [1.234, 0.5]),
        (";", ("1,234", "12"), [1.234, 12.0]),
    ],
)
def test_a_comma_that_may_part_thousands_is_no_decimal_comma(delimiter, cells, waves):
    lines = [["decks", "wave_height", "seat"], *(["2", cell, "bow"] for cell in cells)]
    table = "".join(delimiter.join(line) + "\n" for line in lines)
    batch = read_table(table, SCHEMA)
    assert [sample and sample.row[1] for sample in batch.samples] == waves
    assert all("write 1234.5, neither" in error.message for error in batch.errors)
    head = read_head(table, SCHEMA, Choices())
    assert head is not None
    assert head.decimal_comma == (1.234 in waves)


def test_errors_of_a_table_name_the_rule_of_each_kind():
    batch = read_table("decks,wave_height,seat\n2,16,bow\n2,high,aft\n2,,bow\n", SCHEMA)

    assert [(error.sample, error.field, error.code) for error in batch.errors] == [
        (0, "wave_height", "out_of_range"),
        (1, "wave_height", "not_a_number"),
        (1, "seat", "unknown_category"),
        (2, "wave_height", "missing"),
    ]


def test_classes_of_text_are_read_by_code_and_by_name():
    table = "ticket,decks,wave_height,seat,sick\nA1,2,0.4,bow,No\nA2,3,10,bow,seasick\n"
    batch = read_table(table, SCHEMA)

    assert batch.labels == ["well", "seasick"]
    assert [sample.id for sample in batch.samples] == ["A1", "A2"]


def test_a_category_that_looks_like_a_gap_or_a_number_is_a_category():
    feature = {
        "name": "grade",
        "kind": "category",
        "may_be_missing": True,
        "values": [{"value": "none"}, {"value": "1"}, {"value": "2"}],
    }
    small = parse_schema(
        json.dumps(DOCUMENT | {"examples": [], "translations": {}, "features": [feature]})
    )

    batch = read_table("ticket,grade\na,none\nb,1.0\nc,2\nd,NA\n", small)

    assert [sample.row[0] for sample in batch.samples] == ["none", "1", "2", None]
    assert [read_sample([given], small).row[0] for given in (1, 2.0, "none")] == ["1", "2", "none"]


def test_a_refusal_names_the_readings_in_the_words_of_the_schema():
    with pytest.raises(InvalidTable) as caught:
        read_table("1,2,0.4,bow\n2,3,10,stern\n", SCHEMA)

    assert caught.value.readings == ["values,class", "id,values", "values,ignore", "ignore,values"]
    assert rows("1,2,0.4,bow\n", choices=Choices(columns="id,values")) == [(2, 0.4, "bow")]
    with pytest.raises(InvalidTable, match=r"2 columns found .* 3 values needed"):
        read_table("2,0.4\n", SCHEMA)


def test_a_header_without_a_known_name_is_told_from_a_row_of_categories():
    with pytest.raises(InvalidTable) as caught:
        read_table("a,b,c\n2,0.4,bow\n", SCHEMA)
    assert caught.value.code == "unknown_column"
