"""Turns lists of timings into ratios, judges them against bars, and keeps them in results.json."""

import json
import math
import os
import platform
import statistics
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

RESULTS = Path(__file__).with_name("results.json")
#: Entries of results.json in the order in which people read them.
ORDER = (
    "cold",
    "processor",
    "warm",
    "tail",
    "handler",
    "rate",
    "batch",
    "batch-rate",
    "size",
    "memory",
    "setting",
    "money",
    "loop",
    "tests",
)


class Spread(NamedTuple):
    """A series of measurements in one unit, in short."""

    median: float
    lowest: float
    lower_quartile: float
    upper_quartile: float
    highest: float


class Bar(NamedTuple):
    """A bound on the ratio of two series' medians, or on one series' median in its own unit.

    ``at_most`` says which way: the ratio numerator / denominator may not exceed ``bound``, or may
    not fall below it. Without a denominator the numerator itself is bounded, in ``unit``. A bar
    that is not held is shown, and fails nothing.
    """

    name: str
    numerator: str
    denominator: str | None
    bound: float
    at_most: bool
    held: bool = True
    unit: str = "×"


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
    above = series[bar.numerator]
    below = [1.0] * len(above) if bar.denominator is None else series[bar.denominator]
    ratio = statistics.median(above) / statistics.median(below)
    rounds = spread([one / other for one, other in zip(above, below, strict=True)])
    if bar.at_most:
        met, missed = ratio <= bar.bound, min(ratio, rounds.lower_quartile) > bar.bound
    else:
        met, missed = ratio >= bar.bound, max(ratio, rounds.upper_quartile) < bar.bound
    return Verdict(bar, ratio, rounds.lower_quartile, rounds.upper_quartile, met, missed)


def kept_bars(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every verdict that is kept, whichever run it is of, in the order of ORDER."""
    return [bar for name in in_order(document) for bar in document[name].get("bars", ())]


def in_order(document: Mapping[str, Any]) -> list[str]:
    """Names of a document's entries; those that ORDER does not name are not of this page."""
    return [name for name in ORDER if name in document]


def bar_document(verdict: Verdict) -> dict[str, Any]:
    """A verdict as results.json keeps it."""
    bar = verdict.bar
    return {
        "name": bar.name,
        "found": verdict.ratio,
        "lower_quartile": verdict.lower_quartile,
        "upper_quartile": verdict.upper_quartile,
        "unit": bar.unit,
        "bound": bar.bound,
        "at_most": bar.at_most,
        "verdict": _word(verdict),
        "failed": verdict.missed and bar.held,
    }


def bar_line(bar: Mapping[str, Any]) -> str:
    """A kept verdict in one line for people."""
    found, low, high, bound = (
        figure(bar[key]) for key in ("found", "lower_quartile", "upper_quartile", "bound")
    )
    sign = "≤" if bar["at_most"] else "≥"
    between = f"[{low} … {high}]"
    return (
        f"{bar['name']:<58} {found:>9} {bar['unit']:<7} {between:<22} "
        f"bar {sign} {bound:<8} {bar['verdict']}"
    )


def figure(value: float) -> str:
    """A number with three significant digits, never in powers of ten."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) >= 1 or not value:
        return f"{value:.2f}"
    # As many decimals as three digits take: format's own g turns to powers of ten
    return f"{value:.{2 - math.floor(math.log10(abs(value)))}f}".rstrip("0")


def _word(verdict: Verdict) -> str:
    if verdict.met:
        return "holds"
    if not verdict.bar.held:
        return "not yet"
    return "MISSED" if verdict.missed else "within noise"


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
    path.write_text(
        json.dumps(rounded(document), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    )


def rounded(value: Any) -> Any:
    """The same document with six digits of every number: clocks know no more."""
    if isinstance(value, dict):
        return {key: rounded(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [rounded(entry) for entry in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


def processor() -> str:
    """The name of this machine's processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
