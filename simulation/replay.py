"""Turns arrivals into outcomes as processes.py does, without processes and far faster.

Environments are interchangeable but for when they were last used, so a heap of moments at which
they become free and a queue of moments since which they wait are the whole state.
"""

from collections import deque
from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np

from simulation.bucket import Bucket
from simulation.rules import COLD, THROTTLED, WARM, Rules, Times


class Replay(NamedTuple):
    """What became of each request, how many were running when it came, and the largest fleet."""

    outcomes: np.ndarray[tuple[int], np.dtype[np.uint8]]
    busy: np.ndarray[tuple[int], np.dtype[np.int32]]
    fleet: int

    @property
    def busiest(self) -> int:
        """Most requests that ran at once."""
        return int(self.busy[self.outcomes != THROTTLED].max(initial=-1)) + 1


def replay(arrivals: Times, warm_s: Times, cold_s: Times, rules: Rules, idle: int = 0) -> Replay:
    """Outcome by outcome; ``idle`` environments wait from just before the first arrival on.

    Kept in one function, as a call for each request would take longer than the request.
    """
    outcomes, busy = bytearray(len(arrivals)), [0] * len(arrivals)
    starts = Bucket(rules.environments, rules.environments / 10)
    calls = Bucket(rules.requests_s, rules.requests_s)
    first = float(arrivals[0]) if len(arrivals) else 0.0
    waiting: deque[float] = deque([first] * idle)
    # Moments at which an environment becomes free; provisioned ones apart, as they never go
    working: list[float] = []
    reserved: list[float] = []
    free = rules.provisioned
    largest = idle
    requests = zip(arrivals.tolist(), warm_s.tolist(), cold_s.tolist(), strict=True)
    for number, (now, warm, cold) in enumerate(requests):
        while working and working[0] <= now:
            waiting.append(heappop(working))
        while reserved and reserved[0] <= now:
            heappop(reserved)
            free += 1
        oldest = now - rules.idle_reclaim_s
        while waiting and waiting[0] <= oldest:
            waiting.popleft()
        running = len(working) + len(reserved)
        busy[number] = running
        if not calls.take(now) or running >= rules.concurrency:
            outcomes[number] = THROTTLED
        elif free:
            free -= 1
            heappush(reserved, now + warm)
            outcomes[number] = WARM
        elif waiting:
            waiting.pop()
            heappush(working, now + warm)
            outcomes[number] = WARM
        elif starts.take(now):
            heappush(working, now + cold + warm)
            outcomes[number] = COLD
            largest = max(largest, len(working) + rules.provisioned)
        else:
            outcomes[number] = THROTTLED
    return Replay(np.frombuffer(bytes(outcomes), np.uint8), np.array(busy, np.int32), largest)
