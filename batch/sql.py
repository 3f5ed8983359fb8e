"""Writes an additive model as one SQL expression: ``python -m batch.sql``."""

import json
import re
from collections.abc import Mapping
from typing import Any

from cytology.artifact import COMPILED, load_artifact
from cytology.classifier import model_directory
from cytology.scorecard import is_additive

_PLAIN_NAME = re.compile("[A-Za-z_][A-Za-z0-9_]*")


class NoExpression(ValueError):
    """The model is not additive over named whole numbers."""


def log_odds(document: Mapping[str, Any]) -> str:
    """Return log-odds x 2^44 before the link, a whole number; NULL where a score is missing.

    The expression is standard SQL: DuckDB, SQLite, PostgreSQL and Spark read it.

    Raises
    ------
    NoExpression
        The model has another form.
    """
    if not is_additive(document) or "inputs" in document:
        raise NoExpression("only an additive model of unprepared columns is one SQL expression")
    terms = [_case(document["columns"][t["column"]], t) for t in document["tables"]]
    sign = "-" if len(document["link"]) > 1 else ""
    total = "\n  + ".join([f"CAST({document['base']} AS BIGINT)", *terms])
    return f"{sign}({total})"


def _case(name: str, table: Mapping[str, Any]) -> str:
    if not _PLAIN_NAME.fullmatch(name):
        raise NoExpression("the name of a column is no identifier")
    known = [
        f"WHEN {value} THEN {points}"
        for value, points in zip(table["values"], table["points"], strict=True)
        if value is not None
    ]
    return f"CASE {name} {' '.join(known)} END"


if __name__ == "__main__":
    artifact = load_artifact(model_directory())
    print(log_odds(json.loads(artifact.read(COMPILED))))
