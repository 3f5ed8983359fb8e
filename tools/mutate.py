"""Turns the domain's tests into a share of mutants killed: ``python -m tools.mutate``.

mutmut changes one thing in ``cytology`` at a time (a bound, an operator, a constant) and runs the
tests that reach it: a mutant that no test notices is behaviour that no test holds.
"""

import json
import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
#: Of all mutants. Those that behave as the original cannot be killed, and count all the same.
BAR = 0.90
KILLED = ("killed", "timeout")


def prepare() -> None:
    """Let mutmut run here: the mutated copy must be what the tests import.

    pytest 9.2 dropped the private name by which mutmut 3.7 asks for a test's id.
    """
    ours = {str(ROOT), str(ROOT / "functions")}
    sys.path[:] = [entry for entry in sys.path if entry not in ours]
    os.environ.pop("PYTHONPATH", None)
    if not hasattr(pytest.Item, "_nodeid"):
        pytest.Item._nodeid = property(lambda item: item.nodeid)  # type: ignore[attr-defined]
    # Hypothesis then takes the same examples for each mutant, and no deadline that a busy machine
    # would miss
    os.environ["CI"] = "1"


def verdicts() -> dict[str, str]:
    """What became of each mutant, by its name."""
    from mutmut.__main__ import status_by_exit_code

    found: dict[str, str] = {}
    for path in sorted((ROOT / "mutants" / "cytology").glob("*.meta")):
        codes = json.loads(path.read_text())["exit_code_by_key"]
        found |= {name: str(status_by_exit_code[code]) for name, code in codes.items()}
    return found


def main() -> int:
    """Run every mutant, print the share killed and the survivors; 1 below the bar."""
    prepare()
    from mutmut.__main__ import cli

    children = str(os.cpu_count() or 1)
    arguments = sys.argv[1:] or ["run", "--max-children", children]
    os.chdir(ROOT)
    cli(arguments, standalone_mode=False)
    found = verdicts()
    survivors = sorted(name for name, verdict in found.items() if verdict not in KILLED)
    for name in survivors:
        print(f"{found[name]}: {name}")
    killed = len(found) - len(survivors)
    print(f"{killed} of {len(found)} mutants killed: {killed / len(found):.1%}")
    return int(killed < BAR * len(found))


if __name__ == "__main__":
    sys.exit(main())
