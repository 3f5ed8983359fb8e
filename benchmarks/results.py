"""Turns lists of timings into ratios, judges them against bars, and keeps them in results.json."""

import json
import os
import platform
import statistics
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

RESULTS = Path(__file__).with_name("results.json")


class Spread(NamedTuple):
    """A series of measurements in one unit, in short."""

    median: float
    lowest: float
    lower_quartile: float
    upper_quartile: float
    highest: float


class Bar(NamedTuple):
    """A bound on the ratio of two variants' medians.

    ``at_most`` says which way: the ratio numerator / denominator may not exceed ``bound``, or may
    not fall below it. A bar of a later issue is shown, and not yet held.
    """

    name: str
    numerator: str
    denominator: str
    bound: float
    at_most: bool
    held: bool = True


class Verdict(NamedTuple):
    """A bar, the ratio found, the quartiles of the ratios round by round, and what follows.

    ``missed`` only where the bar is missed by more than noise: when even the favourable quartile
    of the rounds does not reach it.
    """

    bar: Bar
    ratio: float
    lower_quartile: float
    upper_quartile: float
    met: bool
    missed: bool


def spread(values: list[float]) -> Spread:
    """Summarise at least two measurements."""
    lower, _, upper = statistics.quantiles(values, n=4, method="inclusive")
    return Spread(statistics.median(values), min(values), lower, upper, max(values))


def judge(bar: Bar, series: dict[str, list[float]]) -> Verdict:
    """Compare two interleaved series, round by round and by their medians."""
    above, below = series[bar.numerator], series[bar.denominator]
    ratio = statistics.median(above) / statistics.median(below)
    rounds = spread([one / other for one, other in zip(above, below, strict=True)])
    if bar.at_most:
        met, missed = ratio <= bar.bound, min(ratio, rounds.lower_quartile) > bar.bound
    else:
        met, missed = ratio >= bar.bound, max(ratio, rounds.upper_quartile) < bar.bound
    return Verdict(bar, ratio, rounds.lower_quartile, rounds.upper_quartile, met, missed)


def verdict_line(verdict: Verdict) -> str:
    """One line for people."""
    bar = verdict.bar
    sign = "≤" if bar.at_most else "≥"
    word = "holds" if verdict.met else "MISSED" if verdict.missed else "within noise"
    if not bar.held and not verdict.met:
        word = "not yet"
    return (
        f"{bar.name:<58} {verdict.ratio:6.2f} × "
        f"[{verdict.lower_quartile:.2f} … {verdict.upper_quartile:.2f}]  "
        f"bar {sign} {bar.bound:<5g} {word}"
    )


def record(name: str, content: dict[str, Any], path: Path = RESULTS) -> None:
    """Replace one benchmark's entry in results.json, with the machine and the date."""
    document = json.loads(path.read_text()) if path.exists() else {}
    document[name] = {
        "measured": datetime.now(UTC).date().isoformat(),
        "machine": {
            "processor": processor(),
            "cores": os.cpu_count(),
            "system": platform.system(),
            "python": platform.python_version(),
        },
        **content,
    }
    path.write_text(json.dumps(document, indent=2, sort_keys=True) + "\n")


def processor() -> str:
    """The name of this machine's processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
