"""Turns settings that mathematics has solved into simulated figures beside the solution's."""

import math
from typing import NamedTuple

import numpy as np

from costs.queueing import erlang_b, erlang_c, waiting_quantile
from simulation.processes import simulate
from simulation.replay import replay
from simulation.rules import COLD, THROTTLED, Rules, Times
from simulation.waiting import waits

#: No limit but those that a check is about.
FREE = Rules(concurrency=10**9, environments=math.inf, idle_reclaim_s=1e12)


class Check(NamedTuple):
    """One figure by simulation and by formula."""

    name: str
    simulated: float
    formula: float

    @property
    def off(self) -> float:
        """How far the simulation is from the formula, as a share of it."""
        return abs(self.simulated / self.formula - 1)


def checks(seed: int) -> list[Check]:
    """Every comparison with a closed form."""
    random = np.random.default_rng(seed)
    return [*_loss(random), *_occupancy(random), *_idle(random), *_waiting(random)]


def _poisson(count: int, rate: float, random: np.random.Generator) -> Times:
    return np.cumsum(random.exponential(1 / rate, count))


def _loss(random: np.random.Generator) -> list[Check]:
    """M/G/c with loss: what is refused at a quota depends on the mean service time alone."""
    servers, offered, count = 10, 8.0, 200_000
    formula = erlang_b(servers, offered)
    rules = FREE._replace(concurrency=servers)
    arrivals, nothing = _poisson(count, offered, random), np.zeros(count)
    services = {
        "exponential": random.exponential(1, count),
        "constant": np.ones(count),
        "lognormal": random.lognormal(-0.5, 1, count),
    }
    found = []
    for name, service in services.items():
        lost = replay(arrivals, service, nothing, rules).outcomes == THROTTLED
        found.append(Check(f"refused at the quota, {name} times: Erlang B", lost.mean(), formula))
    few = count // 2
    outcomes, _ = simulate(arrivals[:few], services["exponential"][:few], nothing[:few], rules)
    lost = np.frombuffer(outcomes, np.uint8) == THROTTLED
    return [*found, Check("the same by SimPy: Erlang B", lost.mean(), formula)]


def _occupancy(random: np.random.Generator) -> list[Check]:
    """M/G/∞: what runs at once is Poisson, so mean and variance are rate × time."""
    offered, count = 20.0, 200_000
    arrivals, service = _poisson(count, offered, random), random.lognormal(-0.5, 1, count)
    busy = replay(arrivals, service, np.zeros(count), FREE).busy[count // 100 :]
    return [
        Check("running at once, mean: M/G/∞", float(busy.mean()), offered),
        Check("running at once, variance: M/G/∞", float(busy.var()), offered),
    ]


def _idle(random: np.random.Generator) -> list[Check]:
    """Rare requests: cold where the gap before is longer than an environment is kept."""
    count, rate = 20_000, 1 / 600
    arrivals, short = _poisson(count, rate, random), np.full(count, 1e-6)
    rules = FREE._replace(idle_reclaim_s=600)
    outcomes, _ = simulate(arrivals, short, short, rules)
    cold = np.frombuffer(outcomes, np.uint8) == COLD
    return [Check("cold after a gap of 10 minutes: e^(−rate × time)", cold.mean(), math.exp(-1))]


def _waiting(random: np.random.Generator) -> list[Check]:
    """M/M/c at hosts: the formula of the cost model's latency."""
    servers, rate, count = 4, 2.6, 120_000
    arrivals, service = _poisson(count, rate, random), random.exponential(1, count)
    waited = waits(arrivals, service, servers)[count // 100 :]
    mean = erlang_c(servers, rate) / (servers - rate)
    slow = waiting_quantile(servers, rate, 1, 0.99)
    return [
        Check(
            "hosts, share that waits: Erlang C",
            float((waited > 1e-9).mean()),
            erlang_c(servers, rate),
        ),
        Check("hosts, mean wait: Erlang C", float(waited.mean()), mean),
        Check(
            "hosts, wait of the slowest percent: Erlang C", float(np.quantile(waited, 0.99)), slow
        ),
    ]
