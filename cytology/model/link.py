"""Turns a raw score into a probability: the functions that a link chains, in order."""

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence

from cytology.annotations import Any

Function = Callable[[float], float]
Link = Mapping[str, Any]

#: Log-odds of a probability end here: a model that votes can answer exactly 0 or 1.
_SMALLEST = 1e-9
#: betacal's own limit for the logarithms of a beta calibration.
_EPSILON = 2.0**-52


def sigmoid(log_odds: float) -> float:
    """Log-odds → probability: 1 / (1 + e^-x), which is 0 where e^-x is no float."""
    try:
        return 1.0 / (1.0 + math.exp(-log_odds))
    except OverflowError:
        return 0.0


def logit(probability: float) -> float:
    """Probability → log-odds, at most log(1e9) from 0."""
    clipped = min(max(probability, _SMALLEST), 1.0 - _SMALLEST)
    return math.log(clipped / (1.0 - clipped))


def parse_link(links: Sequence[Link]) -> Function:
    """Return the chain of all links; no link returns the raw score itself."""
    functions = [_LINKS[link["kind"]](link) for link in links]
    if len(functions) == 1:
        return functions[0]

    def chain(value: float) -> float:
        for function in functions:
            value = function(value)
        return value

    return chain


def parse_log_odds(links: Sequence[Link]) -> Function:
    """Return raw score → log-odds: the argument of a last sigmoid, else the log of the odds."""
    kinds = [link["kind"] for link in links]
    turned = kinds[-2:] == ["sigmoid", "complement"]
    if not turned and kinds[-1:] != ["sigmoid"]:
        answer = parse_link(links)
        return lambda value: logit(answer(value))
    *before, last = links[:-1] if turned else links
    inner, argument, sign = parse_link(before), _line(last), -1.0 if turned else 1.0
    return lambda value: sign * argument(inner(value))


def _line(link: Link) -> Function:
    slope, offset = link.get("slope", 1.0), link.get("offset", 0.0)
    return lambda value: slope * value + offset


def _sigmoid(link: Link) -> Function:
    if "slope" not in link and "offset" not in link:
        return sigmoid
    argument = _line(link)
    return lambda value: sigmoid(argument(value))


def _complement(_: Link) -> Function:
    return lambda probability: 1.0 - probability


def _beta(link: Link) -> Function:
    a, b, c = link["a"], link["b"], link["c"]

    def beta(probability: float) -> float:
        p = min(max(probability, _EPSILON), 1.0 - _EPSILON)
        return float(a * math.log(p) - b * math.log(1.0 - p) + c)

    return beta


def _isotonic(link: Link) -> Function:
    xs, ys = link["x"], link["y"]

    def interpolate(value: float) -> float:
        after = bisect_right(xs, value)
        if after == 0 or after == len(xs):
            return float(ys[after and -1])
        x, y = xs[after - 1], ys[after - 1]
        return float((ys[after] - y) / (xs[after] - x) * (value - x) + y)

    return interpolate


def _pairwise(_: Link) -> Function:
    """LIBSVM's coupling of two classes: probability of the first → of the second.

    It is an iteration that stops as soon as its error is below 0.0025, so it is no 1 - p.
    """

    def couple(probability: float) -> float:
        r = min(max(probability, 1e-7), 1.0 - 1e-7)
        q = (((1.0 - r) * (1.0 - r), -(1.0 - r) * r), (-(1.0 - r) * r, r * r))
        p = [0.5, 0.5]
        for _ in range(100):
            qp = [q[t][0] * p[0] + q[t][1] * p[1] for t in (0, 1)]
            pqp = p[0] * qp[0] + p[1] * qp[1]
            if max(abs(qp[0] - pqp), abs(qp[1] - pqp)) < 0.0025:
                break
            for t in (0, 1):
                step = (pqp - qp[t]) / q[t][t]
                p[t] += step
                pqp = (pqp + step * (step * q[t][t] + 2.0 * qp[t])) / (1.0 + step) / (1.0 + step)
                qp = [(qp[j] + step * q[t][j]) / (1.0 + step) for j in (0, 1)]
                p = [share / (1.0 + step) for share in p]
        return p[1]

    return couple


_LINKS: dict[str, Callable[[Link], Function]] = {
    "sigmoid": _sigmoid,
    "complement": _complement,
    "beta": _beta,
    "isotonic": _isotonic,
    "pairwise": _pairwise,
}
