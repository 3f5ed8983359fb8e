"""Turns all benchmarks into results.json, docs/performance.md and a verdict: ``make bench``."""

import argparse
import json
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

from lab.benchmarks import batch, cold, loop, money, setting, size, warm
from lab.benchmarks.containers import cleaned_up
from lab.benchmarks.page import write
from lab.benchmarks.part import ROUNDS, Part, measure
from lab.benchmarks.results import RESULTS, bar_line, kept_bars

#: In the order in which they run; money reads what setting and warm left.
PARTS: dict[str, Part] = {
    "size": size.run,
    "cold": cold.run,
    "warm": warm.run,
    "batch": batch.run,
    "setting": setting.run,
    "money": money.run,
    "loop": loop.run,
}


def main() -> int:
    """Run the parts asked for; return 1 where one failed or a held bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m lab.benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no part {', '.join(sorted(unknown))}")
    if options.rounds < 2:
        parser.error("--rounds must be at least 2: one round has no spread")
    broken = run_parts(options.parts or list(PARTS), options.rounds)
    write()
    bars = kept_bars(json.loads(RESULTS.read_text()))
    print("All bars, as results.json has them:")
    for bar in bars:
        print(bar_line(bar))
    for name in broken:
        print(f"{name} broke off; run it again: make bench PARTS={name}")
    return int(bool(broken) or any(bar["failed"] for bar in bars))


def run_parts(
    names: Sequence[str], rounds: int, parts: Mapping[str, Part] = PARTS, path: Path = RESULTS
) -> list[str]:
    """Run parts in order and keep what each found; return those that broke off."""
    return [name for name in names if not _ran(name, parts[name], rounds, path)]


def _ran(name: str, part: Part, rounds: int, path: Path) -> bool:
    started = time.monotonic()
    print(f"== {name}", flush=True)
    try:
        measure(part, rounds, path)
    # Reported here and in the exit code: the parts after this one do not depend on it
    except (Exception, SystemExit) as error:
        if isinstance(error, SystemExit) and isinstance(error.code, int):
            raise  # a signal ends the whole run
        traceback.print_exception(error, limit=-3)
        if isinstance(error, subprocess.CalledProcessError):
            print(str(error.stderr)[-2000:])
        return False
    print(f"== {name} took {time.monotonic() - started:.0f} s\n", flush=True)
    return True


if __name__ == "__main__":
    with cleaned_up():
        sys.exit(main())
