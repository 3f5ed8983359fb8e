"""Turns a sum over whole numbers into figures that hold for every input there is."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cytology.model.sum import SCALE
from training.compilers.inputs import Column, Node

#: Inputs per half of the columns; more take more memory than a small machine has.
MOST_OF_A_HALF = 4_000_000
#: Additions in a row's sum of scikit-learn: each may round by half a unit in the last place.
ROUNDINGS = 1_000


def bound_of(
    document: Node, columns: Sequence[Column], differences: NDArray[np.float64]
) -> float:
    """Return the largest difference in log-odds that any input can have.

    Parameters
    ----------
    document
        A sum without terms.
    columns
        What a row holds.
    differences
        Model minus classifier, for the rows of :func:`rows.one_by_one`: one column varied at a
        time. Both are additive, so the largest differences of the columns add up.
    """
    ends = np.cumsum([0, *(len(column.values or ()) for column in columns)])
    reference = differences[_place_of_reference(columns)]
    bound = abs(float(reference))
    for start, end in pairwise(ends.tolist()):
        bound += float(np.abs(differences[start:end] - reference).max(initial=0.0))
    largest = abs(document["base"]) + sum(max(map(abs, t["points"])) for t in document["tables"])
    return bound + ROUNDINGS * 2.0**-53 * largest / SCALE


def _place_of_reference(columns: Sequence[Column]) -> int:
    """Return the row of ``one_by_one`` in which the first column has its own first value."""
    return 1 if columns[0].may_be_missing else 0


def nearest(document: Node, cutoff: float) -> float | None:
    """Return the smallest distance in log-odds of any input from the cutoff.

    The columns are split in two halves; for every sum of the one, the nearest sum of the other is
    looked up. None where a half has too many sums.
    """
    halves: list[list[NDArray[np.int64]]] = [[], []]
    sizes = [1, 1]
    points = [np.unique(np.array(table["points"])) for table in document["tables"]]
    for values in sorted(points, key=len, reverse=True):
        smaller = int(sizes[1] < sizes[0])
        halves[smaller].append(values)
        sizes[smaller] *= len(values)
    if max(sizes) > MOST_OF_A_HALF:
        return None
    first, second = (_sums(half) for half in halves)
    wanted = round(cutoff * SCALE) - document["base"] - first
    after = np.searchsorted(second, wanted)
    above = np.abs(second[np.minimum(after, len(second) - 1)] - wanted)
    below = np.abs(second[np.maximum(after - 1, 0)] - wanted)
    return float(min(above.min(), below.min())) / SCALE


def _sums(tables: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    sums = np.zeros(1, dtype=np.int64)
    for points in tables:
        sums = np.unique(np.add.outer(sums, points))
    return sums
