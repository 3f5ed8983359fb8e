"""Makes a schema from a fitted classifier: its names and classes, with ranges from a table."""

import argparse
from typing import Any

from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer

from cytology.reading.cells import is_missing
from cytology.reading.classes import plain_cell
from cytology.reading.names import plain
from training.columns import Proposed, field_name, propose_column, slug
from training.foreign import NotAdopted
from training.propose import Table, classes_of, place_of

#: Range of a number if neither the model nor a table gives one.
_WIDE = 1e6


def schema_of(classifier: Any, options: argparse.Namespace, table: Table | None) -> dict[str, Any]:
    """Return a schema: names and classes of the model, kinds and ranges of the table.

    Raises
    ------
    NotAdopted
        The model has no names and no table is given, or they do not fit.
    """
    names = [str(name) for name in getattr(classifier, "feature_names_in_", ())]
    classes = [str(item) for item in classifier.classes_]
    target = _target(table, classes, options.target, names) if table else options.target or "class"
    if table is None:
        if not names:
            raise NotAdopted(
                f"{options.model.name} has no names of its "
                f"{getattr(classifier, 'n_features_in_', '?')} features: give SCHEMA=features.json "
                "(docs/schema.md), or a table of labelled samples as CSV="
            )
        entries = [_wide(name) for name in names]
    else:
        entries = _entries(table, names, target, getattr(classifier, "n_features_in_", None))
    return {
        "name": slug(options.model.stem).replace("_", "-"),
        "title": f"{options.model.stem}, as it was fitted elsewhere",
        "class_column": target,
        "missing": "?",
        **classes_of(target, classes, options.positive or classes[1]),
        "features": entries,
    }


def drop_feature_names(estimator: Any) -> None:
    """Remove the feature names of an estimator fitted on data frames: the service passes arrays."""
    if isinstance(estimator, ColumnTransformer):
        places = estimator._transformer_to_input_indices
        estimator.transformers_ = [
            (name, part, places.get(name, columns))
            for name, part, columns in estimator.transformers_
        ]
    if isinstance(estimator, BaseEstimator):
        vars(estimator).pop("feature_names_in_", None)
        for value in vars(estimator).values():
            drop_feature_names(value)
    elif isinstance(estimator, list | tuple):
        for value in estimator:
            drop_feature_names(value)


def _target(table: Table, classes: list[str], stated: str | None, names: list[str]) -> str:
    if stated:
        return table.header[place_of(table, stated)]
    known = {plain_cell(name) for name in classes}
    taken = {plain(name) for name in names}
    found = [
        name
        for place, name in enumerate(table.header)
        if plain(name) not in taken
        and {plain_cell(cell) for cell in table.column(place) if not is_missing(cell)} == known
    ]
    if len(found) != 1:
        raise NotAdopted(
            f"{len(found)} columns hold the model's classes {' and '.join(classes)}: name the one "
            "of the classes with TARGET="
        )
    return found[0]


def _entries(
    table: Table, names: list[str], target: str, count: int | None
) -> list[dict[str, Any]]:
    columns = {
        plain(name): propose_column(name, table.column(place), decimal_comma=table.decimal_comma)
        for place, name in enumerate(table.header)
        if name != target
    }
    if not names:
        names = [column.name for column in columns.values() if column.use not in ("id", "group")]
        if count is not None and len(names) != count:
            raise NotAdopted(
                f"the table has {len(names)} columns beside {target}, the model takes {count}, and "
                "it has no names for them: leave the others out, or give SCHEMA="
            )
    absent = [name for name in names if plain(name) not in columns]
    if absent:
        raise NotAdopted(f"the table lacks {', '.join(absent)}, which the model takes")
    return [_entry(name, columns[plain(name)]) for name in names]


def _entry(name: str, column: Proposed) -> dict[str, Any]:
    if column.entry:
        return column.entry | {"name": field_name(name), "label": name}
    return _wide(name) | {"may_be_missing": column.missing > 0}


def _wide(name: str) -> dict[str, Any]:
    return {"name": field_name(name), "label": name, "kind": "real", "min": -_WIDE, "max": _WIDE}
