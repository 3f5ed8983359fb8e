"""Samples, and how the tests send them."""

import json

from cytology.schema import load_schema

SCHEMA = load_schema()
NAMES = SCHEMA.names
JSON = {"content-type": "application/json"}
#: The first and the fifteenth row of the data set, and the fifteenth without one score.
BENIGN = [5, 1, 1, 1, 2, 1, 3, 1, 1]
MALIGNANT = [8, 7, 5, 10, 7, 9, 5, 5, 4]
UNSCORED = [8, 7, 5, 10, 7, None, 5, 5, 4]


def draw_rows(dice, count, schema):
    """Random complete rows, and rows with as many gaps as may be; a list of tuples."""

    def row():
        gaps = dice.sample(range(len(schema.features)), dice.randint(0, schema.missing_at_most))
        return tuple(
            None if place in gaps else dice.choice(feature.scores)
            for place, feature in enumerate(schema.features)
        )

    return [row() for _ in range(count)]


def predict(transport, document, query="", **headers):
    return transport.request("POST", f"/v1/predict{query}", JSON | headers, json.dumps(document))
