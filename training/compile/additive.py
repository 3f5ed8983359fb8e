"""Turns a node that is a sum of one function per column into tables of whole numbers.

Linear models and boosted trees are additive where every input, or tree, reads one column. Whole
numbers and categories get a table; a real-valued column keeps its inputs as terms.
"""

from collections.abc import Sequence
from typing import Any

from cytology.model.steps import parse_steps
from cytology.model.sum import SCALE
from cytology.model.trees import parse as parse_trees
from training.compile.inputs import CannotCompile, Column, Node

Weights = dict[int, float]


def as_sum(node: Node, columns: Sequence[Column]) -> Node:
    """Return the node as kind ``sum`` where it is additive, else the node itself.

    ``columns`` are those of the rows that the node reads. Models inside a mean or a stack are
    turned too, where they read the same rows.
    """
    if node["kind"] in ("mean", "stack"):
        if "inputs" in node:
            return node
        return {**node, "models": [as_sum(model, columns) for model in node["models"]]}
    reads = columns_read(node, len(columns))
    if node["kind"] == "trees" and node["precision"] == "double":
        return _boosted(node, columns, reads)
    if node["kind"] != "layers" or len(node["layers"]) > 1 or not node["layers"]:
        return node
    layer = node["layers"][0]
    if layer["activation"] != "identity":
        return node
    weights: Weights = {}
    numbers = node.get("inputs", range(len(columns)))
    offset = layer["biases"][0]
    for number, weight in zip(numbers, layer["weights"][0], strict=True):
        offset += _expand(number, weight, node, reads, weights)
    if any(len(reads[number]) > 1 for number in weights):
        return node
    return _tabulate(node, columns, reads, weights, offset)


def centre(document: Node, rows: Sequence[Sequence[Any]]) -> Node:
    """Return the document with points whose mean over the known values of ``rows`` is 0.

    The log-odds stay the same whole number. A document that is no sum is returned as it is.
    """
    if document["kind"] != "sum":
        return document
    base, tables = document["base"], []
    for table in document["tables"]:
        points = dict(zip(table["values"], table["points"], strict=True))
        # Beside terms, tables read the chosen inputs, which begin with their columns
        place = document.get("inputs", range(len(rows[0])))[table["column"]]
        known = [row[place] for row in rows if row[place] is not None]
        mean = round(sum(points[value] for value in known) / len(known))
        base += mean
        tables.append({**table, "points": [point - mean for point in table["points"]]})
    return {**document, "base": base, "tables": tables}


def columns_read(node: Node, width: int) -> list[frozenset[int]]:
    """Return, for every value of the node, the columns that it depends on."""
    reads = [frozenset([column]) for column in range(width)]
    for _, source, *_ in node.get("steps", ()):
        sources = source if isinstance(source, list) else [source]
        reads.append(frozenset[int]().union(*(reads[number] for number in sources)))
    return reads


def _expand(
    number: int,
    weight: float,
    node: Node,
    reads: list[frozenset[int]],
    weights: Weights,
) -> float:
    """Add weight x value as weights of values that read one column; return the constant."""
    if len(reads[number]) > 1:
        name, source, *rest = node["steps"][number - (len(reads) - len(node["steps"]))]
        if name == "linear":
            constant = weight * rest[1]
            for inner, factor in zip(source, rest[0], strict=True):
                constant += _expand(inner, weight * factor, node, reads, weights)
            return float(constant)
        if name == "scale":
            subtract, divide = rest
            inner = _expand(source, weight / divide, node, reads, weights)
            return float(inner - weight * subtract / divide)
    weights[number] = weights.get(number, 0.0) + weight
    return 0.0


def _tabulate(
    node: Node,
    columns: Sequence[Column],
    reads: list[frozenset[int]],
    weights: Weights,
    offset: float,
) -> Node:
    base, tables, terms = 0.0, list[Node](), list[tuple[int, float]]()
    all_steps = list(node.get("steps", ()))
    for place, column in enumerate(columns):
        mine = {number: weight for number, weight in weights.items() if place in reads[number]}
        if not mine:
            continue
        if column.values is None:
            terms += _merged(mine, all_steps, len(columns)).items()
            continue
        values = column.values
        prepare = parse_steps(_steps_for(node, reads, place), list(mine))
        found = []
        for value in values:
            row: list[Any] = [None] * len(columns)
            row[place] = value
            inputs = prepare(row)
            if None in inputs:
                raise CannotCompile(f"The column {column.name} may be missing but is not imputed.")
            found.append(sum(w * x for w, x in zip(mine.values(), inputs, strict=True)))
        tables.append({"column": place, "values": values, "points": _whole(found)})
    whole = 0 if terms else _whole([base + offset])[0]
    answer: Node = {"kind": "sum", "base": whole, "tables": tables, "link": node["link"]}
    if not terms:
        return answer
    raw: list[int] = [table["column"] for table in tables]
    for position, table in enumerate(tables):
        table["column"] = position
    numbers = [number for number, _ in terms]
    places = [[len(raw) + place, weight] for place, (_, weight) in enumerate(terms)]
    steps, chosen = _needed(all_steps, [*raw, *numbers], len(columns))
    return {**answer, "offset": offset, "terms": places, "steps": steps, "inputs": chosen}


