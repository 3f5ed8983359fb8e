"""Describes the columns of a row, and collects the steps from them to a model's inputs."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from cytology.schema import Schema

Node = dict[str, Any]

#: A whole-number column with more values than this is treated as real: no table of its points.
MOST_VALUES = 10_000


class CannotCompile(ValueError):
    """The classifier cannot be written as model.json; the message is the reason, one sentence."""


class Column(NamedTuple):
    """One column of a row.

    ``kind`` is whole, real or category; ``categories`` are the values of a category column.
    """

    name: str
    kind: str
    minimum: float = 0
    maximum: float = 0
    may_be_missing: bool = False
    categories: tuple[str, ...] = ()

    @property
    def values(self) -> list[Any] | None:
        """Every value that may occur, None for a missing one; None where they are too many."""
        if self.kind == "real" or self.maximum - self.minimum >= MOST_VALUES:
            return None
        known = self.categories or range(int(self.minimum), int(self.maximum) + 1)
        return [*([None] if self.may_be_missing else []), *known]


def columns_of(schema: Schema) -> tuple[Column, ...]:
    """Return the columns of a schema's rows."""
    return tuple(
        Column(
            feature.name,
            feature.kind,
            feature.minimum,
            feature.maximum,
            feature.may_be_missing,
            feature.values,
        )
        for feature in schema.features
    )


class Inputs:
    """The values that a model may read: a row's columns, then the results of steps.

    ``chosen`` are the numbers of the values that the next transformer or model receives.
    """

    def __init__(self, may_be_missing: Sequence[bool]) -> None:
        self.width = len(may_be_missing)
        self.steps: list[list[Any]] = []
        self.chosen = list(range(self.width))
        self._may_be_missing = list(may_be_missing)

    def add(self, name: str, source: int | list[int], *rest: Any, missing: bool = False) -> int:
        """Append a step and return the number of its result, which may be missing or not."""
        self.steps.append([name, source, *rest])
        self._may_be_missing.append(missing)
        return self.width + len(self.steps) - 1

    def may_be_missing(self, number: int) -> bool:
        """Return whether the value can be missing."""
        return self._may_be_missing[number]

    def select(self, chosen: list[int]) -> "Inputs":
        """Return a view of these values, steps included, that has chosen others."""
        view = Inputs([])
        view.width, view.steps, view.chosen = self.width, self.steps, chosen
        view._may_be_missing = self._may_be_missing
        return view

    def as_row(self) -> "Inputs":
        """Return inputs for a model whose row is what is chosen here."""
        return Inputs([self.may_be_missing(number) for number in self.chosen])

    def attach(self, node: Node) -> Node:
        """Return the node with its steps and inputs; without them where it reads the row itself."""
        if self.chosen == list(range(self.width)):
            return node
        return {**node, "steps": self.steps, "inputs": self.chosen}


def towards(index: int, link: list[Node]) -> list[Node]:
    """Return a link of class 1 for the class at ``index``: that of class 0 ends in a complement."""
    return [*link, *([] if index == 1 else [{"kind": "complement"}])]


def plain(value: Any) -> Any:
    """Return numpy's number or text as Python's own, and None for NaN."""
    value = value.item() if hasattr(value, "item") else value
    return None if value is None or value != value else value


def require(condition: bool, owner: Any, reason: str) -> None:
    """Raise CannotCompile with the name of the owner's class unless the condition holds."""
    if not condition:
        raise CannotCompile(f"{type(owner).__name__}: {reason}.")
