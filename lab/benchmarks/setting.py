"""Turns memory settings into milliseconds and billed milliseconds: ``make bench-setting``.

Lambda gives a function a share of a processor in proportion to its memory, a whole one at 1,769 MB.
Here a container gets the same share by quota and the same memory by limit, and the emulator's
REPORT lines say what an invocation took and what is billed. Pauses between warm calls let the quota
fill up again, as under sparse traffic. Two things differ from Lambda: the emulator's own work is
inside the quota (about half a millisecond of a call), and Lambda gives the start of a function a
whole processor at any setting, which is why a start is also stated from 1,769 MB.
"""

import statistics
import sys
import time
from typing import Any, NamedTuple

from lab.benchmarks.containers import (
    FAILURES,
    MB_PER_PROCESSOR,
    Invocation,
    Running,
    init_ms,
    invocations,
    reason,
    running,
)
from lab.benchmarks.part import main, progress
from lab.benchmarks.results import spread
from lab.benchmarks.variants import SAMPLE, Variant, WrongAnswer, variants

SIZES_MB = (128, 256, 512, 1024, MB_PER_PROCESSOR)
#: At every size those that the curve compares; the others at the default and at a whole processor.
CURVES = ("scorecard", "sam-apigw-scikit")
OTHERS = ("bare", "sklearn", "fastapi-mangum", "powertools-validation")
OTHERS_AT_MB = (512, MB_PER_PROCESSOR)
#: Samples in a request → calls of it a round.
CALLS = {1: 15, 100: 5, 10_000: 2}
PAUSE_S = 0.1
#: The curve has no bar, and AWS's way takes half a minute a round: fewer rounds will do.
FEWER = 3


class Session(NamedTuple):
    """What one container did: its start, its first invocation, and those by samples a request."""

    init_ms: float
    first: Invocation
    warm: dict[int, list[Invocation]]


def run(rounds: int) -> dict[str, dict[str, Any]]:
    """Measure every variant at its sizes."""
    rounds = max(2, rounds // FEWER)
    built, missing = variants([*CURVES, *OTHERS])
    sessions: dict[str, dict[int, list[Session]]] = {}
    failures: dict[str, dict[str, str]] = {}
    for number in range(1, rounds + 1):
        for variant in built:
            sizes = SIZES_MB if variant.name in CURVES else OTHERS_AT_MB
            progress(number, rounds, f"memory settings of {variant.name}")
            for memory_mb in sizes:
                try:
                    one = session(variant, memory_mb)
                except FAILURES as error:
                    failures.setdefault(variant.name, {})[str(memory_mb)] = reason(error)
                    print(f"  {memory_mb} MB: {reason(error)}", flush=True)
                else:
                    sessions.setdefault(variant.name, {}).setdefault(memory_mb, []).append(one)
    found = {
        name: {str(memory_mb): summary(many) for memory_mb, many in by_size.items()}
        for name, by_size in sessions.items()
    }
    show(found)
    return {
        "setting": {
            "command": "make bench-setting",
            "unit": "ms",
            "rounds": rounds,
            "memory_mb": found,
            "failed": failures,
            "missing": missing,
        }
    }


def session(variant: Variant, memory_mb: int) -> Session:
    """One container: the first call, then warm ones of every size."""
    with running(variant, memory_mb) as container:
        caller = container.caller()
        bodies = {samples: variant.road.body(list(SAMPLE) * samples) for samples in CALLS}
        if variant.labels_in(caller.send(bodies[1])) != ["benign"]:
            raise WrongAnswer(f"{variant.name} answers wrongly at {memory_mb} MB")
        for samples, calls in CALLS.items():
            for _ in range(calls):
                time.sleep(PAUSE_S)
                labels = variant.labels_in(caller.send(bodies[samples]))
                if variant.expected and len(labels) != samples:
                    raise WrongAnswer(f"{variant.name} answers {len(labels)} of {samples} samples")
        caller.close()
        log = _settled_log(container, 1 + sum(CALLS.values()))
    first, *rest = invocations(log)
    warm = {}
    for samples, calls in CALLS.items():
        warm[samples], rest = rest[:calls], rest[calls:]
    return Session(init_ms(log) or 0.0, first, warm)


def _settled_log(container: Running, count: int) -> str:
    """The log once it holds every REPORT: the last is written after its answer."""
    for _ in range(100):
        log = container.logs()
        if len(invocations(log)) == count:
            return log
        time.sleep(0.05)
    raise WrongAnswer(f"{len(invocations(log))} REPORT lines for {count} invocations")


def summary(sessions: list[Session]) -> dict[str, Any]:
    """Medians of durations, means of what is billed (a bill is a sum), by samples a request."""
    doubled = sessions if len(sessions) > 1 else sessions * 2
    return {
        "init_ms": statistics.median(each.init_ms for each in sessions),
        "cold_ms": spread([each.first.duration_ms for each in doubled])._asdict(),
        "cold_billed_ms": statistics.fmean(each.first.billed_ms for each in sessions),
        "first_ms": statistics.median(
            max(0.0, each.first.duration_ms - each.init_ms) for each in sessions
        ),
        "warm": {
            str(samples): {
                "duration_ms": spread(
                    [found.duration_ms for each in sessions for found in each.warm[samples]]
                )._asdict(),
                "billed_ms": statistics.fmean(
                    found.billed_ms for each in sessions for found in each.warm[samples]
                ),
            }
            for samples in sessions[0].warm
        },
    }


def show(found: dict[str, Any]) -> None:
    """Print a line for each variant and size."""
    print(f"\n{'billed ms':<28} {'MB':>5} {'cold':>8} {'1':>7} {'100':>8} {'10,000':>9}")
    for name, by_size in found.items():
        for memory_mb, entry in by_size.items():
            warm = " ".join(f"{each['billed_ms']:8.1f}" for each in entry["warm"].values())
            print(f"{name:<28} {memory_mb:>5} {entry['cold_billed_ms']:8.0f} {warm}")


if __name__ == "__main__":
    sys.exit(main("setting", run))
