"""Turns Lambda's documented limits, and what is measured of the function, into numbers."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from costs.inputs import Inputs

WARM, COLD, THROTTLED = 0, 1, 2

Times = NDArray[np.float64]


class Rules(NamedTuple):
    """What Lambda allows one function, alone in its account.

    A bucket of ``environments`` refills by a tenth each second: Lambda adds at most so many in ten
    seconds and keeps no unused ones. A second bucket holds a second's worth of ``requests_s``.
    """

    concurrency: int = 1000
    requests_s: float = math.inf
    environments: float = 1000
    idle_reclaim_s: float = 600
    provisioned: int = 0


class Durations(NamedTuple):
    """Lognormal times in seconds: median and the logarithm's deviation, warm and starting."""

    warm_s: float
    warm_spread: float
    cold_s: float
    cold_spread: float

    def draw(self, count: int, random: np.random.Generator) -> tuple[Times, Times]:
        """Time to answer, and what a start adds to it, for so many requests."""
        warm = self.warm_s * np.exp(self.warm_spread * random.standard_normal(count))
        cold = self.cold_s * np.exp(self.cold_spread * random.standard_normal(count))
        return warm, cold

    @property
    def warm_mean_s(self) -> float:
        """Mean time to answer."""
        return self.warm_s * math.exp(self.warm_spread**2 / 2)


def rules_of(inputs: Inputs, concurrency: int, **changes: float) -> Rules:
    """Rules under a concurrency quota; the quota of requests a second goes with it."""
    assumed = inputs.assumptions
    return Rules(
        concurrency=concurrency,
        requests_s=concurrency * assumed["requests_an_environment_s"],
        environments=assumed["environments_per_10_s"],
        idle_reclaim_s=assumed["idle_reclaim_s"],
    )._replace(**changes)  # type: ignore[arg-type]


def durations_of(inputs: Inputs, memory_mb: int) -> Durations:
    """The measured median and 99th percentile, and the quartiles of the measured cold start."""
    own = inputs.measured["memory_mb"][str(memory_mb)]
    lower, upper = inputs.measured["cold_quartiles_here_ms"]
    return Durations(
        warm_s=own["median_ms"] / 1000,
        warm_spread=math.log(own["slow_ms"] / own["median_ms"]) / 2.3263,
        cold_s=inputs.measured["cold_ms"] / 1000,
        cold_spread=math.log(upper / lower) / 1.3490,
    )
