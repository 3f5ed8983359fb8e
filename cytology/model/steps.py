"""Turns a row into the inputs of a model: imputes, scales and encodes, one value a step.

A step is ``[name, source, argument, …]``. Values are numbered: first the columns of the row, then
the result of each step. None is a missing value; docs/model-format.md says what each step makes
of it.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from operator import itemgetter

from cytology.annotations import Any

#: scikit-learn divides by 1 where a norm is smaller.
SMALLEST_NORM = 10 * 2.0**-52

Step = Callable[[Any], Any]


def parse_steps(
    steps: Sequence[Sequence[Any]], inputs: Sequence[int]
) -> Callable[[Any], list[Any]]:
    """Return the function from a row to the values with the numbers ``inputs``."""
    parsed = [_parse_step(*step) for step in steps]

    def prepare(row: Sequence[Any]) -> list[Any]:
        values = list(row)
        for get, step in parsed:
            values.append(step(get(values)))
        return [values[index] for index in inputs]

    return prepare


def _parse_step(name: str, source: int | list[int], *arguments: Any) -> tuple[Step, Step]:
    return _getter(source), STEPS[name](*arguments)


def _getter(source: int | list[int]) -> Step:
    if isinstance(source, int):
        return itemgetter(source)
    # itemgetter of one number returns the value itself, of a slice a list
    one = len(source) == 1
    return itemgetter(slice(source[0], source[0] + 1)) if one else itemgetter(*source)


def _impute(replacement: float | str) -> Step:
    return lambda value: replacement if value is None else value


def _scale(subtract: float, divide: float) -> Step:
    return lambda value: None if value is None else (value - subtract) / divide


def _affine(multiply: float, add: float) -> Step:
    return lambda value: None if value is None else value * multiply + add


def _clip(low: float, high: float) -> Step:
    return lambda value: None if value is None else min(max(value, low), high)


def _member(members: list[Any], inside: Any, outside: Any, missing: Any) -> Step:
    known = frozenset(members)
    return lambda value: missing if value is None else inside if value in known else outside


def _ordinal(categories: list[Any], unknown: Any, missing: Any) -> Step:
    codes = {category: float(code) for code, category in enumerate(categories)}
    return lambda value: missing if value is None else codes.get(value, unknown)


def _piecewise(breaks: list[float], pieces: list[list[float]], missing: Any) -> Step:
    """Piece i holds from break i - 1 up to break i: c0 + c1·d + c2·d² + …, d = x - centre."""

    def evaluate(value: float | None) -> Any:
        if value is None:
            return missing
        centre, *coefficients = pieces[bisect_right(breaks, value)]
        distance, total = value - centre, 0.0
        for coefficient in reversed(coefficients):
            total = total * distance + coefficient
        return total

    return evaluate


def _linear(weights: list[float], add: float) -> Step:
    return lambda values: math.sumprod(weights, values) + add


def _norm(kind: str) -> Step:
    norms: dict[str, Step] = {
        "l1": lambda values: sum(map(abs, values)),
        "l2": lambda values: math.sqrt(math.sumprod(values, values)),
        "max": lambda values: max(map(abs, values)),
    }
    norm = norms[kind]
    return lambda values: 1.0 if (found := norm(values)) < SMALLEST_NORM else found


def _function(name: str) -> Step:
    function = FUNCTIONS[name]
    return lambda value: None if value is None else float(function(value))


FUNCTIONS: dict[str, Callable[[float], float]] = {
    name: getattr(math, name)
    for name in ("floor", "ceil", "sqrt", "log", "log2", "log10", "log1p", "exp", "expm1")
} | {"absolute": abs}

STEPS: dict[str, Callable[..., Step]] = {
    "impute": _impute,
    "scale": _scale,
    "affine": _affine,
    "clip": _clip,
    "member": _member,
    "ordinal": _ordinal,
    "piecewise": _piecewise,
    "linear": _linear,
    "product": lambda: math.prod,
    "norm": _norm,
    "ratio": lambda: lambda pair: pair[0] / pair[1],
    "function": _function,
}
