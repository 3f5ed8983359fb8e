"""The SQL expression gives the log-odds of the model to the last integer, on real engines."""

import json
import sqlite3

import duckdb
import numpy as np
import pytest

from batch.sql import NoExpression, log_odds
from cytology.schema import load_schema
from cytology.scorecard import UNIT, parse_scorecard

SCHEMA = load_schema()


@pytest.fixture(scope="module")
def document(artifact):
    return json.loads(artifact.read("model.json"))


@pytest.fixture(scope="module")
def rows():
    """Rows of every pattern of missing scores, and a thousand complete ones."""
    source = np.random.default_rng(1)
    found = source.integers(1, 11, (1_500, len(SCHEMA.features))).tolist()
    for pattern in range(2 ** len(SCHEMA.features)):
        found[pattern] = [
            None if pattern >> place & 1 else score for place, score in enumerate(found[pattern])
        ]
    return found


@pytest.fixture(params=["duckdb", "sqlite"])
def database(request, rows):
    opened = duckdb.connect() if request.param == "duckdb" else sqlite3.connect(":memory:")
    columns = ", ".join(f"{name} INTEGER" for name in SCHEMA.names)
    opened.execute(f"CREATE TABLE samples (number INTEGER, {columns})")
    marks = ", ".join("?" * (1 + len(SCHEMA.names)))
    many = [[number, *row] for number, row in enumerate(rows)]
    opened.executemany(f"INSERT INTO samples VALUES ({marks})", many)
    yield opened
    opened.close()


def test_an_engine_adds_to_the_integer_of_the_model(document, artifact, rows, database):
    engine = parse_scorecard(document, artifact.schema, artifact.decision)
    query = f"SELECT {log_odds(document)} FROM samples ORDER BY number"
    found = [answer for (answer,) in database.execute(query).fetchall()]
    expected = [None if None in row else int(engine.logit(row) / UNIT) for row in rows]
    assert found == expected


def test_another_model_is_refused(document):
    with pytest.raises(NoExpression):
        log_odds(document | {"kind": "trees"})
    with pytest.raises(NoExpression):
        log_odds(document | {"columns": ["a; DROP TABLE samples", *document["columns"][1:]]})
