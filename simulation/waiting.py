"""Turns arrivals at hosts into how long each waits: SimPy's resource, first come, first served."""

from collections.abc import Generator
from typing import Any

import numpy as np
import simpy

from simulation.rules import Times


def waits(arrivals: Times, service_s: Times, servers: int) -> Times:
    """Seconds in the queue of each request, in order of arrival."""
    clock = simpy.Environment()
    workers = simpy.Resource(clock, servers)
    waited = np.zeros(len(arrivals))

    def request(number: int, service: float) -> Generator[Any, Any, None]:
        came = clock.now
        with workers.request() as turn:
            yield turn
            waited[number] = clock.now - came
            yield clock.timeout(service)

    def callers() -> Generator[Any, Any, None]:
        for number, (moment, service) in enumerate(
            zip(arrivals.tolist(), service_s.tolist(), strict=True)
        ):
            yield clock.timeout(moment - clock.now)
            clock.process(request(number, service))

    clock.process(callers())
    clock.run()
    return waited
