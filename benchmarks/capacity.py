"""Turns the image under the emulator into what the cost model needs: ``make bench-capacity``.

For every memory size a container gets the processor share that Lambda gives (1,769 MB are one
processor) and answers requests of one sample and of many, one after the other. The billed
milliseconds are the emulator's own REPORT lines, rounded up as Lambda rounds. Beside them: bytes
that a request leaves in the log, bytes of an answer, and the processor time that the same image
spends on a request as an HTTP server.
"""

import argparse
import http.client
import json
import re
import statistics
import subprocess
import sys
import time
from typing import Any

from benchmarks.containers import MB_PER_PROCESSOR, invocations
from benchmarks.results import record, spread
from benchmarks.setting import PAUSE_S
from tests.image import built_image
from tests.transports import HOST, http_event, invoke_emulator, running_container

MEMORY_MB = (128, 256, 512, 1024, MB_PER_PROCESSOR)
SAMPLE = [5, 1, 1, 1, 2, 1, 3, 1, 1]
MANY = 1000
WARM_UP = 20
HEADERS = {"content-type": "application/json"}


def main() -> int:
    """Measure, print and record."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.capacity", description=__doc__)
    parser.add_argument("--requests", type=int, default=300)
    requests = parser.parse_args().requests
    image = built_image()
    sizes = {str(memory): emulated(image, memory, requests) for memory in MEMORY_MB}
    for memory, found in sizes.items():
        billed, many = found["billed_ms"], found["billed_ms_many"]
        print(f"{memory:>5} MB  1 sample {billed:6.2f} ms billed   {MANY} samples {many:7.1f} ms")
    server = served(image, 10 * requests)
    print(f"as an HTTP server: {server['processor_ms']:.2f} ms of processor time a request")
    record(
        "capacity",
        {
            "command": "make bench-capacity",
            "unit": "ms",
            "requests": requests,
            "many": MANY,
            "memory_mb": sizes,
            "server": server,
            "image_mb": image_mb(image),
        },
    )
    return 0


def calls(port: int, samples: int, count: int) -> list[int]:
    """Bytes of each answer; pauses between, as a share of a processor must grow again first."""
    found = []
    for _ in range(count):
        time.sleep(PAUSE_S)
        found.append(len(ask(port, samples)["body"]))
    return found


def emulated(image: str, memory_mb: int, requests: int) -> dict[str, Any]:
    """Billed milliseconds and bytes of warm invocations at one memory size."""
    processors = f"{memory_mb / MB_PER_PROCESSOR:.3f}"
    with running_container(image, {}, "--cpus", processors, "--memory", f"{memory_mb}m") as port:
        answers = calls(port, 1, WARM_UP + requests)
        many = calls(port, MANY, 3 + requests // 20)
        time.sleep(0.3)
        log = log_of(port)
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


def served(image: str, requests: int) -> dict[str, float]:
    """Processor time of a request to the image as a server, over a kept connection."""
    with running_container(image, {}, "--cpus", "1", command=("serve",)) as port:
        connection = http.client.HTTPConnection(HOST, port, timeout=60)
        body = json.dumps({"samples": [SAMPLE]})

        def ask_once() -> None:
            connection.request("POST", "/v1/predict", body, HEADERS)
            response = connection.getresponse()
            if response.status != 200 or not response.read():
                raise SystemExit(f"the server answers {response.status}")

        for _ in range(WARM_UP):
            ask_once()
        before, started = processor_ms(port), time.perf_counter()
        for _ in range(requests):
            ask_once()
        elapsed_ms = (time.perf_counter() - started) * 1e3
        used = processor_ms(port) - before
        connection.close()
    return {"processor_ms": used / requests, "elapsed_ms": elapsed_ms / requests}


def ask(port: int, samples: int) -> Any:
    """One invocation with so many samples, which must be answered."""
    body = json.dumps({"samples": [SAMPLE] * samples})
    answer = invoke_emulator(port, http_event("POST", "/v1/predict", HEADERS, body))
    if answer["statusCode"] != 200:
        raise SystemExit(f"the function answers {answer['statusCode']}")
    return answer


def container_of(port: int) -> str:
    """Id of the container that publishes this port."""
    return run("docker", "ps", "--quiet", "--no-trunc", "--filter", f"publish={port}").strip()


def log_of(port: int) -> str:
    """What CloudWatch would be sent; the emulator's own talk goes to the other stream."""
    return run("docker", "logs", container_of(port))


def processor_ms(port: int) -> float:
    """Processor time that a container has used, as its own control group counts it."""
    read = "cat /sys/fs/cgroup/cpu.stat 2>/dev/null || cat /sys/fs/cgroup/cpuacct/cpuacct.usage"
    text = run("docker", "exec", container_of(port), "sh", "-c", read)
    usage = re.search(r"usage_usec (\d+)", text)
    return int(usage[1]) / 1e3 if usage else int(text) / 1e6


def image_mb(image: str) -> float:
    """Size of the image as it is unpacked; a registry stores it compressed."""
    return int(run("docker", "image", "inspect", "--format", "{{.Size}}", image)) / 1e6


def run(*command: str) -> str:
    """What a command prints."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    sys.exit(main())
