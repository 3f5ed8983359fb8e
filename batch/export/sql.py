"""Writes an additive model or trees as one SQL query that adds the answers to a table."""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from batch.export import Additive, Document, Model, NoExport, additive
from cytology.model.sum import SCALE
from cytology.prediction import LOGIT_CLIP

_PLAIN_NAME = re.compile("[A-Za-z_][A-Za-z0-9_]*")


class Dialect(NamedTuple):
    """A database's name of a 64-bit float, and what keeps it from computing a step twice."""

    double: str
    once: str = ""


DIALECTS = {
    "duckdb": Dialect("DOUBLE"),
    "sqlite": Dialect("REAL", "MATERIALIZED "),
    "postgresql": Dialect("DOUBLE PRECISION", "MATERIALIZED "),
    "spark": Dialect("DOUBLE"),
}

#: Constants of fdlibm's log1p.
_SQRT2_LESS_1 = "0.41421356e0"
_LN2 = ("6.93147180369123816490e-01", "1.90821492927058770002e-10")
_LOG1P = (
    (6.666666666666735130e-01, 0.0),
    (3.999999999940941908e-01, 2.857142874366239149e-01),
    (2.222219843214978396e-01, 1.818357216161805012e-01),
    (1.531383769920937332e-01, 1.479819860511658591e-01),
)

#: Columns that a step adds to those of the steps before it.
Columns = dict[str, str]


def write_query(model: Model, dialect: str, table: str = "samples") -> str:
    """Return a query whose rows are those of a table, with the answer in further columns.

    An additive model gives ``log_odds_low`` and ``log_odds_high`` before the decision's link, as
    whole numbers of 2^-44, ``probability_low``, ``probability_high`` and ``label``. Low and high
    differ where a value is missing; the label is NULL where it depends on the missing value. Trees
    give ``probability`` and ``label``, NULL where a value is missing.

    Parameters
    ----------
    model
        An additive model, or trees.
    dialect
        A name in :data:`DIALECTS`.
    table
        Has one column per column of the model.

    Raises
    ------
    NoExport
        The model has another form.
    """
    found, kind = additive(model.document), model.document["kind"]
    spelling = DIALECTS[dialect]
    if found:
        steps = _steps_of_sum(found, model, spelling)
    elif kind in ("sum", "trees"):
        steps = _steps_of_trees(model, spelling)
    else:
        raise NoExport(f"a model of kind {kind} is no SQL query; additive models and trees are")
    source, parts = _name(table), []
    for number, columns in enumerate(steps[:-1]):
        listed = ",\n".join(f"  {text} AS {name}" for name, text in columns.items())
        parts.append(
            f"step{number} AS {spelling.once}(SELECT {source}.*,\n{listed}\nFROM {source})"
        )
        source = f"step{number}"
    [(name, text)] = steps[-1].items()
    return f"WITH {',\n'.join(parts)}\nSELECT {source}.*, {text} AS {name} FROM {source}"


def _steps_of_sum(model: Additive, whole: Model, dialect: Dialect) -> list[Columns]:
    ends = ("low", "high")
    odds = {f"log_odds_{end}": _sum(model, end) for end in ends}
    unit = f"(CAST(log_odds_{{}} AS {dialect.double}) / {_float(SCALE)})"
    linked = _calibrate({f"_{end}": unit.format(end) for end in ends}, whole)
    answers = {f"probability_{end}": _sigmoid(f"calibrated_{end}") for end in ends}
    label = {"label": _label(whole, "probability_low", "probability_high")}
    return [odds, *linked, answers, label]


def _sum(model: Additive, end: str) -> str:
    terms = [f"CAST({model.base} AS BIGINT)"]
    for table in model.tables:
        known = [
            f"WHEN {_name(table.name)} = {_literal(v)} THEN {p}" for v, p in table.points.items()
        ]
        missing = table.low if end == "low" else table.high
        # A value that is neither known nor missing has no answer
        terms.append(f"CASE WHEN {_name(table.name)} IS NULL THEN {missing} {' '.join(known)} END")
    return "\n  + ".join(terms)


def _steps_of_trees(model: Model, dialect: Dialect) -> list[Columns]:
    document = model.document
    prepared: Columns = {}
    inputs = _prepare(document, prepared)
    known = " AND ".join(f"{_name(name)} IS NOT NULL" for name in document["columns"])
    raw = (
        _trees(document, inputs, dialect)
        if document["kind"] == "trees"
        else _terms(document, inputs, dialect)
    )
    steps = [prepared] if prepared else []
    steps.append({"raw": f"CASE WHEN {known} THEN {raw} END"})
    name = "raw"
    for number, link in enumerate(document.get("link", ())):
        if link["kind"] not in _LINKS:
            raise NoExport(f"the link {link['kind']} is no SQL expression")
        steps.append({f"linked{number}": _LINKS[link["kind"]](name, link)})
        name = f"linked{number}"
    if not model.decision.link.is_identity:
        odds = f"ln({_clipped(name, LOGIT_CLIP)} / (1 - {_clipped(name, LOGIT_CLIP)}))"
        steps += [{"log_odds": odds}, *_calibrate({"": "log_odds"}, model)]
        name = _sigmoid("calibrated")
    return [*steps, {"probability": name}, {"label": _label(model, "probability", "probability")}]


