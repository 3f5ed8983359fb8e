"""Turns a developer's commands into seconds: ``make bench-loop``.

``make serve`` until the API answers, ``make train`` until the artifact is written; with
``TESTS=1``, ``make test`` once, which takes minutes. All warm: what the commands install and build
is there already.
"""

import http.client
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from lab.benchmarks.part import Series, entry, main, progress
from lab.benchmarks.results import Bar
from tests.support.image import ROOT
from tests.support.transports import HOST, free_port

BARS = (
    Bar("make serve until it answers", "make serve", None, 5, at_most=True, unit="s"),
    Bar("make train", "make train", None, 10, at_most=True, unit="s"),
)
TEST_BARS = (Bar("make test", "make test", None, 300, at_most=True, unit="s"),)
#: Each takes seconds, and says the same each time.
FEWER = 3
LIMIT_S = 120


def run(rounds: int) -> dict[str, dict[str, Any]]:
    """Measure the quick commands some times, and the tests once where they are asked for."""
    rounds = max(2, rounds // FEWER)
    seconds: Series = {"make serve": [], "make train": []}
    for number in range(rounds + 1):
        progress(number, rounds, "make serve, make train")
        served, trained = serve_s(), train_s()
        if number:
            seconds["make serve"].append(served)
            seconds["make train"].append(trained)
    command = "make bench-loop"
    found = {"loop": entry(command, "s", rounds, seconds, BARS)}
    if os.environ.get("TESTS"):
        found["tests"] = entry(f"{command} TESTS=1", "s", 1, {"make test": [test_s()]}, TEST_BARS)
    return found


def serve_s() -> float:
    """Seconds from the command to the first healthy answer."""
    port = free_port()
    with tempfile.TemporaryFile() as log:
        started = time.perf_counter()
        process = subprocess.Popen(
            ["make", "--silent", "serve", f"PORT={port}"],
            cwd=ROOT,
            stdout=log,
            stderr=log,
            process_group=0,
        )
        try:
            while not _is_healthy(port):
                if process.poll() is not None or time.perf_counter() - started > LIMIT_S:
                    log.seek(0)
                    raise SystemExit(f"make serve failed: {log.read()[-2000:].decode()}")
                time.sleep(0.02)
            return time.perf_counter() - started
        finally:
            # The whole group: make does not take its children with it
            os.killpg(process.pid, 15)
            process.wait(30)


def train_s() -> float:
    """Seconds of fitting, judging and writing an artifact, into a directory of its own."""
    with tempfile.TemporaryDirectory(prefix="loop-") as directory:
        started = time.perf_counter()
        # `make train` itself, but for where it writes: the artifact that is served stays as it is
        command = [sys.executable, "-m", "training", "--out", str(Path(directory) / "artifact")]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        return time.perf_counter() - started


def test_s() -> float:
    """Seconds of the whole suite, which must pass."""
    started = time.perf_counter()
    subprocess.run(["make", "--silent", "test"], cwd=ROOT, check=True)
    return time.perf_counter() - started


def _is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/v1/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main("loop", run))
