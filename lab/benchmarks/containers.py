"""Turns a variant into a running container with a processor's share, and reads what it used."""

import http.client
import re
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from lab.benchmarks.variants import Caller, Variant, WrongAnswer
from tests.support.transports import running_container

#: Lambda gives one whole processor at this size, and less or more in proportion.
MB_PER_PROCESSOR = 1769
#: On every container of this process, so that all of them can be found and ended.
LABEL = f"tumour-classification-benchmark={uuid.uuid4().hex}"
CGROUPS = Path("/sys/fs/cgroup")
#: What a container that does not start, dies or answers nonsense raises.
FAILURES = (
    OSError,
    http.client.HTTPException,
    subprocess.CalledProcessError,
    AssertionError,
    WrongAnswer,
)
_REPORT = re.compile(r"^REPORT .*?\tDuration: ([\d.]+) ms\tBilled Duration: (\d+) ms", re.M)
_INIT = re.compile(r"INIT REPORT\(durationMs: ([\d.]+)\)")


class Running(NamedTuple):
    """A container of a variant: the port on this machine and the container's id."""

    variant: Variant
    port: int
    container: str

    def caller(self, timeout_s: float = 120) -> Caller:
        """A connection to it."""
        return Caller(self.port, self.variant, timeout_s)

    def started(self) -> float:
        """Seconds since the epoch at which its first process began."""
        text = _docker("inspect", "--format", "{{.State.StartedAt}}", self.container)
        return datetime.fromisoformat(text).timestamp()

    def peak_bytes(self) -> int:
        """The most memory that its control group has held."""
        return int(self._of_group("memory", "memory.peak", "memory.max_usage_in_bytes"))

    def processor_s(self) -> float:
        """Processor time that its control group has used."""
        text = self._of_group("cpuacct", "cpu.stat", "cpuacct.usage")
        usage = re.search(r"usage_usec (\d+)", text)
        return int(usage[1]) / 1e6 if usage else int(text) / 1e9

    def logs(self) -> str:
        """Everything it printed, on both streams."""
        shown = self._shown()
        return shown.stdout + shown.stderr

    def output(self) -> str:
        """What CloudWatch would be sent; the emulator's own talk goes to the other stream."""
        return self._shown().stdout

    def _shown(self) -> subprocess.CompletedProcess[str]:
        command = ["docker", "logs", self.container]
        return subprocess.run(command, capture_output=True, text=True, check=True)

    def _of_group(self, controller: str, unified: str, legacy: str) -> str:
        pid = _docker("inspect", "--format", "{{.State.Pid}}", self.container)
        for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if controller in controllers.split(","):
                return (CGROUPS / controller / path.lstrip("/") / legacy).read_text()
            if not controllers and (CGROUPS / path.lstrip("/") / unified).exists():
                return (CGROUPS / path.lstrip("/") / unified).read_text()
        raise FileNotFoundError(f"no control group of {controller} for process {pid}")


class Invocation(NamedTuple):
    """What the emulator's REPORT line says of one invocation."""

    duration_ms: float
    billed_ms: int


def invocations(log: str) -> list[Invocation]:
    """Every invocation of a log, in order."""
    return [Invocation(float(took), int(billed)) for took, billed in _REPORT.findall(log)]


def init_ms(log: str) -> float | None:
    """What the start of the function took, of which the first invocation's REPORT is the larger."""
    found = _INIT.search(log)
    return float(found[1]) if found else None


@contextmanager
def running(variant: Variant, memory_mb: int = MB_PER_PROCESSOR) -> Iterator[Running]:
    """Start a container with the memory and the share of a processor that Lambda gives that size.

    It ends with the block, whatever ends the block.
    """
    limits = ["--cpus", f"{memory_mb / MB_PER_PROCESSOR:.3f}", "--memory", f"{memory_mb}m"]
    # No swap: a function that does not fit must fail, as on Lambda
    limits += ["--memory-swap", f"{memory_mb}m", "--label", LABEL]
    environment = {**variant.environment, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory_mb)}
    opened = running_container(variant.image, environment, *limits, command=variant.command)
    with opened as port:
        found = _docker("ps", "--quiet", "--no-trunc", "--filter", f"publish={port}")
        yield Running(variant, port, found)


def first_labels(caller: Caller, rows: list[list[int]], timeout_s: float = 90) -> list[str]:
    """The first answer of a server that may not be ready; a Lambda answers the first time."""
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            return caller.labels(rows)
        except (OSError, http.client.HTTPException, WrongAnswer):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


@contextmanager
def cleaned_up() -> Iterator[None]:
    """End every container of this process when the block ends, on a signal too."""

    def stop(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        left = _docker("ps", "--quiet", "--filter", f"label={LABEL}").split()
        if left:
            subprocess.run(["docker", "kill", *left], capture_output=True, check=False)


def reason(error: BaseException) -> str:
    """The last line of what went wrong, short enough for a page."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[-1][-300:]


def _docker(*command: str) -> str:
    ran = subprocess.run(["docker", *command], capture_output=True, text=True, check=True)
    return ran.stdout.strip()
