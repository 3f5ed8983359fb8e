"""Turns traffic into what came of it: a burst over capacity, a soak, and a server's long day."""

import http.client
import json
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

from tests.containers import Container, started
from tests.load.traffic import Ask, is_right, traffic
from tests.pool import BAD_GATEWAY, GATEWAY_TIMEOUT, HALF_GB, THROTTLED, ContainerPool
from tests.transports import HOST

CAP = 3

#: Memory may differ by so much between the second fifth of a run and its last.
FLAT_BYTES = 4_000_000
PAUSE_S = 5.0

Send = Callable[[Ask], int]


class Tally:
    """Counts of answers, from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.statuses: Counter[int] = Counter()
        self.wrong = 0
        self.times_s: list[float] = []

    def add(self, status: int, right: bool, took_s: float) -> None:
        with self._lock:
            self.statuses[status] += 1
            self.wrong += not right
            self.times_s.append(took_s)

    @property
    def lost(self) -> int:
        """Accepted, and not answered by the function."""
        return self.statuses[BAD_GATEWAY] + self.statuses[GATEWAY_TIMEOUT] + self.statuses[0]


class Memory:
    """Samples the memory of containers until it is closed."""

    def __init__(self, containers: list[Container]) -> None:
        self._containers = containers
        self._series: dict[str, list[int]] = {one.name: [] for one in containers}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def close(self) -> list[list[int]]:
        """One list of bytes per container, in order of time."""
        self._over.set()
        self._thread.join()
        return [*self._series.values()]

    def _watch(self) -> None:
        while not self._over.wait(PAUSE_S):
            for container in self._containers:
                self._series[container.name].append(container.memory_bytes())


def burst(image: str, duration_s: float) -> dict[str, Any]:
    """Ten times as many requests as the pool can serve, at their own pace (open loop)."""
    asks = traffic(200, rows=300)
    with ContainerPool(image, CAP, *HALF_GB) as pool:
        pool.warm()
        capacity = _capacity(pool, asks)
        tally = Tally()
        rate = 10 * capacity
        took_s = _open_loop(pool, asks, rate, duration_s, tally)
        after = Tally()
        for ask in asks[:20]:
            _carry(pool, ask, after)
        accepted = tally.statuses.total() - tally.statuses[THROTTLED]
        return {
            **_counts(tally, capacity, took_s),
            "afterwards": _shown(after.statuses),
            "held": not tally.lost
            and not tally.wrong
            and not after.lost
            and not after.statuses[THROTTLED]
            and duration_s >= 60
            and tally.statuses.total() / took_s >= 9.5 * capacity
            and tally.statuses[THROTTLED] > accepted,
        }


def soak(image: str, duration_s: float) -> dict[str, Any]:
    """Half of what the pool can serve, for long: each answer right, memory as at the start."""
    asks = traffic(500, rows=100)
    with ContainerPool(image, CAP, *HALF_GB) as pool:
        pool.warm()
        capacity = _capacity(pool, asks)
        tally = Tally()
        before = {one.name for one in pool.containers()}
        memory = Memory(pool.containers())
        took_s = _open_loop(pool, asks, 0.5 * capacity, duration_s, tally)
        series = memory.close()
        same = before == {one.name for one in pool.containers()}
    growth = max(_growth(one) for one in series)
    return {
        **_counts(tally, capacity, took_s),
        **_memory(series),
        "held": not tally.lost
        and not tally.wrong
        and same
        and growth <= FLAT_BYTES
        and duration_s >= 600,
    }


def _counts(tally: Tally, capacity: float, took_s: float) -> dict[str, Any]:
    """What the pool was asked, and what became of it."""
    requests, refused = tally.statuses.total(), tally.statuses[THROTTLED]
    return {
        "containers": CAP,
        "capacity, requests/s": round(capacity, 1),
        "offered, requests/s": round(requests / took_s, 1),
        "duration, s": round(took_s),
        "requests": requests,
        "refused with 429": refused,
        "accepted": requests - refused,
        "accepted and lost": tally.lost,
        "wrong answers": tally.wrong,
    }


def serve(image: str, rate: float) -> dict[str, Any]:
    """As many requests as ``rate`` makes in two hours, at full speed, to the image as a server."""
    asks = traffic(500, rows=100)
    tally = Tally()
    callers, requests = 4, round(rate * 7_200)
    with started(image, "--memory", "512m", command=("serve",)) as container:
        memory = Memory([container])
        started_s = time.monotonic()
        with ThreadPoolExecutor(callers) as threads:
            shares = [requests // callers + (part < requests % callers) for part in range(callers)]
            list(threads.map(lambda n: _keep_asking(container.port, asks, n, tally), shares))
        took_s = time.monotonic() - started_s
        series = memory.close()
        alive = container.state()["Running"]
    return {
        "containers": 1,
        "offered, requests/s": round(requests / took_s, 1),
        "duration, s": round(took_s),
        "requests": tally.statuses.total(),
        "stands for": f"two hours of {rate:g} requests/s",
        "accepted": tally.statuses.total(),
        "accepted and lost": tally.lost,
        "wrong answers": tally.wrong,
        **_memory(series),
        "held": alive
        and not tally.lost
        and not tally.wrong
        and _growth(series[0]) <= FLAT_BYTES
        and tally.statuses.total() == requests,
    }


def _capacity(pool: ContainerPool, asks: list[Ask], duration_s: float = 10) -> float:
    """Requests a second that the pool answers when each container always has one (closed loop)."""
    tally, over = Tally(), time.monotonic() + duration_s

    def ask_on(seed: int) -> None:
        dice = Random(seed)
        while time.monotonic() < over:
            _carry(pool, dice.choice(asks), tally)

    with ThreadPoolExecutor(CAP) as callers:
        list(callers.map(ask_on, range(CAP)))
    if tally.wrong or tally.lost:
        raise AssertionError(f"answers went wrong before any load: {tally.statuses}")
    return tally.statuses.total() / duration_s


def _open_loop(
    pool: ContainerPool, asks: list[Ask], rate: float, duration_s: float, tally: Tally
) -> float:
    """Requests at random moments, answered or not the ones before; the seconds that it took."""
    dice = Random(1)
    started_s = due_s = time.monotonic()
    with ThreadPoolExecutor(4 * CAP) as callers:
        while due_s < started_s + duration_s:
            due_s += dice.expovariate(rate)
            if (early_s := due_s - time.monotonic()) > 0:
                time.sleep(early_s)
            callers.submit(_carry, pool, dice.choice(asks), tally)
    return time.monotonic() - started_s


def _carry(pool: ContainerPool, ask: Ask, tally: Tally) -> None:
    sent_s = time.monotonic()
    delivery = pool.invoke(ask.event)
    refused = delivery.status in (THROTTLED, BAD_GATEWAY, GATEWAY_TIMEOUT)
    right = refused or is_right(ask, delivery.answer)
    tally.add(delivery.status, right, time.monotonic() - sent_s)


def _keep_asking(port: int, asks: list[Ask], count: int, tally: Tally) -> None:
    """Requests over one kept connection; one that is lost counts as status 0."""
    dice = Random(count)
    connection = http.client.HTTPConnection(HOST, port, timeout=60)
    for _ in range(count):
        ask = dice.choice(asks)
        sent_s = time.monotonic()
        headers = {"content-type": ask.kind}
        try:
            connection.request("POST", "/v1/predict", ask.body, headers)
            response = connection.getresponse()
            body = response.read().decode()
            right = (response.status, _anonymous(body)) == (ask.status, _anonymous(ask.answer))
            tally.add(response.status, right, time.monotonic() - sent_s)
        except (OSError, http.client.HTTPException):
            connection.close()
            tally.add(0, True, time.monotonic() - sent_s)
    connection.close()


def _anonymous(body: str) -> str:
    """A problem document repeats the request's own id; all else must be equal to the byte."""
    if '"request_id"' not in body:
        return body
    return json.dumps(json.loads(body) | {"request_id": ""})


def _growth(series: list[int]) -> float:
    """Bytes that the last fifth holds more than the second, where all is warm."""
    fifth = max(1, len(series) // 5)
    return statistics.median(series[-fifth:]) - statistics.median(series[fifth : 2 * fifth])


def _memory(series: list[list[int]]) -> dict[str, str]:
    fifth = max(1, len(series[0]) // 5)
    early = [statistics.median(one[fifth : 2 * fifth]) / 1e6 for one in series]
    late = [statistics.median(one[-fifth:]) / 1e6 for one in series]
    return {
        "memory in the second fifth, MB": ", ".join(f"{value:.1f}" for value in early),
        "memory in the last fifth, MB": ", ".join(f"{value:.1f}" for value in late),
    }


def _shown(statuses: Counter[int]) -> str:
    return ", ".join(f"{count} × {status}" for status, count in sorted(statuses.items()))
