"""The one schema, against an oracle written by hand."""

import json

import pytest

from cytology.schema import InvalidSchema, load_schema, parse_schema

# By hand and on purpose: every other test reads the schema, so a wrong one would pass them all.
NAMES = (
    "clump_thickness",
    "uniformity_cell_size",
    "uniformity_cell_shape",
    "marginal_adhesion",
    "single_epithelial_cell_size",
    "bare_nuclei",
    "bland_chromatin",
    "normal_nucleoli",
    "mitoses",
)


def valid_document() -> dict:
    return {
        "classes": [{"name": "no", "code": 0}, {"name": "yes", "code": 1}],
        "positive": "yes",
        "features": [{"name": "a", "min": 0, "max": 3}],
    }


def test_the_nine_features_stand_in_the_order_of_the_data_set(schema):
    assert schema.names == NAMES


def test_every_score_runs_from_1_to_10_and_only_bare_nuclei_may_be_missing(schema):
    assert all((f.minimum, f.maximum) == (1, 10) for f in schema.features)
    assert [f.name for f in schema.features if f.may_be_missing] == ["bare_nuclei"]


def test_codes_2_and_4_are_benign_and_malignant(schema):
    assert {item.code: item.name for item in schema.classes} == {2: "benign", 4: "malignant"}
    assert (schema.positive, schema.negative) == ("malignant", "benign")


def test_every_feature_says_what_its_lowest_and_highest_score_mean(schema):
    assert all(f.low and f.high and f.help and f.label for f in schema.features)


def test_bare_nuclei_help_names_the_trap_of_bipolar_nuclei(schema):
    help_text = schema.features[NAMES.index("bare_nuclei")].help
    assert "do not count benign bipolar nuclei" in help_text


def test_a_class_listed_first_or_second_may_be_the_positive_one():
    document = valid_document() | {"positive": "no"}
    assert parse_schema(json.dumps(document)).negative == "yes"


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"features": []}, "at least one"),
        ({"features": [{"min": 1, "max": 2}]}, r"features\[0\]: needs a name"),
        ({"features": [{"name": "id", "min": 1, "max": 2}]}, "reserved"),
        ({"features": [{"name": "a", "min": 2, "max": 2}]}, "min below max"),
        ({"features": [{"name": "a", "min": True, "max": 2}]}, "whole numbers"),
        ({"features": [{"name": "a", "min": 1, "max": 2, "direction": 3}]}, "direction"),
        ({"features": [{"name": "a", "min": 1, "max": 2}] * 2}, "more than once"),
        ({"classes": [{"name": "no", "code": 0}]}, "exactly two"),
        ({"classes": [{"name": "no"}, {"name": "yes", "code": 1}]}, r"classes\[0\]"),
        ({"positive": "maybe"}, "not one of the classes"),
    ],
)
def test_a_broken_schema_is_refused_with_the_entry_and_the_rule(change, rule):
    with pytest.raises(InvalidSchema, match=rule):
        parse_schema(json.dumps(valid_document() | change))


@pytest.mark.parametrize("text", ["not json", "[]", "{}"])
def test_a_file_that_is_no_schema_is_refused(text):
    with pytest.raises(InvalidSchema):
        parse_schema(text)


def test_the_shipped_schema_loads_from_its_default_place():
    assert load_schema().name == "breast-fna"
