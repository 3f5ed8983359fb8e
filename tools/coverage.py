"""Measures the share of lines and branches that the tests run: ``python -m tools.coverage``.

Processes of the function and the server count if they run on this machine's Python. Containers do
not count.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "build" / "coverage"
BAR = 0.95
PACKAGES = ("cytology", "functions")
#: Tests with Docker or a browser run another Python, and tests of templates run none of this code.
#: Generated requests take minutes under the tracer and add no coverage.
TESTS = ("tests/unit", "tests/contract", "tests/model", "tests/compile")
CHOICE = "not [container and not -container and not generated_requests"


def main() -> int:
    """Run the tests, print the lines not run and both shares; return 1 below the bar."""
    DATA.mkdir(parents=True, exist_ok=True)
    if "--report" not in sys.argv:
        _coverage("erase")
        _coverage("run", "-m", "pytest", *TESTS, "-k", CHOICE)
        _coverage("combine", "--quiet")
    _coverage("report", "--show-missing", "--skip-covered")
    _coverage("json", "--quiet", "-o", str(DATA / "report.json"))
    files = json.loads((DATA / "report.json").read_text())["files"]
    below = False
    for package in PACKAGES:
        sums = [entry["summary"] for name, entry in files.items() if name.startswith(f"{package}/")]
        for what, run, all_ in (
            ("lines", "covered_lines", "num_statements"),
            ("branches", "covered_branches", "num_branches"),
        ):
            share = sum(item[run] for item in sums) / sum(item[all_] for item in sums)
            print(f"{package}: {share:.1%} of {what}")
            below |= share < BAR
    return int(below)


def _coverage(*arguments: str) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "functions")]),
    }
    subprocess.run(  # noqa: S603  (our own arguments)
        [sys.executable, "-m", "coverage", *arguments], cwd=ROOT, env=environment, check=True
    )


if __name__ == "__main__":
    sys.exit(main())
