"""Averages what several models answer: votes, and calibration over folds."""

from collections.abc import Callable, Mapping, Sequence

from cytology.annotations import Any
from cytology.model.node import parse_score


def parse(node: Mapping[str, Any]) -> Callable[[Sequence[Any]], float]:
    """Return row → sum of weight x answer, divided by the sum of the weights."""
    models = [parse_score(model) for model in node["models"]]
    weights = node["weights"]
    total = sum(weights)
    pairs = list(zip(weights, models, strict=True))
    return lambda row: sum([weight * model(row) for weight, model in pairs]) / total
