"""Turns running containers into warm answers: ``make bench-warm``.

Every variant runs at once, on one processor each, and they are asked in turns over kept
connections. Three results: milliseconds of one answer through the emulator (or the server), their
tail over 10,000 answers, and the processor time that the handler alone spends on a request. Servers
are also asked by four callers at once, which gives the requests per second that one processor
carries.
"""

import os
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, redirect_stdout
from pathlib import Path
from typing import Any

from lab.benchmarks.containers import FAILURES, Running, first_labels, reason, running
from lab.benchmarks.part import Series, entry, main, progress
from lab.benchmarks.results import Bar
from lab.benchmarks.variants import JSON, NAMES, SAMPLE, Caller, Variant, WrongAnswer, variants
from tests.support.image import ROOT
from tests.support.transports import http_event

#: Answers a round; nine rounds of the two that a bar compares make 10,000.
CALLS, CALLS_OF_BAR = 100, 1_112
IN_THE_BAR = ("bare", "scorecard")
WARM_UP = 50
CALLERS, CALLS_OF_EACH = 4, 50
HANDLER_CALLS = 2_000

BARS = (Bar("warm: ours / bare handler, through the emulator", "scorecard", "bare", 1.3, True),)
TAIL_BARS = (
    Bar("warm: ours, 99th percentile / median", "scorecard, p99", "scorecard, p50", 3.0, True),
)
HANDLER_BARS = (
    Bar("warm: processor time of our handler", "scorecard", None, 0.25, at_most=True, unit="ms"),
)


def run(rounds: int) -> dict[str, dict[str, Any]]:
    """Measure every variant's warm answers, their tail, the handler alone and servers' rates."""
    built, _ = variants(NAMES)
    command = "make bench-warm"
    answers, tail, rates = measure(built, rounds)
    handler = {"scorecard": handler_ms(rounds)}
    return {
        "warm": entry(command, "ms", rounds, answers, BARS),
        "tail": entry(command, "ms", rounds, tail, TAIL_BARS) | {"calls": CALLS_OF_BAR * rounds},
        "handler": entry(command, "ms", rounds, handler, HANDLER_BARS),
        "rate": entry(command, "requests/s", rounds, rates),
    }


def measure(built: list[Variant], rounds: int) -> tuple[Series, Series, Series]:
    """Medians, percentiles and servers' rates, each one a round."""
    answers: Series = {}
    tail: Series = {}
    rates: Series = {}
    with ExitStack() as stack:
        opened = _open(built, stack)
        for number in range(1, rounds + 1):
            progress(number, rounds, "warm answers")
            offset = number % len(opened)
            for container in opened[offset:] + opened[:offset]:
                name = container.variant.name
                taken = _answers_ms(container)
                answers.setdefault(name, []).append(statistics.median(taken))
                if name in IN_THE_BAR:
                    tail.setdefault(f"{name}, p50", []).append(statistics.median(taken))
                    last = statistics.quantiles(taken, n=100)[98]
                    tail.setdefault(f"{name}, p99", []).append(last)
                if container.variant.is_server:
                    rates.setdefault(name, []).append(rate(container))
    return answers, tail, rates


def _open(built: list[Variant], stack: ExitStack) -> list[Running]:
    opened = []
    for variant in built:
        try:
            container = stack.enter_context(running(variant))
            caller = container.caller()
            first_labels(caller, [list(SAMPLE[0])])
            for _ in range(WARM_UP):
                caller.labels(SAMPLE)
            caller.close()
        except FAILURES as error:
            if variant.name in IN_THE_BAR:
                raise
            print(f"{variant.name} is left out: {reason(error)}")
            continue
        opened.append(container)
    return opened


def _answers_ms(container: Running) -> list[float]:
    # A connection of this round's own: servers close one that was idle for the others' turns
    caller = container.caller()
    caller.labels(SAMPLE)
    name, body = container.variant.name, container.variant.road.body(SAMPLE)
    taken = []
    for _ in range(CALLS_OF_BAR if name in IN_THE_BAR else CALLS):
        started = time.perf_counter()
        caller.send(body)
        taken.append((time.perf_counter() - started) * 1e3)
    caller.close()
    return taken


def rate(container: Running) -> float:
    """Requests a second that a server answers to callers who wait for each answer."""
    body = container.variant.road.body(SAMPLE)

    def ask(caller: Caller) -> None:
        for _ in range(CALLS_OF_EACH):
            caller.send(body)

    callers = [container.caller() for _ in range(CALLERS)]
    started = time.perf_counter()
    with ThreadPoolExecutor(CALLERS) as pool:
        list(pool.map(ask, callers))
    elapsed_s = time.perf_counter() - started
    for caller in callers:
        caller.close()
    return CALLERS * CALLS_OF_EACH / elapsed_s


def handler_ms(rounds: int) -> list[float]:
    """Processor time of one call of the handler in this process, its log lines included."""
    os.environ.setdefault("MODEL_DIR", str(ROOT / "artifact"))
    from predict.app import handler

    event = http_event("POST", "/v1/predict", JSON, '{"samples": [[5, 1, 1, 1, 2, 1, 3, 1, 1]]}')
    found = []
    with Path(os.devnull).open("w") as sink, redirect_stdout(sink):
        for _ in range(rounds + 1):
            started = time.process_time()
            for _ in range(HANDLER_CALLS):
                answer = handler(event, None)
            found.append((time.process_time() - started) * 1e3 / HANDLER_CALLS)
    if answer["statusCode"] != 200:
        raise WrongAnswer(f"the handler answers {answer['statusCode']}")
    return found[1:]


if __name__ == "__main__":
    sys.exit(main("warm", run))
