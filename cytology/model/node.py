"""Turns one node of model.json into a function from a row to a number."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

from cytology.annotations import Any
from cytology.model.link import Function, parse_link

Score = Callable[[Sequence[Any]], float]
Scores = Callable[[Sequence[Sequence[Any]]], list[float]]

#: Every kind is a module of this package with a function ``parse``.
KINDS = frozenset({"sum", "trees", "kernel", "layers", "mean", "stack"})


class InvalidModel(ValueError):
    """The document is no model that this package can evaluate; the message says why."""


def parse_raw(node: Mapping[str, Any]) -> Score:
    """Return the node's function before its link: row → raw score."""
    kind = node["kind"]
    if kind not in KINDS:
        raise InvalidModel(f"kind {kind!r} is unknown")
    score: Score = import_module(f"cytology.model.{kind}").parse(node)
    prepare = _preparation(node)
    return (lambda row: score(prepare(row))) if prepare else score


def parse_raw_of_many(node: Mapping[str, Any]) -> Scores:
    """Return rows → raw score of each; trees answer many rows faster than one by one."""
    if node["kind"] != "trees":
        raw = parse_raw(node)
        return lambda rows: [raw(row) for row in rows]
    from cytology.model.trees import parse_many

    scores, prepare = parse_many(node), _preparation(node)
    return (lambda rows: scores([prepare(row) for row in rows])) if prepare else scores


def _preparation(node: Mapping[str, Any]) -> Callable[[Any], list[Any]] | None:
    """Return the function that applies the node's steps, None where it reads the row itself."""
    if "inputs" not in node:
        return None
    from cytology.model.steps import parse_steps

    return parse_steps(node.get("steps", ()), node["inputs"])


def parse_link_of(node: Mapping[str, Any]) -> Function:
    """Return the node's link: raw score → what the node answers."""
    return parse_link(node.get("link", ()))


def parse_score(node: Mapping[str, Any]) -> Score:
    """Return the node's function with its link: row → what the node answers."""
    raw, link = parse_raw(node), parse_link_of(node)
    return lambda row: link(raw(row))
