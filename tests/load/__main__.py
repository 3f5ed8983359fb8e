"""Turns durations into a burst, a soak and a server's day, each judged: ``make load``."""

import argparse
import json
import os
import sys

os.environ.setdefault("LOG_LEVEL", "INFO")

from tests.image import built_image
from tests.load import runs
from tests.load.record import RESULTS, keep


def main() -> int:
    """Run what was asked for, print and keep it; 1 where a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--burst", type=float, default=60, metavar="S", help="0: leave it out")
    parser.add_argument("--soak", type=float, default=600, metavar="S", help="0: leave it out")
    parser.add_argument("--rate", type=float, default=10, help="two hours of it; 0: leave it out")
    parser.add_argument("--no-record", action="store_true", help="leave docs/reliability.* alone")
    options = parser.parse_args()
    image = built_image()
    found = {}
    if options.burst:
        found["burst"] = runs.burst(image, options.burst)
    if options.rate:
        found["server"] = runs.serve(image, options.rate)
    if options.soak:
        found["soak"] = runs.soak(image, options.soak)
    knobs = {"burst": "BURST", "soak": "SOAK", "server": "RATE"}
    for name, result in found.items():
        value = getattr(options, "rate" if name == "server" else name)
        result["command"] = f"`make load {knobs[name]}={value:g}`"
        print(f"\n{name}")
        for key, value in result.items():
            print(f"  {key}: {value}")
    if not options.no_record:
        known = json.loads(RESULTS.read_text()).get("load", {}) if RESULTS.exists() else {}
        kept = {name: known[name] for name in ("burst", "soak", "server") if name in known}
        keep("load", {"command": "make load", **kept, **found})
    return int(not all(result["held"] for result in found.values()))


if __name__ == "__main__":
    sys.exit(main())
