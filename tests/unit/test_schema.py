"""The one schema, against an oracle written by hand."""

import json

import pytest

from cytology.schema import Diagnosis, Example, Feature, InvalidSchema, parse_schema
from tests.support import ferry
from tests.support.paths import ROOT

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


DOCS = ROOT / "docs"
SHIPPED = json.loads((ROOT / "cytology" / "features.json").read_text())


def test_the_nine_features_stand_in_the_order_of_the_data_set(schema):
    assert schema.names == NAMES


def test_every_score_runs_from_1_to_10_and_two_may_be_missing(schema):
    assert all((f.minimum, f.maximum) == (1, 10) for f in schema.features)
    assert all(f.may_be_missing for f in schema.features)
    assert schema.missing_at_most == 2


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
CODE = "must be a number or text, as the class column of a table has it"
REAL = {"name": "a", "kind": "real", "min": 0, "max": 2.5}
CATEGORY = {"name": "a", "kind": "category", "values": [{"value": "x"}, {"value": "y"}]}

#: Schemas that break a rule of shape, with the message: the JSON Schema refuses the same.
BROKEN = [
    ({"features": []}, "features: at least one is needed"),
    ({"features": ["a"]}, "features[0]: needs a name"),
    ({"features": [{"name": ""}]}, "features[0]: needs a name"),
    ({"features": [{"name": 5}]}, "features[0]: needs a name"),
    ({"features": [{"name": "a", "min": 1}]}, f"features[0] (a): {NUMBERS}"),
    ({"features": [{"name": "a", "max": 1}]}, f"features[0] (a): {NUMBERS}"),
    ({"features": [{"name": "a", "min": 1, "max": 2.5}]}, f"features[0] (a): {NUMBERS}"),
    (
        {"features": [{"name": "samples", "min": 1, "max": 2}]},
        "features[0] (samples): this name is reserved for the request itself; rename the feature",
    ),
    (
        {"features": [{"name": "a", "min": 1, "max": 2, "direction": 2}]},
        "features[0] (a).direction: must be one of -1, 0, 1",
    ),
    (
        {"features": [{"name": "a", "min": 1, "max": 2, "decimals": 1}]},
        "features[0] (a): unknown entry decimals; known are direction, help, high, kind, label, "
        "low, max, may_be_missing, min, name, synonyms, unit",
    ),
    (
        {"features": [{"name": "a", "kind": "date"}]},
        "features[0] (a).kind: must be one of whole, real, category",
    ),
    (
        {"features": [REAL | {"min": "0"}]},
        "features[0] (a): min and max must be numbers with min below max",
    ),
    (
        {"features": [REAL | {"decimals": 7}]},
        "features[0] (a).decimals: must be one of 0, 1, 2, 3, 4, 5, 6",
    ),
    (
        {"features": [CATEGORY | {"values": [{"value": "x"}]}]},
        "features[0] (a).values: 2 to 100 are needed, 1 found",
    ),
    (
        {"features": [CATEGORY | {"values": [{"value": "x"}, {"value": 2}]}]},
        'features[0] (a).values[1].value: must be text, such as "age"',
    ),
    (
        {"features": [CATEGORY | {"values": [{"value": "x"}, {"value": " y"}]}]},
        "features[0] (a).values[1].value: may not be '?' or start or end with a blank",
    ),
    (
        {"features": [CATEGORY | {"may_be_missing": "no"}]},
        "features[0] (a).may_be_missing: must be true or false",
    ),
    (
        {"classes": [{"name": n, "code": n} for n in "abc"]},
        "classes: 3 found, and only two classes are supported; keep the one of interest as the "
        "positive class and give all others one name and code",
    ),
    ({"classes": ["no", "yes"]}, "classes[0]: must be an object {…}"),
    (
        {"classes": [{"name": "no", "code": 0}, {"name": "yes", "code": True}]},
        f"classes[1].code: {CODE}",
    ),
    (
        {"classes": [{"name": "no", "code": 0}, {"name": "yes", "code": " "}]},
        f"classes[1].code: {CODE}",
    ),
    (
        {"classes": [{"name": 1, "code": 0}, {"name": "yes", "code": 1}]},
        'classes[0].name: must be text, such as "age"',
    ),
    ({"missing": ""}, 'missing: must be text, such as "age"'),
    ({"synonyms": []}, "the schema: unknown entry synonyms; known are "),
    ({"limits_of_use": "none"}, "limits_of_use: must be a list [ … ]"),
    ({"examples": [1]}, "examples[0]: must be an object {…}"),
    ({"translations": {"de": {"name": "a"}}}, "translations.de: unknown entry name; known are "),
]

