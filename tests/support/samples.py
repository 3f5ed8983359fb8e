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


def predict(transport, document, query="", **headers):
    return transport.request("POST", f"/v1/predict{query}", JSON | headers, json.dumps(document))
