"""Turns a daily number of requests into moments of arrival: a daily peak, and bursts on top."""

import math
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

DAY_S = 86_400.0
#: Up to so many requests a day it is cheaper to throw many away than to look at every hour.
FEW = 1e5
Times = NDArray[np.float64]


class Burst(NamedTuple):
    """``factor`` times the rate of its moment, for ``length_s`` from ``start_s`` of each day on."""

    start_s: float
    length_s: float
    factor: float


class Pattern(NamedTuple):
    """A day: its requests without the bursts, its peak over the mean, and when that is."""

    requests: float
    peak: float = 3.0
    peak_at_s: float = 14 * 3600.0
    bursts: tuple[Burst, ...] = (Burst(3 * 3600.0, 60, 10), Burst(12 * 3600.0, 60, 10))

    def calm_rate(self, time_s: Times) -> Times:
        """Requests a second without bursts: a raised cosine, as narrow as the peak asks."""
        power = exponent(self.peak)
        phase = (1 + np.cos(2 * np.pi * (time_s - self.peak_at_s) / DAY_S)) / 2
        return self.requests / DAY_S * self.peak * phase**power

    def rate(self, time_s: Times) -> Times:
        """Requests a second with bursts."""
        rate = self.calm_rate(time_s)
        of_day = np.mod(time_s, DAY_S)
        for burst in self.bursts:
            inside = (of_day >= burst.start_s) & (of_day < burst.start_s + burst.length_s)
            rate = np.where(inside, rate * burst.factor, rate)
        return rate


def exponent(peak: float) -> float:
    """The power of (1 + cos) / 2 whose highest value is ``peak`` times its mean.

    The mean of that power k over a circle is Γ(k + ½) / (√π Γ(k + 1)), which falls from 1 to 0.
    """
    low, high = 0.0, 1e4
    for _ in range(80):
        middle = (low + high) / 2
        mean = math.exp(math.lgamma(middle + 0.5) - math.lgamma(middle + 1)) / math.sqrt(math.pi)
        low, high = (middle, high) if mean > 1 / peak else (low, middle)
    return low


def arrivals(pattern: Pattern, start_s: float, end_s: float, random: np.random.Generator) -> Times:
    """Moments in order, each independent of the others: a Poisson process of that rate, thinned."""
    found = []
    marks = sorted(_edges(pattern, start_s, end_s))
    for low, high in pairwise(marks):
        # One stretch of many days takes in a day's highest rate, a short one hardly exceeds five
        points = np.linspace(low, np.nextafter(high, low), 5)
        if high - low > 3600:
            starts = [burst.start_s for burst in pattern.bursts]
            points = np.array([*np.arange(0, DAY_S, 600), *starts])
        highest = 1.05 * float(pattern.rate(points).max())
        count = random.poisson(highest * (high - low))
        times = np.sort(random.uniform(low, high, count))
        found.append(times[random.random(count) * highest < pattern.rate(times)])
    return np.concatenate(found)


def _edges(pattern: Pattern, start_s: float, end_s: float) -> set[float]:
    """Where the highest rate is looked for anew: thinning throws away what lies above it."""
    edges = {start_s, end_s}
    if pattern.requests <= FEW:
        return edges
    for day in range(math.floor(start_s / DAY_S), math.ceil(end_s / DAY_S)):
        for burst in pattern.bursts:
            at = day * DAY_S + burst.start_s
            edges |= {edge for edge in (at, at + burst.length_s) if start_s < edge < end_s}
    return edges | set(np.arange(start_s, end_s, 3600.0).tolist())
