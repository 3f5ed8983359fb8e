"""Turns columns of rows into probabilities by model.json, with numpy: the same answers, faster.

A column is a one-dimensional array: of numbers with NaN where a value is missing, or of objects
with None, for categories. All kinds but kernels answer bit for bit as ``cytology.model`` does.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cytology.model.link import parse_link
from cytology.model.node import parse_raw
from cytology.model.steps import STEPS
from cytology.model.sum import SCALE

Column = NDArray[Any]
Floats = NDArray[np.float64]
Node = Mapping[str, Any]

#: Rows per pass: a column of them stays in the processor's cache.
ROWS_AT_ONCE = 2**15
#: Support vectors are compared with fewer rows at once: the matrix has a row for each of both.
ROWS_OF_KERNEL = 2**11
#: Times it, a float parts into two halves whose products are exact.
_HALVES = 2.0**27 + 1.0


def probabilities(document: Node, columns: Sequence[Column]) -> Floats:
    """Probability of the positive class for every row, in order.

    Parameters
    ----------
    document
        The content of model.json.
    columns
        One array of n values per column, in the document's order.

    Returns
    -------
    (n,) probabilities.
    """
    return _answers(document, columns)


def raw_scores(document: Node, columns: Sequence[Column]) -> Floats:
    """(n,) scores before the link: log-odds, votes or distances, as the kind of model has them."""
    size = len(columns[0])
    parts = [
        _raw(document, [column[start : start + ROWS_AT_ONCE] for column in columns])
        for start in range(0, size, ROWS_AT_ONCE)
    ]
    return np.concatenate(parts) if parts else np.empty(0)


def _answers(node: Node, columns: Sequence[Column]) -> Floats:
    raw = raw_scores(node, columns)
    if not node.get("link"):
        return raw
    # The link of one value, so that exp rounds as it does for a single row
    return np.array(list(map(parse_link(node["link"]), raw.tolist())), dtype=np.float64)


def prepare(node: Node, columns: Sequence[Column]) -> list[Column]:
    """Return the inputs of a node: columns as its steps impute, scale and encode them."""
    if "inputs" not in node:
        return list(columns)
    values = list(columns)
    for name, source, *rest in node.get("steps", ()):
        if isinstance(source, list):
            rows = zip(*(values[place].tolist() for place in source), strict=True)
            values.append(np.array(list(map(STEPS[name](*rest), rows)), dtype=np.float64))
        elif name in _STEPS:
            values.append(_STEPS[name](values[source], *rest))
        else:
            values.append(_of_distinct(STEPS[name](*rest), values[source]))
    return [values[index] for index in node["inputs"]]


def _of_distinct(step: Callable[[Any], Any], column: Column) -> Column:
    """Apply a step of one value to each distinct value of a column."""
    found, places = _distinct(column)
    answers = list(map(step, found))
    if any(isinstance(answer, str) for answer in answers):
        return np.array(answers, dtype=object)[places]
    known = [math.nan if answer is None else answer for answer in answers]
    return np.array(known, dtype=np.float64)[places]


def _raw(node: Node, columns: Sequence[Column]) -> Floats:
    return _KINDS[node["kind"]](node, prepare(node, columns))


def _sum(node: Node, columns: Sequence[Column]) -> Floats:
    total = np.full(len(columns[0]), node["base"], dtype=np.int64)
    for table in node["tables"]:
        total += _look_up(columns[table["column"]], table["values"], table["points"])
    answer: Floats = total.astype(np.float64) * (1 / SCALE)
    terms = node.get("terms", ())
    if not terms:
        return answer
    weighed = _sum_of_products([columns[place] for place, _ in terms], [term[1] for term in terms])
    answer += weighed + node.get("offset", 0.0)
    return answer


def _sum_of_products(columns: Sequence[Column], weights: Sequence[float]) -> Floats:
    """The sum of weight x column, rounded as math.sumprod rounds it for a single row.

    Both carry the rounding errors of products and sums along. Source: Ogita, Rump & Oishi,
    Accurate sum and dot product (2005), algorithm 5.10 with three parts.
    """
    high = np.zeros(len(columns[0]))
    low, tiny = high, high
    for column, weight in zip(columns, weights, strict=True):
        product, lost = _product(np.asarray(column, dtype=np.float64), float(weight))
        high, lost_high = _total(high, product)
        low, lost_low = _total(low, lost)
        low, lost_last = _total(low, lost_high)
        tiny = tiny + lost_low + lost_last
    answer: Floats = high + (low + tiny)
    return answer


def _total(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Return the rounded sum and what rounding lost."""
    found = a + b
    of_b = found - a
    return found, (a - (found - of_b)) + (b - of_b)


