"""Turns a number of hostile cases into counts per outcome: ``make fuzz``.

Schemathesis adds requests of its own to a running server, and hypothesis what
the ordinary tests ask, at more length. The status is 0 where nothing broke the bar.
"""

import collections
import itertools
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("LOG_LEVEL", "INFO")

from cytology.arguments import ArgumentParser
from tests.hostile import bar, events
from tests.support.generated import ask
from tests.support.transports import ROOT, http_server

#: A normal request is sent so often among the hostile ones, and must get the same answer.
NORMAL_EVERY = 500


class Part(NamedTuple):
    """One source of cases: how many, what became of them in a line, and whether the bar held."""

    part: str
    cases: int
    outcome: str
    held: bool


def main() -> int:
    """Run all parts, print and keep the counts; 1 where any case broke the bar."""
    parser = ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    parser.add_argument("--cases", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="default: the clock")
    options = parser.parse_args()
    print(f"seed {options.seed}")
    parts = []
    for run in (
        lambda: run_generated(options.cases, options.seed),
        lambda: run_schemathesis(options.seed),
        lambda: run_hypothesis(options.seed),
    ):
        part = run()
        print(f"\n{part.part}: {part.cases:,} cases; {part.outcome}", flush=True)
        parts.append(part)
    total = sum(part.cases for part in parts)
    held = all(part.held for part in parts) and total >= options.cases
    print(f"\n{total:,} cases: {'the bar holds' if held else 'THE BAR IS BROKEN'}")
    return int(not held)


def run_generated(cases: int, seed: int) -> Part:
    """Judge generated events; also normal requests in between, for correctness and time."""
    artifact = bar.app.service.artifact
    source = events.generate(seed, artifact.name, artifact.version)
    statuses: collections.Counter[int] = collections.Counter()
    broken, slowest = 0, 0.0
    expected, _ = bar.normal_answer()
    times: list[float] = []
    for number, case in enumerate(itertools.islice(source, cases)):
        outcome = bar.judge(case.event)
        statuses[outcome.status] += 1
        slowest = max(slowest, outcome.cpu_s)
        if outcome.breaches:
            _report("; ".join(outcome.breaches), ascii(case.event)[:2_000])
            broken += 1
        if number % NORMAL_EVERY == 0:
            answer, elapsed_s = bar.normal_answer()
            times.append(elapsed_s)
            if answer != expected:
                _report("a normal request is answered otherwise", ascii(case.event)[:2_000])
                broken += 1
    outcome = (
        f"statuses {_shown(statuses)}; {broken} broke the bar; slowest "
        f"{slowest * 1e3:.0f} ms; {len(times)} normal requests in between, all the same answer, "
        f"median {statistics.median(times) * 1e3:.2f} ms"
    )
    return Part("generated events", statuses.total(), outcome, not broken)


def run_schemathesis(seed: int) -> Part:
    """Ask a running server what the specification generates."""
    with http_server() as transport, tempfile.TemporaryDirectory() as directory:
        generated = ask(transport.port, 400, seed, Path(directory))
    if not generated.passed:
        _report("schemathesis", generated.report)
    outcome = "every answer as documented" if generated.passed else "BROKEN"
    return Part("schemathesis on the server", generated.cases, outcome, generated.passed)


def run_hypothesis(seed: int) -> Part:
    """The ordinary hypothesis tests, with many more examples; they count themselves."""
    command = [sys.executable, "-m", "pytest", "tests/hostile/test_strategies.py"]
    command += ["--hypothesis-profile", "fuzz", "--hypothesis-seed", str(seed)]
    command += ["--hypothesis-show-statistics"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if ended.returncode:
        _report("hypothesis", ended.stdout[-4_000:])
    generated = re.findall(r"(\d+) passing, \d+ failing", ended.stdout)
    cases = sum(int(count) for count in generated)
    outcome = "every answer within the bar" if ended.returncode == 0 else "BROKEN"
    return Part("hypothesis", cases, outcome, ended.returncode == 0)


def _report(breach: str, evidence: str) -> None:
    print(f"BROKEN: {breach}\n    {evidence}", flush=True)


def _shown(counts: collections.Counter[object]) -> str:
    return ", ".join(f"{key}: {count:,}" for key, count in sorted(counts.items(), key=str))


if __name__ == "__main__":
    sys.exit(main())