def _terms(document: Document, inputs: Sequence[str], dialect: Dialect) -> str:
    tables = [
        f"CASE {inputs[t['column']]} "
        + " ".join(
            f"WHEN {_literal(value)} THEN {points}"
            for value, points in zip(t["values"], t["points"], strict=True)
            if value is not None
        )
        + " END"
        for t in document["tables"]
    ]
    total = "\n  + ".join([f"CAST({document['base']} AS BIGINT)", *tables])
    parts = [f"CAST({total} AS {dialect.double}) / {_float(SCALE)}"]
    parts += [f"{_float(weight)} * {inputs[place]}" for place, weight in document.get("terms", ())]
    return f"CAST({' + '.join([*parts, _float(document.get('offset', 0.0))])} AS {dialect.double})"


def _trees(document: Document, inputs: Sequence[str], dialect: Dialect) -> str:
    single = document["precision"] == "single"
    trees = [
        f"CAST({_tree(tree, inputs, single)} AS {dialect.double})" for tree in document["trees"]
    ]
    base = f"CAST({_float(document['base'])} AS {dialect.double})"
    return f"({'\n  + '.join([base, *trees])}) / {_float(document['divide'])}"


def _tree(node: Any, inputs: Sequence[str], single: bool) -> str:
    if not isinstance(node, list):
        return _float(node)
    source, cut, left, right = node[:4]
    limit = _float(_cut_of_single(cut) if single else cut)
    then, other = _tree(left, inputs, single), _tree(right, inputs, single)
    return f"CASE WHEN {inputs[source]} <= {limit} THEN {then} ELSE {other} END"


def _cut_of_single(cut: float) -> float:
    """Return the largest double that, rounded to float32, is at most a cut."""
    with np.errstate(over="ignore"):
        below = np.float32(cut)
        # float(): numpy would round the cut to float32 before it compares
        if float(below) > cut:
            below = np.nextafter(below, np.float32(-np.inf))
        above = np.nextafter(below, np.float32(np.inf))
    middle = (float(below) + min(float(above), 2.0**128)) / 2
    # A tie is rounded to the float32 whose last bit is 0
    even = not int(below.view(np.int32)) & 1
    return middle if even else float(np.nextafter(middle, -np.inf))


def _prepare(document: Document, prepared: Columns) -> list[str]:
    values = [_name(name) for name in document["columns"]]
    for name, source, *rest in document.get("steps", ()):
        if name not in _STEPS or isinstance(source, list):
            raise NoExport(f"the step {name} is no SQL expression")
        column = f"value{len(values)}"
        # One step may read another, which a list of columns may not
        text = _STEPS[name](prepared.get(values[source], values[source]), *rest)
        prepared[column] = f"({text})"
        values.append(column)
    return [values[index] for index in document.get("inputs", range(len(values)))]


def _label(model: Model, low: str, high: str) -> str:
    limit, decision = _float(model.decision.threshold), model.decision
    positive, negative = _literal(decision.positive), _literal(decision.negative)
    return f"CASE WHEN {low} >= {limit} THEN {positive} WHEN {high} < {limit} THEN {negative} END"


def _calibrate(odds: Columns, model: Model) -> list[Columns]:
    """Steps from log-odds to calibrated ones, both by the end of their columns' names."""
    link = model.decision.link
    if link.is_identity:
        return [{f"calibrated{end}": text for end, text in odds.items()}]
    calibrated = {}
    for end, text in odds.items():
        tail = _log1p(f"exp{end}", f"ratio{end}")
        below, above = (f"CASE WHEN {sign}{text} > 0 THEN {sign}{text} ELSE 0 END" for sign in "- ")
        calibrated[f"calibrated{end}"] = (
            f"{_float(link.c)} - {_float(link.a)} * ({below} + {tail})"
            f" + {_float(link.b)} * ({above} + {tail})"
        )
    return [
        {f"exp{end}": f"exp(-abs({text}))" for end, text in odds.items()},
        {f"ratio{end}": f"{_reduced(f'exp{end}')} / (2 + {_reduced(f'exp{end}')})" for end in odds},
        calibrated,
    ]


