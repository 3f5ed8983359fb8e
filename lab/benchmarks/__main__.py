"""Measures this service against its peers and writes results.json: ``make bench``."""

import signal
import sys
from collections.abc import Sequence
from typing import Any

from cytology.arguments import ArgumentParser
from lab.benchmarks.billing import billing
from lab.benchmarks.cold import cold
from lab.benchmarks.containers import FAILURES, first_labels, running
from lab.benchmarks.handler import batch
from lab.benchmarks.images import BASE, bytes_of
from lab.benchmarks.results import entry, record, verdicts
from lab.benchmarks.variants import Caller, Variant, build_variants, check
from lab.benchmarks.warm import warm
from lab.tables import figure

PARTS = ("size", "batch", "cold", "warm", "billing")
#: Interleaved rounds; the results are medians over them.
ROUNDS = 9


def main() -> int:
    """Run the parts asked for; return 1 if a limit is not met."""
    parser = ArgumentParser(prog="python -m lab.benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no part {', '.join(sorted(unknown))}")
    if options.rounds < 2:
        parser.error("--rounds must be at least 2: the tables show a range")
    found = verdicts(measure(options.parts or PARTS, options.rounds))
    for verdict in found:
        limit = verdict.limit
        missed = "" if verdict.met else "not met"
        print(f"{limit!s:<40} {figure(verdict.found):>8} {limit.bound_text():<10} {missed}")
    return int(not all(verdict.met for verdict in found))


def measure(parts: Sequence[str], rounds: int) -> dict[str, Any]:
    """Measure each part, record it as soon as it is complete, and return all results."""
    variants, missing = build_variants() if set(parts) - {"batch"} else ([], {})
    variants, wrong = checked(variants)
    work = {
        "size": lambda: size(variants, missing | wrong),
        "batch": lambda: batch(rounds),
        "cold": lambda: cold(variants, rounds),
        "warm": lambda: warm(variants, rounds),
        "billing": lambda: billing(variants[0], rounds),
    }
    results: dict[str, Any] = {}
    for part in PARTS:
        if part in parts:
            results = record(work[part]())
    return results


def checked(variants: Sequence[Variant]) -> tuple[list[Variant], dict[str, str]]:
    """Return the variants that classify correctly, and the error of each other peer."""
    correct, wrong = [], {}
    for variant in variants:
        try:
            with running(variant) as container:
                caller = Caller(container.port, variant)
                first_labels(caller)
                check(caller)
        except FAILURES as error:
            if variant.name.startswith("ours"):
                raise
            wrong[variant.name] = f"does not answer: {str(error)[-300:]}"
            print(f"{variant.name} {wrong[variant.name]}", flush=True)
        else:
            correct.append(variant)
    return correct, wrong


def size(variants: Sequence[Variant], missing: dict[str, str]) -> dict[str, Any]:
    """Return the MB that each image adds to the base, and the reasons for missing peers."""
    base = bytes_of(BASE)
    # The three variants of this service share one image; bare adds one small file
    named = [
        each for each in variants if each.name == "ours" or each.name[:4] not in ("ours", "bare")
    ]
    sizes = {each.name: [(bytes_of(each.image) - base) / 1e6] for each in named}
    image_gb = bytes_of(variants[0].image) / 1e9
    return {"size": entry("MB", 1, sizes) | {"image_gb": image_gb, "missing": missing}}


if __name__ == "__main__":
    # The container of a variant is removed when the exception passes its block
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main())
