"""Turns one node of model.json into a function from a row to a number."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

from cytology.model.link import Function, parse_link

Score = Callable[[Sequence[Any]], float]

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
    if "inputs" not in node:
        return score
    from cytology.model.steps import parse_steps

    prepare = parse_steps(node.get("steps", ()), node["inputs"])
    return lambda row: score(prepare(row))


def parse_link_of(node: Mapping[str, Any]) -> Function:
    """Return the node's link: raw score → what the node answers."""
    return parse_link(node.get("link", ()))


def parse_score(node: Mapping[str, Any]) -> Score:
    """Return the node's function with its link: row → what the node answers."""
    raw, link = parse_raw(node), parse_link_of(node)
    return lambda row: link(raw(row))
