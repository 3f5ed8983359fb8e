"""Turns the image under the emulator into what the cost model needs: ``make bench-capacity``.

For every memory size a container gets the processor share that Lambda gives (1,769 MB are one
processor) and answers requests of one sample and of many, one after the other. The billed
milliseconds are the emulator's own REPORT lines, rounded up as Lambda rounds. Beside them: bytes
that a request leaves in the log, bytes of an answer, and the processor time that the same image
spends on a request as an HTTP server.
"""

import argparse
import json
import statistics
import sys
import time
from typing import Any

from benchmarks.containers import MB_PER_PROCESSOR, first_labels, invocations, running
from benchmarks.images import bytes_of
from benchmarks.results import record, spread
from benchmarks.setting import PAUSE_S
from benchmarks.variants import SAMPLE, Caller, Variant, WrongAnswer, variant

MEMORY_MB = (128, 256, 512, 1024, MB_PER_PROCESSOR)
MANY = 1000
WARM_UP = 20


def main() -> int:
    """Measure, print and record."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.capacity", description=__doc__)
    parser.add_argument("--requests", type=int, default=300)
    requests = parser.parse_args().requests
    ours, server = variant("scorecard"), variant("scorecard-server")
    sizes = {str(memory): emulated(ours, memory, requests) for memory in MEMORY_MB}
    for memory, found in sizes.items():
        billed, many = found["billed_ms"], found["billed_ms_many"]
        print(f"{memory:>5} MB  1 sample {billed:6.2f} ms billed   {MANY} samples {many:7.1f} ms")
    as_server = served(server, 10 * requests)
    print(f"as an HTTP server: {as_server['processor_ms']:.2f} ms of processor time a request")
    record(
        "capacity",
        {
            "command": "make bench-capacity",
            "unit": "ms",
            "requests": requests,
            "many": MANY,
            "memory_mb": sizes,
            "server": as_server,
            # As it is unpacked; a registry stores it compressed
            "image_mb": bytes_of(ours.image) / 1e6,
        },
    )
    return 0


def calls(caller: Caller, asked: Variant, samples: int, count: int) -> list[int]:
    """Bytes of each answer; pauses between, as a share of a processor must grow again first."""
    body = asked.road.body(list(SAMPLE) * samples)
    found = []
    for _ in range(count):
        time.sleep(PAUSE_S)
        answer = json.loads(caller.send(body))
        if answer["statusCode"] != 200:
            raise WrongAnswer(f"the function answers {answer['statusCode']}")
        found.append(len(answer["body"]))
    return found


def emulated(ours: Variant, memory_mb: int, requests: int) -> dict[str, Any]:
    """Billed milliseconds and bytes of warm invocations at one memory size."""
    with running(ours, memory_mb) as container:
        caller = container.caller()
        answers = calls(caller, ours, 1, WARM_UP + requests)
        many = calls(caller, ours, MANY, 3 + requests // 20)
        caller.close()
        time.sleep(0.3)
        log = container.output()
    found = invocations(log)
    if len(found) != len(answers) + len(many):
        raise SystemExit(f"{len(answers) + len(many)} invocations, {len(found)} REPORT lines")
    one, rest = found[WARM_UP : len(answers)], found[len(answers) + 3 :]
    return {
        "billed_ms": statistics.fmean(call.billed_ms for call in one),
        "billed_ms_many": statistics.fmean(call.billed_ms for call in rest),
        "duration_ms": spread([call.duration_ms for call in one])._asdict()
        | {"percentile_99": statistics.quantiles([call.duration_ms for call in one], n=100)[98]},
        "log_bytes": len(log.encode()) / len(found),
        "answer_bytes": statistics.fmean(answers),
        "answer_bytes_many": statistics.fmean(many),
    }


def served(server: Variant, requests: int) -> dict[str, float]:
    """Processor time of a request to the image as a server, over a kept connection."""
    body = server.road.body(SAMPLE)
    with running(server) as container:
        caller = container.caller()
        first_labels(caller, [list(SAMPLE[0])])
        for _ in range(WARM_UP):
            caller.labels(SAMPLE)
        before_s, started = container.processor_s(), time.perf_counter()
        for _ in range(requests):
            caller.send(body)
        elapsed_ms = (time.perf_counter() - started) * 1e3
        used_ms = (container.processor_s() - before_s) * 1e3
        caller.labels(SAMPLE)
        caller.close()
    return {"processor_ms": used_ms / requests, "elapsed_ms": elapsed_ms / requests}


if __name__ == "__main__":
    sys.exit(main())
