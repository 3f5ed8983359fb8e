"""Measures warm answers to one sample, their slowest percent, and the rate of servers."""

import statistics
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

from lab.benchmarks.cold import rotated
from lab.benchmarks.containers import Running, first_labels, running
from lab.benchmarks.results import entry
from lab.benchmarks.variants import SAMPLE, Caller, Variant

#: Answers a round; more for the two whose slowest percent is compared.
CALLS, CALLS_OF_TAIL = 100, 1_000
IN_TAIL = ("bare", "ours")
WARM_UP = 50
CALLERS, CALLS_OF_EACH = 4, 50


def warm(variants: Sequence[Variant], rounds: int) -> dict[str, Any]:
    """Ask all variants in turns over kept connections; all run at once, one processor each."""
    answers, tail, rates = (defaultdict[str, list[float]](list) for _ in range(3))
    with ExitStack() as stack:
        containers = {each.name: stack.enter_context(running(each)) for each in variants}
        for container in containers.values():
            _answers_ms(container, WARM_UP)
        for number in range(1, rounds + 1):
            print(f"warm answers: round {number} of {rounds}", flush=True)
            for variant in rotated(variants, number):
                name, container = variant.name, containers[variant.name]
                taken = _answers_ms(container, CALLS_OF_TAIL if name in IN_TAIL else CALLS)
                answers[name].append(statistics.median(taken))
                if name in IN_TAIL:
                    tail[f"{name}, median"].append(statistics.median(taken))
                    tail[f"{name}, 99 %"].append(statistics.quantiles(taken, n=100)[98])
                if variant.is_server:
                    rates[name].append(_rate(container))
    return {
        "warm": entry("ms", rounds, answers),
        "tail": entry("ms", rounds, tail),
        "rate": entry("requests/s", rounds, rates),
    }


def _answers_ms(container: Running, calls: int) -> list[float]:
    # A new connection each round: servers close one that was idle during the others' turns
    caller = Caller(container.port, container.variant)
    first_labels(caller)
    body = container.variant.protocol.body([SAMPLE])
    taken = []
    for _ in range(calls):
        started = time.perf_counter()
        caller.send(body)
        taken.append((time.perf_counter() - started) * 1e3)
    caller.close()
    return taken


def _rate(container: Running) -> float:
    """Return the requests a second of several callers who each wait for their answers."""
    body = container.variant.protocol.body([SAMPLE])
    callers = [Caller(container.port, container.variant) for _ in range(CALLERS)]

    def ask(caller: Caller) -> None:
        for _ in range(CALLS_OF_EACH):
            caller.send(body)
        caller.close()

    started = time.perf_counter()
    with ThreadPoolExecutor(CALLERS) as pool:
        list(pool.map(ask, callers))
    return CALLERS * CALLS_OF_EACH / (time.perf_counter() - started)
