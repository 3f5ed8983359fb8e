"""Gives the answers of several models to a last one: stacking."""

from collections.abc import Callable, Mapping, Sequence

from cytology.annotations import Any
from cytology.model.node import parse_score


def parse(node: Mapping[str, Any]) -> Callable[[Sequence[Any]], float]:
    """Return row → the last model's answer to [answer of each model, …, the row itself]."""
    models = [parse_score(model) for model in node["models"]]
    last = parse_score(node["last"])
    return lambda row: last([*[model(row) for model in models], *row])
