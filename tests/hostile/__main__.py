"""Turns a number of hostile cases into counts per outcome: ``make fuzz``.

Half the cases are generated from the shapes of real requests, half are bred by libFuzzer from what
reaches new code. Schemathesis adds requests of its own to a running server, and hypothesis what
the ordinary tests ask, at more length. The status is 0 where nothing broke the bar.
"""

import argparse
import collections
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("LOG_LEVEL", "INFO")

from tests.contract.generated import ask
from tests.hostile import bar, events
from tests.hostile.guided import COUNTS, CRASHES
from tests.transports import ROOT, http_server

#: A normal request is sent so often among the hostile ones, and must get the same answer.
NORMAL_EVERY = 500


def main() -> int:
    """Run all parts, print the counts; 1 where any case broke the bar."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    parser.add_argument("--cases", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="default: the clock")
    options = parser.parse_args()
    half = options.cases // 2
    print(f"seed {options.seed}")
    generated, generated_held = run_generated(half, options.seed)
    guided, guided_held = run_guided(options.cases - half, options.seed)
    specified, specified_held = run_schemathesis(options.seed)
    drawn_held = run_hypothesis(options.seed)
    total = generated.total() + guided.total() + specified
    held = generated_held and guided_held and specified_held and drawn_held
    held = held and total >= options.cases
    print(f"\n{total:,} cases: {'the bar holds' if held else 'THE BAR IS BROKEN'}")
    return int(not held)


def run_generated(cases: int, seed: int) -> tuple[collections.Counter[int], bool]:
    """Judge generated events; also normal requests in between, for correctness and time."""
    artifact = bar.app.service.artifact
    source = events.generate(seed, artifact.name, artifact.version)
    statuses: collections.Counter[int] = collections.Counter()
    kinds: collections.Counter[str] = collections.Counter()
    breaches: list[tuple[str, str]] = []
    times: list[float] = []
    expected, _ = bar.normal_answer()
    slowest = 0.0
    for number, case in enumerate(itertools.islice(source, cases)):
        outcome = bar.judge(case.event)
        statuses[outcome.status] += 1
        kinds[case.kind] += 1
        slowest = max(slowest, outcome.cpu_s)
        if outcome.breaches:
            breaches.append(("; ".join(outcome.breaches), ascii(case.event)[:2_000]))
        if number % NORMAL_EVERY == 0:
            answer, elapsed_s = bar.normal_answer()
            times.append(elapsed_s)
            if answer != expected:
                breaches.append(("a normal request is answered otherwise", case.kind))
    print(f"\ngenerated: {statuses.total():,} cases, kinds {_shown(kinds)}")
    print(f"  statuses {_shown(statuses)}; slowest {slowest * 1e3:.0f} ms of processor time")
    normal_ms = statistics.median(times) * 1e3
    print(f"  {len(times)} normal requests in between: same answer, median {normal_ms:.2f} ms")
    for breach, event in breaches[:10]:
        print(f"  BROKEN: {breach}\n    {event}")
    return statuses, not breaches


def run_guided(cases: int, seed: int) -> tuple[collections.Counter[str], bool]:
    """Let libFuzzer run in a process of its own, which it ends itself."""
    COUNTS.unlink(missing_ok=True)
    command = [sys.executable, "-m", "tests.hostile.guided", "--runs", str(cases)]
    command += ["--seed", str(seed % 2**31 or 1)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    statuses = collections.Counter(json.loads(COUNTS.read_text()) if COUNTS.exists() else {})
    coverage = [line for line in ended.stderr.splitlines() if " cov: " in line]
    print(f"\nguided by coverage: {statuses.total():,} cases, statuses {_shown(statuses)}")
    print(f"  last: {coverage[-1] if coverage else 'nothing new'}")
    if ended.returncode:
        print(f"  BROKEN; the input is kept in {CRASHES.relative_to(ROOT)}")
        print("\n".join(ended.stderr.splitlines()[-40:]))
    return statuses, ended.returncode == 0


def run_schemathesis(seed: int) -> tuple[int, bool]:
    """Ask a running server what the specification generates."""
    with http_server() as transport, tempfile.TemporaryDirectory() as directory:
        generated = ask(transport.port, 1_000, seed, Path(directory))
    print(f"\nschemathesis: {generated.cases:,} requests, every answer as documented")
    if not generated.passed:
        print(f"  BROKEN\n{generated.report}")
    return generated.cases, generated.passed


def run_hypothesis(seed: int) -> bool:
    """The ordinary hypothesis tests, with many more examples."""
    command = [sys.executable, "-m", "pytest", "tests/hostile/test_strategies.py"]
    command += ["--hypothesis-profile", "fuzz", "--hypothesis-seed", str(seed)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    print(f"\nhypothesis: {ended.stdout.strip().splitlines()[-1]}")
    if ended.returncode:
        print(f"  BROKEN\n{ended.stdout[-4_000:]}")
    return ended.returncode == 0


def _shown(counts: collections.Counter[object]) -> str:
    return ", ".join(f"{key} {count:,}" for key, count in sorted(counts.items(), key=str))


if __name__ == "__main__":
    sys.exit(main())
