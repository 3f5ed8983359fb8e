"""Turns fitted encoders, splines and bins into steps: several inputs of one column."""

from itertools import pairwise
from typing import Any

import numpy as np
from scipy.interpolate import BSpline, PPoly

from training.compile.inputs import Inputs, plain, require


def one_hot(encoder: Any, inputs: Inputs) -> None:
    """Compile OneHotEncoder: one input per category, rare ones together."""
    chosen = list[int]()
    drops = encoder.drop_idx_ if encoder.drop_idx_ is not None else [None] * len(inputs.chosen)
    rare = getattr(encoder, "infrequent_categories_", [None] * len(inputs.chosen))
    for number, values, drop, seldom in zip(
        inputs.chosen, encoder.categories_, drops, rare, strict=True
    ):
        categories = [plain(value) for value in values]
        together = None if seldom is None else {plain(value) for value in seldom}
        if together is not None:
            require(drop is None, encoder, "drop with infrequent categories is not supported")
            require(None not in categories, encoder, "a missing category cannot be infrequent")
            categories = [value for value in categories if value not in together]
        for place, category in enumerate(categories):
            if place != drop:
                members = [] if category is None else [category]
                missing = 1.0 if category is None else 0.0
                chosen.append(inputs.add("member", number, members, 1.0, 0.0, missing))
        if together is not None:
            grouped = encoder.handle_unknown in ("infrequent_if_exist", "warn")
            members, answers = (categories, (0.0, 1.0, 1.0)) if grouped else (
                sorted(together), (1.0, 0.0, 0.0)
            )  # fmt: skip
            chosen.append(inputs.add("member", number, members, *answers))
    inputs.chosen = chosen


def ordinal(encoder: Any, inputs: Inputs) -> None:
    """Compile OrdinalEncoder: the number of a category."""
    require(
        not getattr(encoder, "_infrequent_enabled", False),
        encoder,
        "infrequent categories are not supported",
    )
    unknown = plain(encoder.unknown_value)
    chosen = list[int]()
    for number, values in zip(inputs.chosen, encoder.categories_, strict=True):
        categories = [value for value in map(plain, values) if value is not None]
        seen = len(categories) < len(values)
        missing = plain(encoder.encoded_missing_value) if seen else unknown
        maybe = unknown is None or (missing is None and inputs.may_be_missing(number))
        chosen.append(inputs.add("ordinal", number, categories, unknown, missing, missing=maybe))
    inputs.chosen = chosen


def splines(splines: Any, inputs: Inputs) -> None:
    """Compile SplineTransformer: one piecewise polynomial per basis function."""
    require(splines.extrapolation != "periodic", splines, "periodic splines are not supported")
    # scikit-learn 1.9 raises the degree by 1 for all columns after the first, and so their knots
    require(
        splines.extrapolation != "linear" or splines.degree > 1 or len(inputs.chosen) == 1,
        splines,
        "straight lines beyond the knots need degree 2 or more",
    )
    missing = 0.0 if splines.handle_missing == "zeros" else None
    chosen = list[int]()
    for number, spline in zip(inputs.chosen, splines.bsplines_, strict=True):
        count = spline.c.shape[1] - (not splines.include_bias)
        for index in range(count):
            breaks, pieces = _pieces(spline, index, splines.extrapolation)
            chosen.append(inputs.add("piecewise", number, breaks, pieces, missing))
    inputs.chosen = chosen


def _pieces(splines: Any, index: int, extrapolation: str) -> tuple[list[float], list[Any]]:
    """Return one basis function as polynomials between its knots, and beyond the outer ones."""
    spline = BSpline(splines.t, splines.c[:, index], splines.k)
    low, high = float(splines.t[splines.k]), float(splines.t[-splines.k - 1])
    polynomials = PPoly.from_spline(spline)
    edges, pieces = [low], list[Any]()
    for place, (left, right) in enumerate(pairwise(polynomials.x.tolist())):
        if low <= left < right <= high:
            pieces.append([left, *polynomials.c[::-1, place].tolist()])
            edges.append(right)
    if extrapolation in ("continue", "error"):
        return edges[1:-1], pieces
    sloped = extrapolation == "linear" and splines.k > 0
    ends = [
        [end, float(spline(end)), *([float(spline(end, nu=1))] if sloped else [])]
        for end in (low, high)
    ]
    return edges, [ends[0], *pieces, ends[1]]


def bins(bins: Any, inputs: Inputs) -> None:
    """Compile KBinsDiscretizer: the number of a bin, or one input per bin."""
    received, chosen = inputs.chosen, list[int]()
    for number, edges in zip(received, bins.bin_edges_, strict=True):
        inner = [float(edge) for edge in edges[1:-1]]
        codes = [float(code) for code in range(len(inner) + 1)]
        wanted = [codes] if bins.encode == "ordinal" else np.eye(len(codes)).tolist()
        for values in wanted:
            pieces = [[0.0, value] for value in values]
            chosen.append(inputs.add("piecewise", number, inner, pieces, None))
    inputs.chosen = chosen
