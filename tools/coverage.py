"""Measures the share of lines and branches that the tests run: ``python -m tools.coverage``.

The function's and the server's own processes are counted too, where they run on this machine's
Python; containers are not, so what only they run counts as not run.
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
#: What needs Docker or a browser runs another Python; what reads templates runs none of this code;
#: thousands of generated requests take minutes under the tracer and reach nothing new.
TESTS = ("tests/unit", "tests/contract", "tests/model", "tests/compile")
CHOICE = "not [container and not -container and not generated_requests"


def main() -> int:
    """Run the tests, print what they leave out and both shares; 1 below the bar."""
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
