"""Turns the committed inputs into docs/scale/simulation.*: ``make simulate``."""

import argparse
import json

from costs.inputs import ROOT, load_inputs
from simulation.report import simulation_files
from simulation.study import study

FOLDER = ROOT / "docs" / "scale"
DOCUMENT = FOLDER / "simulation.json"
#: Written by make simulate-containers, which needs Docker.
CONTAINERS = FOLDER / "containers.json"


def main() -> None:
    """Simulate, or with --report only write the page of the last simulation anew."""
    parser = argparse.ArgumentParser(prog="python -m simulation", description=__doc__)
    parser.add_argument("--report", action="store_true", help="take docs/scale/simulation.json")
    if parser.parse_args().report:
        document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    else:
        document = study(load_inputs())
    FOLDER.mkdir(parents=True, exist_ok=True)
    DOCUMENT.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    compared = json.loads(CONTAINERS.read_text()) if CONTAINERS.exists() else None
    for name, content in simulation_files(document, compared).items():
        (FOLDER / name).write_bytes(content)
        print(f"docs/scale/{name}")


if __name__ == "__main__":
    main()