def _product(a: Floats, b: float) -> tuple[Floats, Floats]:
    """Return the rounded product and what rounding lost (Dekker; 27 bits in each half)."""
    found = a * b
    a_high = (_HALVES * a) - (_HALVES * a - a)
    b_high = (_HALVES * b) - (_HALVES * b - b)
    a_low, b_low = a - a_high, b - b_high
    rest = found - a_high * b_high - a_low * b_high - a_high * b_low
    return found, a_low * b_low - rest


def _look_up(column: Column, values: list[Any], points: list[Any]) -> NDArray[np.int64]:
    table = dict(zip(values, points, strict=True))
    found, places = _distinct(column)
    return np.array([table[value] for value in found], dtype=np.int64)[places]


def _distinct(column: Column) -> tuple[list[Any], NDArray[np.intp]]:
    """Return the values that occur, None for a missing one, and the place of each row's value."""
    if column.dtype != object:
        found, places = np.unique(column, return_inverse=True)
        return [None if value != value else value for value in found.tolist()], places
    numbers: dict[Any, int] = {}
    places = np.array(
        [numbers.setdefault(None if value != value else value, len(numbers)) for value in column],
        dtype=np.intp,
    )
    return list(numbers), places


def _trees(node: Node, columns: Sequence[Column]) -> Floats:
    precision = np.float32 if node["precision"] == "single" else np.float64
    with np.errstate(over="ignore"):
        matrix = [np.asarray(column, dtype=precision) for column in columns]
    total = np.full(len(columns[0]), node["base"], dtype=np.float64)
    for tree in node["trees"]:
        _add_leaves(tree, matrix, total)
    answer: Floats = total / node["divide"]
    return answer


def _add_leaves(tree: Any, matrix: Sequence[Column], total: Floats) -> None:
    """Split the rows at each node, so that every leaf is added to the rows that reach it."""
    waiting = [(tree, np.arange(len(total)))]
    while waiting:
        node, rows = waiting.pop()
        if not isinstance(node, list):
            total[rows] += node
        elif len(rows):
            values = matrix[node[0]][rows]
            # float64: a cut lies between two float32 and must not be rounded to one of them
            left = values <= np.float64(node[1])
            if len(node) == 5:
                left |= np.isnan(values)
            waiting.append((node[2], rows[left]))
            waiting.append((node[3], rows[~left]))


def _kernel(node: Node, columns: Sequence[Column]) -> Floats:
    matrix = _matrix(columns)
    vectors, weights = np.array(node["vectors"]), np.array(node["weights"])
    parts = [
        _kernel_matrix(node, matrix[start : start + ROWS_OF_KERNEL], vectors) @ weights
        for start in range(0, len(matrix), ROWS_OF_KERNEL)
    ]
    answer: Floats = np.concatenate(parts) + node["intercept"]
    return answer


def _kernel_matrix(node: Node, rows: Floats, vectors: Floats) -> Floats:
    answer: Floats
    if node["function"] == "rbf":
        squares = np.zeros((len(rows), len(vectors)))
        for of_rows, of_vectors in zip(rows.T, vectors.T, strict=True):
            squares += (of_rows[:, None] - of_vectors) ** 2
        answer = np.exp(-node["gamma"] * squares)
        return answer
    answer = node["gamma"] * (rows @ vectors.T) + node["constant"]
    return np.tanh(answer) if node["function"] == "tanh" else answer ** node["degree"]


def _by_row(node: Node, columns: Sequence[Column]) -> Floats:
    score = parse_raw({"kind": node["kind"], node["kind"]: node[node["kind"]]})
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return np.array(list(map(score, rows)), dtype=np.float64)


def _mean(node: Node, columns: Sequence[Column]) -> Floats:
    answers = [
        (weight * _answers(model, columns)).tolist()
        for weight, model in zip(node["weights"], node["models"], strict=True)
    ]
    # sum() corrects its rounding, which numpy's does not
    answer: Floats = np.array(list(map(sum, zip(*answers, strict=True)))) / sum(node["weights"])
    return answer


def _stack(node: Node, columns: Sequence[Column]) -> Floats:
    return _answers(node["last"], [*(_answers(m, columns) for m in node["models"]), *columns])


def _matrix(columns: Sequence[Column]) -> Floats:
    return np.stack([np.asarray(column, dtype=np.float64) for column in columns], axis=1)


_KINDS: dict[str, Callable[[Node, Sequence[Column]], Floats]] = {
    "sum": _sum,
    "trees": _trees,
    "kernel": _kernel,
    "layers": _by_row,
    "mean": _mean,
    "stack": _stack,
}

#: Steps that numpy rounds as the standard library does; all others run once a distinct value.
_STEPS: dict[str, Callable[..., Column]] = {
    "scale": lambda column, subtract, divide: (column - subtract) / divide,
    "affine": lambda column, multiply, add: column * multiply + add,
    "clip": lambda column, low, high: np.clip(column, low, high),
}
