"""Turns one benchmark into a command: its rounds, its verdicts, its entry in results.json."""

import argparse
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from lab.benchmarks.containers import cleaned_up
from lab.benchmarks.results import (
    ORDER,
    RESULTS,
    Bar,
    Spread,
    bar_document,
    bar_line,
    judge,
    record,
    spread,
)

#: Medians over this many interleaved rounds, unless the caller says else.
ROUNDS = 9

#: Rounds → the entries of results.json that the part makes, by their names.
Part = Callable[[int], dict[str, dict[str, Any]]]
Series = dict[str, list[float]]


def main(name: str, run: Part) -> int:
    """Run a part as a command; return 1 where a held bar is missed by more than its noise."""
    parser = argparse.ArgumentParser(prog=f"python -m lab.benchmarks.{name}")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--no-record", action="store_true", help="leave results.json as it is")
    options = parser.parse_args()
    if options.rounds < 2:
        parser.error("--rounds must be at least 2: one round has no spread")
    return int(bool(measure(run, options.rounds, None if options.no_record else RESULTS)))


def measure(run: Part, rounds: int, path: Path | None) -> list[str]:
    """Run a part, print what it found and keep it in a file; return the names of failed bars."""
    with cleaned_up():
        found = run(rounds)
    if unknown := set(found) - set(ORDER):
        raise KeyError(f"results.ORDER does not name {unknown}: no page would show them")
    failed = []
    for entry, content in found.items():
        show(entry, content)
        if path:
            record(entry, content, path)
        failed += [bar["name"] for bar in content.get("bars", ()) if bar["failed"]]
    return failed


def show(entry: str, content: Mapping[str, Any]) -> None:
    """Print a part's series and verdicts."""
    if variants := content.get("variants"):
        unit = content["unit"]
        print(f"\n{entry + ', ' + unit:<34} {'median':>10}   lowest … highest")
        for name, found in variants.items():
            median, low, high = found["median"], found["lowest"], found["highest"]
            print(f"{name:<34} {median:10,.2f}   {low:,.2f} … {high:,.2f}")
    if bars := content.get("bars"):
        print()
        for bar in bars:
            print(bar_line(bar))
    print(flush=True)


def entry(
    command: str, unit: str, rounds: int, series: Series, bars: Iterable[Bar] = ()
) -> dict[str, Any]:
    """What results.json keeps of some interleaved series; bars of absent series are left out."""
    known = [
        bar
        for bar in bars
        if bar.numerator in series and (bar.denominator is None or bar.denominator in series)
    ]
    return {
        "command": command,
        "unit": unit,
        "rounds": rounds,
        "variants": {name: _spread(values)._asdict() for name, values in series.items()},
        "bars": [bar_document(judge(bar, series)) for bar in known],
    }


def _spread(values: list[float]) -> Spread:
    return spread(values if len(values) > 1 else values * 2)


def progress(number: int, rounds: int, what: str) -> None:
    """Say where a long run is, on a line of its own: logs keep it, terminals too."""
    print(f"round {number} of {rounds}: {what}", flush=True)
