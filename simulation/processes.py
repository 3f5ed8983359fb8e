"""Turns arrivals into outcomes by discrete events in SimPy, one process an environment.

The reference: slow, and close to how Lambda's rules are told. replay.py is its fast twin, and a
test holds the two to the same outcome for every single request.
"""

from collections.abc import Generator
from typing import Any

import simpy

from simulation.bucket import Bucket
from simulation.rules import COLD, THROTTLED, WARM, Rules, Times

Process = Generator[Any, Any, None]


class Fleet:
    """One function's environments; the one used last is used first."""

    def __init__(self, clock: simpy.Environment, rules: Rules) -> None:
        self._clock = clock
        self._rules = rules
        self._starts = Bucket(rules.environments, rules.environments / 10)
        self._calls = Bucket(rules.requests_s, rules.requests_s)
        self._idle: list[simpy.Event] = []
        self._reserved: list[simpy.Event] = []
        self.busy = 0
        self.busy_seen: list[int] = []
        for _ in range(rules.provisioned):
            clock.process(self._environment(0, provisioned=True))
        clock.run(until=clock.now + 1e-9)

    def call(self, warm_s: float, cold_s: float) -> int:
        """Give a request to an environment; say what became of it."""
        self.busy_seen.append(self.busy)
        if not self._calls.take(self._clock.now) or self.busy >= self._rules.concurrency:
            return THROTTLED
        waiting = self._reserved or self._idle
        if waiting:
            self.busy += 1
            waiting.pop().succeed(warm_s)
            return WARM
        if not self._starts.take(self._clock.now):
            return THROTTLED
        self.busy += 1
        self._clock.process(self._environment(cold_s + warm_s))
        return COLD

    def _environment(self, work_s: float, *, provisioned: bool = False) -> Process:
        """Work, wait for the next call, work again; go when none has come for long."""
        waiting = self._reserved if provisioned else self._idle
        if provisioned:
            self.busy += 1
        while True:
            yield self._clock.timeout(work_s)
            self.busy -= 1
            called = self._clock.event()
            waiting.append(called)
            if provisioned:
                yield called
            else:
                yield called | self._clock.timeout(self._rules.idle_reclaim_s)
                if not called.triggered:
                    waiting.remove(called)
                    return
            work_s = float(called.value or 0)


def simulate(
    arrivals: Times, warm_s: Times, cold_s: Times, rules: Rules
) -> tuple[bytes, list[int]]:
    """What became of each request, and how many were running when it came."""
    clock = simpy.Environment()
    fleet = Fleet(clock, rules)
    outcomes = bytearray()

    def callers() -> Process:
        for moment, warm, cold in zip(arrivals, warm_s, cold_s, strict=True):
            yield clock.timeout(moment - clock.now)
            outcomes.append(fleet.call(warm, cold))

    clock.run(clock.process(callers()))
    return bytes(outcomes), fleet.busy_seen