def _merged(weights: Weights, steps: list[Any], width: int) -> Weights:
    """Replace piecewise functions with the same breaks by their weighted sum, a new step."""
    alike: dict[Any, list[int]] = {}
    for number in weights:
        name, source, *rest = steps[number - width] if number >= width else ("column", number)
        if name == "piecewise":
            breaks, pieces, missing = rest
            key = (source, tuple(breaks), tuple(piece[0] for piece in pieces), missing)
            alike.setdefault(key, []).append(number)
    left = dict(weights)
    for (source, breaks, centres, missing), numbers in alike.items():
        if len(numbers) > 1:
            pieces = [[centre] for centre in centres]
            for place, piece in enumerate(pieces):
                found = [(left[n], steps[n - width][3][place][1:]) for n in numbers]
                for power in range(max(len(coefficients) for _, coefficients in found)):
                    piece.append(sum(w * c[power] for w, c in found if power < len(c)))
            total = sum(left.pop(number) for number in numbers)
            steps.append(["piecewise", source, list(breaks), pieces, missing and total * missing])
            left[width + len(steps) - 1] = 1.0
    return left


def _steps_for(node: Node, reads: list[frozenset[int]], place: int) -> list[Any]:
    """Return the steps with those of other columns replaced by a constant."""
    width = len(reads) - len(node.get("steps", ()))
    return [
        step if reads[width + index] <= {place} else ["member", 0, [], 0.0, 0.0, 0.0]
        for index, step in enumerate(node.get("steps", ()))
    ]


def _needed(steps: Sequence[Any], chosen: list[int], width: int) -> tuple[list[Any], list[int]]:
    """Return only the steps that the chosen values need, with their numbers changed."""
    needed, waiting = set[int](), [number for number in chosen if number >= width]
    while waiting:
        number = waiting.pop()
        if number not in needed:
            needed.add(number)
            source = steps[number - width][1]
            sources = source if isinstance(source, list) else [source]
            waiting += [each for each in sources if each >= width]
    order = sorted(needed)
    new = {number: width + place for place, number in enumerate(order)}

    def renumber(source: Any) -> Any:
        return (
            [renumber(s) for s in source] if isinstance(source, list) else new.get(source, source)
        )

    kept = [
        [name, renumber(source), *rest]
        for name, source, *rest in (steps[number - width] for number in order)
    ]
    return kept, [new.get(number, number) for number in chosen]


def _boosted(node: Node, columns: Sequence[Column], reads: list[frozenset[int]]) -> Node:
    """Turn boosted trees into tables where each tree reads one column of whole numbers."""
    numbers = node.get("inputs", range(len(columns)))
    by_column: dict[int, list[Any]] = {}
    base = node["base"]
    for tree in node["trees"]:
        found = frozenset[int]().union(*(reads[numbers[place]] for place in _inputs_of(tree)))
        if not found:
            base += tree
            continue
        place = min(found)
        if len(found) > 1 or columns[place].values is None:
            return node
        by_column.setdefault(place, []).append(tree)
    tables = []
    for place, trees in sorted(by_column.items()):
        evaluate = parse_trees({**node, "trees": trees, "base": 0.0, "divide": 1})
        prepare = parse_steps(_steps_for(node, reads, place), list(numbers))
        values = columns[place].values or []
        rows = [[None] * place + [value] + [None] * (len(columns) - place - 1) for value in values]
        points = _whole([evaluate(prepare(row)) for row in rows])
        tables.append({"column": place, "values": values, "points": points})
    return {"kind": "sum", "base": _whole([base])[0], "tables": tables, "link": node["link"]}


def _inputs_of(tree: Any) -> set[int]:
    if not isinstance(tree, list):
        return set()
    return {tree[0]} | _inputs_of(tree[2]) | _inputs_of(tree[3])


def _whole(points: Sequence[float]) -> list[int]:
    return [round(point * SCALE) for point in points]
