"""Turns the cuts of trees into rows on both sides of every cut."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from batch.columns import prepare
from training.compile.additive import columns_read
from training.compile.inputs import Column, Node
from training.compile.rows import Arrays

#: Halving the distance of two floats this often leaves neighbours.
_HALVINGS = 1_100
_SEED = 20_260_102


def rows_at_cuts(document: Node, columns: Sequence[Column], rows: Arrays) -> Arrays:
    """Return training rows with one value moved to each side of a cut, for every cut.

    Parameters
    ----------
    document
        The content of model.json; models inside a mean are searched for trees too.
    columns
        What a row holds.
    rows
        Training rows, as one array per column.
    """
    found: list[tuple[int, NDArray[np.float64]]] = []
    for node in _forests(document):
        found += _values_at_cuts(node, columns, rows)
    random, size = np.random.default_rng(_SEED), len(rows[0])
    counts = [len(values) for _, values in found]
    moved = [array[random.integers(0, size, sum(counts))] for array in rows]
    start = 0
    for column, values in found:
        moved[column][start : start + len(values)] = values
        start += len(values)
    return moved


def _forests(node: Node) -> Iterator[Node]:
    if node["kind"] == "trees":
        yield node
    elif node["kind"] in ("mean", "stack") and "inputs" not in node:
        for model in node["models"]:
            yield from _forests(model)


def _values_at_cuts(
    node: Node, columns: Sequence[Column], rows: Arrays
) -> list[tuple[int, NDArray[np.float64]]]:
    reads = columns_read(node, len(columns))
    numbers = node.get("inputs", range(len(columns)))
    answer = []
    for place, cuts in sorted(_cuts(node["trees"]).items()):
        read = reads[numbers[place]]
        if len(read) == 1 and columns[min(read)].kind != "category":
            column = min(read)
            values = _at_cuts(node, place, np.array(sorted(cuts)), columns, rows, column)
            answer.append((column, values))
    return answer


def _cuts(trees: Sequence[Any]) -> dict[int, set[float]]:
    cuts: dict[int, set[float]] = {}
    waiting = list(trees)
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            cuts.setdefault(node[0], set()).add(node[1])
            waiting += node[2:4]
    return cuts


def _at_cuts(
    node: Node,
    place: int,
    cuts: NDArray[np.float64],
    columns: Sequence[Column],
    rows: Arrays,
    column: int,
) -> NDArray[np.float64]:
    """Return the column's values next to each cut, found by halving: steps are monotone."""
    description = columns[column]

    def above(values: NDArray[np.float64]) -> NDArray[np.bool_]:
        row = [np.repeat(array[:1], len(values)) for array in rows]
        row[column] = values
        answer: NDArray[np.bool_] = prepare(node, row)[place] > cuts
        return answer

    low = np.full(len(cuts), float(description.minimum))
    high = np.full(len(cuts), float(description.maximum))
    at_low = above(low)
    for _ in range(_HALVINGS):
        middle = low + (high - low) / 2
        if ((middle <= low) | (middle >= high)).all():
            break
        same = above(middle) == at_low
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    if description.kind == "whole":
        values = np.concatenate([np.floor(low), np.ceil(high), np.floor(low) + 1])
    else:
        single = low.astype(np.float32)
        values = np.concatenate(
            [
                *(low, high, np.nextafter(low, -np.inf), np.nextafter(high, np.inf)),
                *(single, np.nextafter(single, -np.inf), np.nextafter(single, np.inf)),
            ],
            dtype=np.float64,
        )
    answer: NDArray[np.float64] = np.clip(values, description.minimum, description.maximum)
    return answer
