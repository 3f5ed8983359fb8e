"""Turns a sum over whole numbers into figures that hold for every input there is."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cytology.model.sum import SCALE
from training.compile.inputs import Column, Node

#: Inputs per half of the columns; more take more memory than a small machine has.
MOST_OF_A_HALF = 4_000_000
#: Inputs so near to a threshold that each is asked; more are not worth the wait.
MOST_NEAR = 100_000
#: Farther than any sum: 2^18 in log-odds.
_FAR = 2**62
#: Additions in a row's sum of scikit-learn: each may round by half a unit in the last place.
ROUNDINGS = 1_000


def bound_of(document: Node, columns: Sequence[Column], differences: NDArray[np.float64]) -> float:
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
    return float(bound + ROUNDINGS * 2.0**-53 * largest / SCALE)


def _place_of_reference(columns: Sequence[Column]) -> int:
    """Return the row of ``one_by_one`` in which the first column has its own first value."""
    return 1 if columns[0].may_be_missing else 0


def nearest(
    document: Node, cutoff: float, bound: float
) -> tuple[float, list[tuple[int, ...]]] | None:
    """Return the smallest distance of any input from the cutoff, and the inputs within the bound.

    The tables are split in two halves; for every sum of the one, the nearest sums of the other
    are looked up.

    Parameters
    ----------
    document
        A sum without terms.
    cutoff, bound
        In log-odds.

    Returns
    -------
    The distance in log-odds of the nearest input that is not within the bound, and for each one
    that is, a place in every table. None where there are too many inputs to look at.
    """
    points = [np.array(table["points"], dtype=np.int64) for table in document["tables"]]
    sizes = np.cumprod([float(len(values)) for values in points])
    half = int(np.searchsorted(sizes, np.sqrt(sizes[-1]))) if len(points) else 0
    first, second = _sums(points[:half]), _sums(points[half:])
    if first is None or second is None:
        return None
    order = np.argsort(second)
    ordered = second[order]
    wanted = round(cutoff * SCALE) - document["base"] - first
    margin = math.ceil(bound * SCALE)
    start = np.searchsorted(ordered, wanted - margin)
    end = np.searchsorted(ordered, wanted + margin, side="right")
    if int((end - start).sum()) > MOST_NEAR:
        return None
    padded = np.concatenate([[-_FAR], ordered, [_FAR]])
    distance = min(int((padded[end + 1] - wanted).min()), int((wanted - padded[start]).min()))
    shape = [len(values) for values in points]
    near = []
    for place in np.flatnonzero(end > start).tolist():
        for other in order[start[place] : end[place]].tolist():
            flat = place * len(second) + other
            near.append(tuple(int(index) for index in np.unravel_index(flat, shape)))
    return distance / SCALE, near


def _sums(tables: Sequence[NDArray[np.int64]]) -> NDArray[np.int64] | None:
    """Return the sums of one point of each table, in the order of the tables' places."""
    if math.prod(len(points) for points in tables) > MOST_OF_A_HALF:
        return None
    sums = np.zeros(1, dtype=np.int64)
    for points in tables:
        sums = np.add.outer(sums, points).ravel()
    return sums
