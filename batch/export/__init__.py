"""Writes a compiled model for places that do not run Python: databases, sheets, pages."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from cytology.artifact import COMPILED, load_artifact
from cytology.decision import Decision
from cytology.schema import Schema
from cytology.scorecard import is_additive

Document = Mapping[str, Any]


class NoExport(ValueError):
    """A model cannot be written in this form; the message says why and what else works."""


class Model(NamedTuple):
    """What an export is written from: model.json, decision and schema of one artifact."""

    document: Document
    decision: Decision
    schema: Schema
    version: str


class Range(NamedTuple):
    """One table of an additive model: its column, and its points by value, all of whole numbers.

    ``low`` and ``high`` are the least and most that a missing value may add.
    """

    name: str
    points: dict[Any, int]
    low: int
    high: int


class Additive(NamedTuple):
    """An additive model as whole numbers of 2^-44 log-odds of the positive class."""

    base: int
    tables: list[Range]


def load_model(directory: str) -> Model:
    """Read the compiled model of an artifact.

    Raises
    ------
    NoExport
        The model did not compile.
    """
    artifact = load_artifact(directory)
    if COMPILED not in artifact.manifest["files"]:
        raise NoExport("this model did not compile; scikit-learn alone evaluates it")
    document = json.loads(artifact.read(COMPILED))
    return Model(document, artifact.decision, artifact.schema, artifact.version)


def additive(document: Document) -> Additive | None:
    """Return the whole numbers of an additive model; None where it has another form."""
    if not is_additive(document) or "inputs" in document:
        return None
    sign = -1 if len(document["link"]) > 1 else 1
    tables = []
    for table in document["tables"]:
        pairs = zip(table["values"], table["points"], strict=True)
        known = {value: sign * points for value, points in pairs if value is not None}
        name = document["columns"][table["column"]]
        tables.append(Range(name, known, min(known.values()), max(known.values())))
    return Additive(sign * document["base"], tables)
