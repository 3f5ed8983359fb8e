"""The one schema, against an oracle written by hand."""

import json

import pytest

from cytology.schema import Diagnosis, Feature, InvalidSchema, parse_schema

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


def test_a_class_listed_first_or_second_may_be_the_positive_one():
    document = valid_document() | {"positive": "no"}
    assert parse_schema(json.dumps(document)).negative == "yes"


def test_what_a_schema_leaves_out_has_a_default():
    small = parse_schema(json.dumps(valid_document()))

    assert (small.name, small.title, small.missing) == ("model", "", "?")
    assert (small.id_column, small.class_column, small.limits_of_use) == ("id", "class", ())
    assert small.features == (
        Feature("a", "a", "", "", "", minimum=0, maximum=3, may_be_missing=False, direction=0),
    )
    assert small.classes == (Diagnosis("no", 0), Diagnosis("yes", 1))
    assert (small.positive, small.class_names) == ("yes", ("no", "yes"))


def test_what_a_schema_states_is_taken_over():
    feature = {
        "name": "a",
        "label": "The a",
        "help": "Look.",
        "low": "few",
        "high": "many",
        "min": 0,
        "max": 3,
        "may_be_missing": True,
        "direction": -1,
    }
    stated = {
        "name": "small",
        "title": "A small one",
        "id_column": "slide",
        "class_column": "verdict",
        "missing": "NA",
        "limits_of_use": ["teaching only"],
        "features": [feature],
    }
    small = parse_schema(json.dumps(valid_document() | stated))

    assert (small.name, small.title, small.missing) == ("small", "A small one", "NA")
    assert (small.id_column, small.class_column) == ("slide", "verdict")
    assert small.limits_of_use == ("teaching only",)
    assert small.features[0] == Feature("a", "The a", "Look.", "few", "many", 0, 3, True, -1)


def test_scores_are_common_only_where_all_features_have_the_same():
    document = valid_document()
    assert parse_schema(json.dumps(document)).common_scores == {0, 1, 2, 3}
    document["features"].append({"name": "b", "min": 1, "max": 3})
    assert parse_schema(json.dumps(document)).common_scores is None


NUMBERS = "min and max must be whole numbers with min below max"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"features": []}, "features: at least one is needed"),
        ({"features": ["a"]}, "features[0]: needs a name"),
        ({"features": [{"name": ""}]}, "features[0]: needs a name"),
        ({"features": [{"name": 5}]}, "features[0]: needs a name"),
        ({"features": [{"name": "a", "min": 1}]}, f"features[0] (a): {NUMBERS}"),
        ({"features": [{"name": "a", "max": 1}]}, f"features[0] (a): {NUMBERS}"),
        ({"features": [{"name": "a", "min": 1, "max": 2.0}]}, f"features[0] (a): {NUMBERS}"),
        (
            {"features": [{"name": "samples", "min": 1, "max": 2}]},
            "features[0] (samples): this name is reserved for the request itself",
        ),
        (
            {"features": [{"name": "a", "min": 1, "max": 2, "direction": 2}]},
            "features[0] (a): direction must be -1, 0 or 1",
        ),
        (
            {"features": [{"name": n, "min": 1, "max": 2} for n in "bbaac"]},
            "features: a, b appears more than once",
        ),
        (
            {"classes": [{"name": "no", "code": 0}] * 2},
            "classes: exactly two of different names are needed",
        ),
        (
            {"classes": [{"name": n, "code": 0} for n in "abc"]},
            "classes: exactly two of different names are needed",
        ),
        ({"classes": ["no", "yes"]}, "classes[0]: needs a name and a whole-number code"),
        (
            {"classes": [{"name": "no", "code": 0}, {"name": "yes", "code": True}]},
            "classes[1]: needs a name and a whole-number code",
        ),
        (
            {"classes": [{"name": 1, "code": 0}, {"name": "yes", "code": 1}]},
            "classes[0]: needs a name and a whole-number code",
        ),
        ({"positive": "maybe"}, "positive: 'maybe' is not one of the classes"),
    ],
)
def test_the_message_of_a_broken_schema_is_a_whole_sentence(change, message):
    with pytest.raises(InvalidSchema) as caught:
        parse_schema(json.dumps(valid_document() | change))
    assert str(caught.value) == message


@pytest.mark.parametrize("key", ["classes", "features", "positive"])
def test_a_schema_without_one_of_its_parts_is_told_which(key):
    document = valid_document()
    del document[key]
    with pytest.raises(InvalidSchema) as caught:
        parse_schema(json.dumps(document))
    assert str(caught.value) == f"the schema lacks '{key}'"


def test_what_is_no_schema_at_all_is_told_so():
    with pytest.raises(InvalidSchema) as caught:
        parse_schema("[]")
    assert str(caught.value) == "the schema must be a JSON object"
    with pytest.raises(InvalidSchema, match=r"^the schema is not JSON: Expecting value"):
        parse_schema("nothing")
