"""Turns two homes into the volumes at which the cheaper one changes, to the single request."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from lab.costs.homes import estimate
from lab.costs.inputs import Inputs
from lab.costs.traffic import Traffic

#: Volumes of a month between which crossings are sought, and how finely.
LOWEST, HIGHEST = 100.0, 3e10
STEPS_A_DECADE = 60


class Crossing(NamedTuple):
    """From this many requests a month on, ``cheaper`` costs less than the other home."""

    requests: int
    cheaper: str


def crossings(one: str, other: str, traffic: Traffic, inputs: Inputs) -> list[Crossing]:
    """Every change of the cheaper home over the volumes, the rest of the traffic as it is.

    Hosts come in whole numbers, so their cost has steps, and two homes may cross more than once.
    A grid brackets the changes; bisection finds each to the request.
    """

    def difference(requests: float) -> float:
        same = traffic._replace(requests=requests)
        return estimate(one, same, inputs).usd - estimate(other, same, inputs).usd

    found = []
    for low, high in _brackets(difference):
        requests = _bisect(difference, low, high)
        found.append(Crossing(requests, other if difference(requests) > 0 else one))
    return found


def _brackets(difference: Callable[[float], float]) -> Iterator[tuple[float, float]]:
    previous, before = LOWEST, difference(LOWEST)
    step = 10 ** (1 / STEPS_A_DECADE)
    while previous < HIGHEST:
        volume = previous * step
        now = difference(volume)
        if (before > 0) != (now > 0):
            yield previous, volume
        previous, before = volume, now


def _bisect(difference: Callable[[float], float], low: float, high: float) -> int:
    """The first whole number of requests at which the sign is that of ``high``."""
    sign = difference(high) > 0
    first, last = int(low), int(high) + 1
    while last - first > 1:
        middle = (first + last) // 2
        if (difference(middle) > 0) == sign:
            last = middle
        else:
            first = middle
    return last
