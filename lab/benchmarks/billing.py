"""Measures what Lambda bills of this service at each memory size, for the cost model.

The emulator's REPORT lines give durations and billed milliseconds. Pauses between the requests let
the processor quota fill up again, as it does under sparse traffic.
"""

import json
import statistics
import time
from typing import Any, NamedTuple

from lab.benchmarks.containers import MB_PER_PROCESSOR, Invocation, invocations, running
from lab.benchmarks.variants import SAMPLE, Caller, Variant, WrongAnswer

SIZES_MB = (128, 256, 512, 1024, MB_PER_PROCESSOR)
#: Samples of a large request.
MANY = 1_000
#: Requests a round with one sample and with many.
CALLS = {1: 30, MANY: 3}
PAUSE_S = 0.05
#: CloudWatch Logs bills these for each line in addition.
BYTES_A_LINE = 26


class Session(NamedTuple):
    """One container: its warm invocations and answer by samples a request, and its log."""

    taken: dict[int, list[Invocation]]
    answer_bytes: dict[int, int]
    log_bytes: float


def billing(ours: Variant, rounds: int) -> dict[str, Any]:
    """Measure one container of each memory size a round."""
    sessions: dict[int, list[Session]] = {size: [] for size in SIZES_MB}
    for number in range(1, rounds + 1):
        print(f"billed milliseconds: round {number} of {rounds}", flush=True)
        for memory_mb, found in sessions.items():
            found.append(_session(ours, memory_mb))
    everything = [session for found in sessions.values() for session in found]
    one, many = (everything[0].answer_bytes[samples] for samples in CALLS)
    entry = {
        "unit": "ms",
        "rounds": rounds,
        "memory_mb": {
            str(size): of_size(
                *([each for one in found for each in one.taken[samples]] for samples in CALLS)
            )
            for size, found in sessions.items()
        },
        "log_bytes": statistics.fmean(each.log_bytes for each in everything) + BYTES_A_LINE,
        "answer_bytes": one,
        "answer_sample_bytes": (many - one) / (MANY - 1),
    }
    return {"billing": entry}


def of_size(one: list[Invocation], many: list[Invocation]) -> dict[str, float]:
    """Return the mean billed ms of a request, of each sample more, and the slowest percent."""
    first, last = (statistics.fmean(each.billed_ms for each in taken) for taken in (one, many))
    durations = [each.duration_ms for each in one]
    return {
        "billed_ms": first,
        "sample_ms": max(0.0, last - first) / (MANY - 1),
        "slow_ms": statistics.quantiles(durations, n=100, method="inclusive")[98],
    }


def _session(ours: Variant, memory_mb: int) -> Session:
    answer_bytes = {}
    with running(ours, memory_mb) as container:
        caller = Caller(container.port, ours)
        caller.labels([SAMPLE])
        for samples, calls in CALLS.items():
            body = ours.protocol.body([SAMPLE] * samples)
            for _ in range(calls):
                time.sleep(PAUSE_S)
                answer_bytes[samples] = len(json.loads(caller.send(body))["body"])
        caller.close()
        time.sleep(1)  # the emulator writes the last REPORT after the answer
        output, emulated = container.logs()
    _, *found = invocations(output + emulated)
    if len(found) != sum(CALLS.values()):
        raise WrongAnswer(f"{len(found)} REPORT lines at {memory_mb} MB")
    lines = [line for line in output.splitlines(keepends=True) if line.startswith("{")]
    taken = {1: found[: CALLS[1]], MANY: found[CALLS[1] :]}
    return Session(taken, answer_bytes, len("".join(lines).encode()) / (1 + len(found)))
