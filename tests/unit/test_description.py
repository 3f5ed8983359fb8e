"""What a form is told of a schema: defaults filled in, texts in the language that was asked for."""

from cytology.description import describe
from cytology.schema import load_schema, parse_schema
from tests.support import ferry

BARE = """{"classes": [{"name": "no", "code": 0}, {"name": "yes", "code": "Y"}], "positive": "yes",
"features": [{"name": "mean radius", "kind": "real", "min": 0, "max": 30}]}"""


def test_a_schema_without_texts_is_described_by_its_names():
    described = describe(parse_schema(BARE))

    assert described["title"] == "model"
    assert described["gate"] == described["lead"] == ""
    assert described["negative"] == "no"
    assert described["classes"] == [{"name": "no", "label": "no"}, {"name": "yes", "label": "yes"}]
    [feature] = described["features"]
    assert (feature["label"], feature["min"], feature["max"]) == ("mean radius", 0.0, 30.0)
    assert (feature["decimals"], feature["unit"]) == (2, "")


def test_a_language_replaces_what_it_translates_and_leaves_the_rest():
    german = describe(load_schema(), "de")
    unknown = describe(load_schema(), "fr")

    assert german["classes"][1] == {"name": "malignant", "label": "bösartig"}
    assert german["features"][8]["label"] == "Mitosen"
    assert german["examples"][0]["values"] == [5, 1, 1, 1, 2, 1, 3, 1, 1]
    assert unknown == describe(load_schema())


def test_categories_come_with_their_labels_and_without_a_range():
    seat = describe(ferry.SCHEMA)["features"][2]

    assert seat["values"][0] == {"value": "bow", "label": "At the bow"}
    assert "min" not in seat
