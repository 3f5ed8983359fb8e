"""Turns a pattern and rules into a day's figures: every request, or windows that stand for the day.

Up to ten million requests a day are simulated one by one (and as many days as give 20,000). Above,
a day is cut into strata: each calm hour is stood for by a window in its middle, each burst by its
first seconds, one by one, and then by a window for the rest of it. Requests count as often as
their window stands for; a fleet begins a window as large as the last ten minutes left it: the
occupancy of M/G/∞ that is exceeded once in that time.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.stats import poisson

from simulation.pattern import DAY_S, Burst, Pattern, arrivals
from simulation.replay import replay
from simulation.rules import COLD, THROTTLED, Durations, Rules, Times

WHOLE_UP_TO = 1e7
LEAST_REQUESTS = 20_000
#: Requests in the window of a calm hour, and in the one that stands for the rest of a burst.
WINDOW_REQUESTS = 40_000
#: Seconds of a burst that are simulated one by one: cold starts end within them.
ONSET_S = 6.0


class Figures(NamedTuple):
    """Shares of all requests; times in milliseconds of those that were answered."""

    method: str
    simulated: int
    cold_share: float
    throttled_share: float
    median_ms: float
    slow_ms: float
    slowest_ms: float
    busiest: int


class Stratum(NamedTuple):
    """A stretch that is simulated, from when on it counts, and how many times it counts."""

    start_s: float
    count_from_s: float
    end_s: float
    weight: float


def day(
    pattern: Pattern, rules: Rules, durations: Durations, seed: int, *, whole: bool | None = None
) -> Figures:
    """A day's figures, by the method that its volume asks for."""
    random = np.random.default_rng(seed)
    if pattern.requests <= WHOLE_UP_TO if whole is None else whole:
        return _whole(pattern, rules, durations, random)
    return _sampled(pattern, rules, durations, random)


def _whole(
    pattern: Pattern, rules: Rules, durations: Durations, random: np.random.Generator
) -> Figures:
    days = max(1, round(LEAST_REQUESTS / pattern.requests))
    times = arrivals(pattern, 0, days * DAY_S, random)
    warm_s, cold_s = durations.draw(len(times), random)
    found = replay(times, warm_s, cold_s, rules)
    latency = warm_s + np.where(found.outcomes == COLD, cold_s, 0)
    method = "every request" if days == 1 else f"every request of {days:,} days"
    weights = np.ones(len(times))
    return _figures(method, found.outcomes, latency, weights, found.busiest)


def _sampled(
    pattern: Pattern, rules: Rules, durations: Durations, random: np.random.Generator
) -> Figures:
    outcomes, latencies, weights, busiest = [], [], [], 0
    for stratum in strata(pattern):
        times = arrivals(pattern, stratum.start_s, stratum.end_s, random)
        warm_s, cold_s = durations.draw(len(times), random)
        idle = usual_fleet(pattern, stratum.start_s, rules, durations)
        found = replay(times, warm_s, cold_s, rules, idle)
        counted = times >= stratum.count_from_s
        outcomes.append(found.outcomes[counted])
        latencies.append((warm_s + np.where(found.outcomes == COLD, cold_s, 0))[counted])
        weights.append(np.full(int(counted.sum()), stratum.weight))
        busiest = max(busiest, found.busiest)
    return _figures(
        "windows",
        np.concatenate(outcomes),
        np.concatenate(latencies),
        np.concatenate(weights),
        busiest,
    )


def strata(pattern: Pattern) -> Iterator[Stratum]:
    """Windows that stand for the whole day: its calm hours, and its bursts."""
    bursting = [_seconds_within(hour, pattern.bursts) for hour in range(24)]
    for hour in range(24):
        start = hour * 3600 + 1800.0
        rate = float(pattern.calm_rate(np.array([start]))[0])
        length = min(600.0, WINDOW_REQUESTS / max(rate, 1e-9))
        # The mean of the hour's rate, so that its requests are counted and not its middle's
        moments = np.linspace(hour * 3600, (hour + 1) * 3600, 61)
        mean = float(np.trapezoid(pattern.calm_rate(moments), moments)) / 3600
        weight = mean * (3600 - bursting[hour]) / (rate * length)
        yield Stratum(start, start, start + length, weight)
    for burst in pattern.bursts:
        onset = min(ONSET_S, burst.length_s)
        rate = float(pattern.rate(np.array([burst.start_s]))[0])
        rest = min(burst.length_s - onset, max(0.5, WINDOW_REQUESTS / rate))
        # A second before, as the burst meets a fleet at work; it belongs to its calm hour
        begin, turn = burst.start_s - 1, burst.start_s + onset
        yield Stratum(begin, burst.start_s, turn, 1.0)
        if rest > 0:
            yield Stratum(begin, turn, turn + rest, (burst.length_s - onset) / rest)


def _seconds_within(hour: int, bursts: tuple[Burst, ...]) -> float:
    start, end = hour * 3600.0, (hour + 1) * 3600.0
    return sum(
        max(0.0, min(end, each.start_s + each.length_s) - max(start, each.start_s))
        for each in bursts
    )


def usual_fleet(pattern: Pattern, time_s: float, rules: Rules, durations: Durations) -> int:
    """Environments that the last ``idle_reclaim_s`` of calm traffic left."""
    rate = float(pattern.calm_rate(np.array([time_s]))[0])
    once = min(0.5, durations.warm_mean_s / rules.idle_reclaim_s)
    usual = int(poisson.isf(once, rate * durations.warm_mean_s))
    return min(max(1, usual), rules.concurrency)


def _figures(
    method: str, outcomes: np.ndarray, latency: Times, weights: Times, busiest: int
) -> Figures:
    answered = outcomes != THROTTLED
    total = float(weights.sum())
    median, slow, slowest = quantiles(latency[answered], weights[answered], (0.5, 0.99, 0.999))
    return Figures(
        method=method,
        simulated=len(outcomes),
        cold_share=float(weights[outcomes == COLD].sum()) / total,
        throttled_share=float(weights[~answered].sum()) / total,
        median_ms=median * 1000,
        slow_ms=slow * 1000,
        slowest_ms=slowest * 1000,
        busiest=busiest,
    )


def quantiles(values: Times, weights: Times, shares: tuple[float, ...]) -> list[float]:
    """The values below which those shares of the weight lie."""
    if not len(values):
        return [float("nan")] * len(shares)
    order = np.argsort(values)
    below = np.cumsum(weights[order]) / weights.sum()
    places = np.minimum(np.searchsorted(below, shares), len(below) - 1)
    return [float(value) for value in values[order][places]]
