"""Starts a variant as a container with Lambda's share of a processor, and reads what it used."""

import http.client
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from lab.benchmarks.protocols import HOST
from lab.benchmarks.variants import SAMPLE, Caller, Variant, WrongAnswer

#: MB at which Lambda gives one whole processor; other sizes get a proportional share.
MB_PER_PROCESSOR = 1769
CGROUPS = Path("/sys/fs/cgroup")
#: Errors of a container that does not start, ends early or answers wrongly.
FAILURES = (OSError, http.client.HTTPException, subprocess.CalledProcessError, WrongAnswer)
_REPORT = re.compile(r"^REPORT .*?\tDuration: ([\d.]+) ms\tBilled Duration: (\d+) ms", re.M)


class Invocation(NamedTuple):
    """The emulator's REPORT line of one invocation."""

    duration_ms: float
    billed_ms: int


def invocations(log: str) -> list[Invocation]:
    """Return every invocation of a log, in order."""
    return [Invocation(float(took), int(billed)) for took, billed in _REPORT.findall(log)]


class Running(NamedTuple):
    """A container of a variant, and its port on this machine."""

    variant: Variant
    port: int
    container: str

    def started(self) -> float:
        """Return the time at which its first process began, in seconds since the epoch."""
        text = docker("inspect", "--format", "{{.State.StartedAt}}", self.container)
        return datetime.fromisoformat(text).timestamp()

    def peak_mb(self) -> float:
        """Return the most memory that its control group has used."""
        pid = docker("inspect", "--format", "{{.State.Pid}}", self.container)
        for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            version_1 = CGROUPS / "memory" / path.lstrip("/") / "memory.max_usage_in_bytes"
            version_2 = CGROUPS / path.lstrip("/") / "memory.peak"
            found = version_2 if not controllers else version_1
            if found.exists() and controllers in ("", "memory"):
                return int(found.read_text()) / 1e6
        raise FileNotFoundError(f"no memory control group of process {pid}")

    def logs(self) -> tuple[str, str]:
        """Return the function's output, and the emulator's."""
        command = ["docker", "logs", self.container]
        shown = subprocess.run(command, capture_output=True, text=True, check=True)
        return shown.stdout, shown.stderr


@contextmanager
def running(variant: Variant, memory_mb: int = MB_PER_PROCESSOR) -> Iterator[Running]:
    """Start a container with a memory size and Lambda's share of a processor; end it at exit."""
    limits = ["--cpus", f"{memory_mb / MB_PER_PROCESSOR:.3f}", "--memory", f"{memory_mb}m"]
    # No swap: a function that needs more memory must fail, as on Lambda
    limits += ["--memory-swap", f"{memory_mb}m", "--publish", f"{HOST}:0:8080"]
    settings = {**variant.environment, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory_mb)}
    limits += [f"--env={key}={value}" for key, value in settings.items()]
    container = docker("run", "--detach", *limits, variant.image, *variant.command)
    try:
        published = docker("port", container, "8080").splitlines()[0]
        port = int(published.rpartition(":")[2])
        _retried(lambda: _answers(port), timeout_s=60)
        yield Running(variant, port, container)
    finally:
        docker("rm", "--force", container)


def first_labels(caller: Caller, timeout_s: float = 90) -> list[str]:
    """Return the first answer; ask a server again until it is ready."""
    return _retried(lambda: caller.labels([SAMPLE]), timeout_s)


def docker(*command: str) -> str:
    """Run docker and return its output."""
    ran = subprocess.run(["docker", *command], capture_output=True, text=True, check=True)
    return ran.stdout.strip()


def _answers(port: int) -> bytes:
    """Get any HTTP answer: Docker's proxy accepts connections before the container does."""
    with closing(http.client.HTTPConnection(HOST, port, timeout=5)) as connection:
        connection.request("GET", "/")
        return connection.getresponse().read()


def _retried[Answer](ask: Callable[[], Answer], timeout_s: float) -> Answer:
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            return ask()
        except FAILURES:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