#: Rules that tie entries to one another, which only the parser checks.
CONTRADICTING = [
    ({"features": [REAL | {"max": 0}]}, "features[0] (a): min and max must be numbers with min "),
    (
        {"features": [CATEGORY | {"values": [{"value": "x"}, {"value": "x"}]}]},
        "features[0] (a).values[1].value: x appears more than once",
    ),
    (
        {"missing": "y", "features": [CATEGORY]},
        "features[0] (a).values[1].value: may not be 'y' or start or end with a blank",
    ),
    (
        {"features": [{"name": n, "min": 1, "max": 2} for n in "bbaac"]},
        "features: a, b appears more than once",
    ),
    (
        {"classes": [{"name": n, "code": 0} for n in ("no", "yes")]},
        "classes: the two need different names and codes",
    ),
    ({"positive": "maybe"}, "positive: must be one of no, yes"),
    ({"class_values": {"1": "maybe"}}, "class_values.1: must be one of no, yes"),
    (
        {"examples": [{"label": "A", "measurements": {"a": 4}}]},
        "examples[0].measurements.a: must be a value of this feature",
    ),
    (
        {"examples": [{"label": "A", "measurements": {"b": 1}}]},
        "examples[0].measurements: unknown entry b; known are a",
    ),
    (
        {"translations": {"de": {"features": {"b": {"label": "B"}}}}},
        "translations.de.features: unknown entry b; known are a",
    ),
    (
        {"translations": {"de": {"classes": {"maybe": "Vielleicht"}}}},
        "translations.de.classes: unknown entry maybe; known are no, yes",
    ),
]


@pytest.mark.parametrize(("change", "message"), [*BROKEN, *CONTRADICTING])
def test_the_message_of_a_broken_schema_is_a_whole_sentence(change, message):
    with pytest.raises(InvalidSchema) as caught:
        parse_schema(json.dumps(valid_document() | change))
    assert str(caught.value).startswith(message)


@pytest.fixture(scope="module")
def validator():
    # Imported here: it builds a grammar of addresses, two seconds of every test process
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads((DOCS / "schema.schema.json").read_text()))


@pytest.mark.parametrize(("change", "_"), BROKEN)
def test_the_json_schema_refuses_what_the_parser_refuses(validator, change, _):
    assert not validator.is_valid(valid_document() | change)


@pytest.mark.parametrize("document", [valid_document(), ferry.DOCUMENT, SHIPPED])
def test_the_json_schema_and_the_parser_accept_the_same_files(validator, document):
    validator.validate(document)
    parse_schema(json.dumps(document))


def test_the_documented_example_has_a_feature_of_each_kind():
    decks, waves, seat = ferry.SCHEMA.features

    assert [feature.kind for feature in ferry.SCHEMA.features] == ["whole", "real", "category"]
    assert (decks.scores, waves.minimum, waves.maximum) == (range(9), 0.0, 15.0)
    assert (waves.unit, waves.decimals) == ("m", 1)
    assert seat.values == ("bow", "middle", "stern")
    assert seat.value_labels == ("At the bow", "In the middle", "stern")
    assert ferry.SCHEMA.examples[1] == Example("Storm", (5, 6.25, None))
    assert ferry.SCHEMA.classes[1] == Diagnosis("seasick", "yes", "Gets seasick")
    assert (ferry.SCHEMA.noun, ferry.SCHEMA.group_column) == ("value", "family")


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
    assert str(caught.value) == "the schema: must be an object {…}"
    with pytest.raises(InvalidSchema, match=r"^the schema is not JSON: Expecting value"):
        parse_schema("nothing")
