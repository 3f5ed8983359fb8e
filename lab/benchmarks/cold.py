"""Turns images into cold starts: ``make bench-cold``.

A cold start here lasts from a container whose emulator listens, with nothing of the function
running yet, to the first complete and correct answer: the runtime's start, the function's imports,
the model's load and one prediction. A server's lasts from its container's first process to the
first correct answer. Containers get one processor, as Lambda gives at 1,769 MB. Variants are
interleaved, so that whatever else the machine does meets all of them alike. What the control
groups of the same containers have used by then comes beside it: processor time, which a busy
machine disturbs least, and the most memory.
"""

import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from lab.benchmarks.containers import FAILURES, first_labels, reason, running
from lab.benchmarks.part import Series, entry, main, progress
from lab.benchmarks.results import Bar
from lab.benchmarks.variants import NAMES, SAMPLE, Variant, WrongAnswer, check, variants

BARS = (
    Bar("cold: ours, scorecard / bare handler", "scorecard", "bare", 1.8, at_most=True),
    Bar("cold: AWS's way / ours, scorecard", "sam-apigw-scikit", "scorecard", 14.0, at_most=False),
    Bar("cold: ours, sklearn / AWS's way", "sklearn", "sam-apigw-scikit", 0.6, at_most=True),
)
MEMORY_BARS = (
    Bar("peak memory: ours, scorecard / bare handler", "scorecard", "bare", 1.5, at_most=True),
)
CORRECT = ["benign"]


class Start(NamedTuple):
    """One cold start: by the clock, in processor time, and in memory held at most."""

    elapsed_ms: float
    processor_ms: float
    peak_mb: float


def run(rounds: int) -> dict[str, dict[str, Any]]:
    """Measure what every variant's cold starts take."""
    built, missing = variants(NAMES)
    built, wrong = checked(built)
    starts = measure(built, rounds)

    def series(of: Callable[[Start], float]) -> Series:
        return {name: [of(start) for start in found] for name, found in starts.items()}

    command = "make bench-cold"
    elapsed = entry(command, "ms", rounds, series(lambda start: start.elapsed_ms), BARS)
    return {
        "cold": elapsed | {"missing": missing | wrong},
        "processor": entry(command, "ms", rounds, series(lambda start: start.processor_ms)),
        "memory": entry(command, "MB", rounds, series(lambda start: start.peak_mb), MEMORY_BARS),
    }


def checked(built: list[Variant]) -> tuple[list[Variant], dict[str, str]]:
    """Those whose answers are their models', and for the others what is wrong.

    Raises
    ------
    WrongAnswer
        Where one of ours, or a peer that a bar names, is wrong: its time would mean nothing.
    """
    right, wrong = [], {}
    for variant in built:
        try:
            with running(variant) as container:
                caller = container.caller()
                first_labels(caller, [list(SAMPLE[0])])
                check(caller, variant)
            right.append(variant)
        except FAILURES as error:
            if any(variant.name in (bar.numerator, bar.denominator) for bar in BARS):
                raise
            wrong[variant.name] = f"does not answer rightly: {reason(error)}"
            print(f"{variant.name} {wrong[variant.name]}")
    return right, wrong


def measure(measured: list[Variant], rounds: int) -> dict[str, list[Start]]:
    """Starts of each, one a round, after one round that counts not."""
    starts: dict[str, list[Start]] = {variant.name: [] for variant in measured}
    for number in range(rounds + 1):
        progress(number, rounds, "cold starts")
        # Each round starts elsewhere, so that no variant always follows the same one
        offset = number % len(measured)
        for variant in measured[offset:] + measured[:offset]:
            start = cold_start(variant)
            if number:
                starts[variant.name].append(start)
    return starts


def cold_start(variant: Variant) -> Start:
    """The first answer of a fresh container, which must be correct."""
    with running(variant) as container:
        caller = container.caller()
        if variant.is_server:
            labels = first_labels(caller, [list(SAMPLE[0])])
            elapsed_s = time.time() - container.started()
        else:
            body = variant.road.body(SAMPLE)
            started = time.perf_counter()
            answer = caller.send(body)
            elapsed_s = time.perf_counter() - started
            labels = variant.labels_in(answer)
        start = Start(elapsed_s * 1e3, container.processor_s() * 1e3, container.peak_bytes() / 1e6)
        caller.close()
    if labels != CORRECT:
        raise WrongAnswer(f"{variant.name} answers {labels}")
    return start


if __name__ == "__main__":
    sys.exit(main("cold", run))