def _reduced(x: str) -> str:
    return f"CASE WHEN {x} < {_SQRT2_LESS_1} THEN {x} ELSE (1 + {x}) / 2 - 1 END"


def _log1p(x: str, s: str) -> str:
    """ln(1 + x) for x up to 1, rounded as by the C library, which the service calls.

    Databases have no log1p, and a last bit that differs may change eight of the probability.
    Source: fdlibm's s_log1p.c in glibc's order; f is 1 + x, or its half, less 1; s is f / (2 + f).
    """
    f, z = _reduced(x), f"({s} * {s})"
    half, z2 = f"0.5e0 * {f} * {f}", f"({z} * {z})"
    pairs = [f"({_float(one)} + {z} * {_float(other)})" for one, other in _LOG1P[1:]]
    rest = f"{z} * {_LOG1P[0][0]} + {z2} * {pairs[0]} + {z2} * {z2} * {pairs[1]}"
    rest += f" + {z2} * {z2} * {z2} * {pairs[2]}"
    part = f"{s} * ({half} + ({rest}))"
    lost = f"CASE WHEN 1 + {x} < 2 THEN {x} - ((1 + {x}) - 1) ELSE 0 END / (1 + {x})"
    high, low = _LN2
    return (
        f"CASE WHEN {x} < {_SQRT2_LESS_1} THEN {f} - ({half} - {part})"
        f" ELSE {high} - (({half} - ({part} + ({low} + {lost}))) - {f}) END"
    )


def _sigmoid(odds: str) -> str:
    return (
        f"CASE WHEN {odds} >= 0 THEN 1 / (1 + exp(-({odds})))"
        f" ELSE exp({odds}) / (1 + exp({odds})) END"
    )


def _logistic(value: str, link: Document) -> str:
    slope, offset = _float(link.get("slope", 1.0)), _float(link.get("offset", 0.0))
    return f"1 / (1 + exp(-({slope} * {value} + {offset})))"


def _clipped(value: str, least: float) -> str:
    low, high = _float(least), _float(1.0 - least)
    return (
        f"CASE WHEN {value} < {low} THEN {low} WHEN {value} > {high} THEN {high} ELSE {value} END"
    )


def _beta(value: str, link: Document) -> str:
    p = _clipped(value, 2.0**-52)
    a, b, c = (_float(link[name]) for name in "abc")
    return f"{a} * ln({p}) - {b} * ln(1 - {p}) + {c}"


def _isotonic(value: str, link: Document) -> str:
    points = list(zip(link["x"], link["y"], strict=True))
    parts = [f"WHEN {value} < {_float(points[0][0])} THEN {_float(points[0][1])}"]
    for (x0, y0), (x1, y1) in pairwise(points):
        slope = (y1 - y0) / (x1 - x0)
        line = f"{_float(slope)} * ({value} - {_float(x0)}) + {_float(y0)}"
        parts.append(f"WHEN {value} < {_float(x1)} THEN {line}")
    return f"CASE {' '.join(parts)} WHEN {value} IS NOT NULL THEN {_float(points[-1][1])} END"


def _name(name: str) -> str:
    if not _PLAIN_NAME.fullmatch(name):
        raise NoExport(f"the name {name!r} is no plain SQL name; rename the column")
    return name


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return _float(value) if isinstance(value, float) else str(value)


def _float(value: float) -> str:
    """Spell a number with an exponent: without one, a database reads a decimal."""
    text = repr(float(value))
    text = text if "e" in text else f"{text}e0"
    return f"({text})" if value < 0 else text


def _choice(source: str, pairs: Sequence[tuple[Any, Any]], other: Any) -> str:
    known = " ".join(f"WHEN {_literal(value)} THEN {_float(code)}" for value, code in pairs)
    return f"CASE {source} {known}{'' if other is None else f' ELSE {_float(other)}'} END"


#: Rows with a missing value have no answer, so what a step makes of one is left out.
_STEPS: dict[str, Callable[..., str]] = {
    "impute": lambda x, _value: x,
    "scale": lambda x, subtract, divide: f"({x} - {_float(subtract)}) / {_float(divide)}",
    "affine": lambda x, multiply, add: f"{x} * {_float(multiply)} + {_float(add)}",
    "member": lambda x, values, inside, outside, _missing: _choice(
        x, [(v, inside) for v in values], outside
    ),
    "ordinal": lambda x, values, unknown, _missing: _choice(
        x, [(v, i) for i, v in enumerate(values)], unknown
    ),
}

_LINKS: dict[str, Callable[[str, Document], str]] = {
    "sigmoid": _logistic,
    "complement": lambda x, _link: f"1 - {x}",
    "beta": _beta,
    "isotonic": _isotonic,
}
