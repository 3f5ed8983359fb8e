"""Turns measured milliseconds and rates into dollars: ``make bench-money``.

Measures nothing: it reads what bench-setting and bench-warm left in results.json. A Lambda request
costs its billed time at its memory, and one request each to Lambda and the HTTP API. A server costs
its hosts' month, however few its requests: as many hosts as its measured rate asks for.
"""

import json
import math
import sys
from collections.abc import Mapping
from typing import Any

from lab.benchmarks.part import main
from lab.benchmarks.prices import HOURS_A_MONTH, PRICES, host_month_usd, request_usd
from lab.benchmarks.results import RESULTS

MILLION = 1_000_000
#: Predictions a month at which hosts are compared.
VOLUMES = (10_000, 100_000, 1_000_000, 10_000_000, 100_000_000)
#: Bytes of one sample in a JSON request.
SAMPLE_BYTES = 22
#: A month's requests do not come evenly: the busiest hour has this many times the mean's.
PEAK = 10


def run(_rounds: int) -> dict[str, dict[str, Any]]:
    """Compute from what results.json holds by now."""
    found = computed(json.loads(RESULTS.read_text()))
    show(found)
    return {"money": found}


def computed(results: Mapping[str, Any]) -> dict[str, Any]:
    """Dollars a million predictions by memory, dollars a month of servers, and the prices."""
    measured = results["setting"]["memory_mb"]
    lambdas = per_million(measured)
    rates = results.get("rate", {}).get("variants", {})
    return {
        "command": "make bench-money",
        "unit": "USD",
        "prices": {name: {"usd": usd, "read": read} for name, (usd, read) in PRICES.items()},
        "per_million": lambdas,
        "requests_per_million": MILLION * request_usd(0, 0),
        "settings": {name: settings(by_size) for name, by_size in lambdas.items()},
        "fastest": fastest(measured),
        "month": {str(volume): usd for volume, usd in per_month(rates).items()},
        "peak": PEAK,
    }


def per_million(measured: Mapping[str, Any]) -> dict[str, dict[str, dict[str, float]]]:
    """USD of a million predictions: variant → memory → samples a request."""
    return {
        name: {
            memory_mb: {
                samples: MILLION
                / int(samples)
                * request_usd(entry["billed_ms"], int(memory_mb), int(samples) * SAMPLE_BYTES)
                for samples, entry in found["warm"].items()
            }
            for memory_mb, found in by_size.items()
        }
        for name, by_size in measured.items()
    }


def settings(by_size: Mapping[str, Mapping[str, float]]) -> dict[str, str]:
    """Samples a request → the memory at which they cost least; the smaller of equals."""
    sizes = sorted(by_size, key=int)
    return {
        samples: min(sizes, key=lambda size: by_size[size][samples])
        for samples in by_size[sizes[0]]
    }


def fastest(measured: Mapping[str, Any]) -> dict[str, str]:
    """Variant → the memory with the shortest warm answer to one sample."""
    return {
        name: min(
            sorted(by_size, key=int),
            key=lambda size: by_size[size]["warm"]["1"]["duration_ms"]["median"],
        )
        for name, by_size in measured.items()
    }


def per_month(rates: Mapping[str, Any]) -> dict[int, dict[str, float]]:
    """USD a month of servers: predictions a month → server → the hosts that the peak asks for."""
    return {
        volume: {
            name: hosts(volume, found["median"]) * host_month_usd() for name, found in rates.items()
        }
        for volume in VOLUMES
    }


def hosts(volume: int, per_s: float) -> int:
    """Hosts of one processor that the busiest hour of a month needs, at least one."""
    return max(1, math.ceil(volume * PEAK / (HOURS_A_MONTH * 3600) / per_s))


def request_month(money: Mapping[str, Any], name: str, volume: int) -> float:
    """USD a month of so many requests to a Lambda variant at its cheapest memory."""
    by_size = money["per_million"].get(name, {})
    usd = min((found["1"] for found in by_size.values()), default=math.nan)
    return float(usd) * volume / MILLION


def show(money: Mapping[str, Any]) -> None:
    """Print USD a million predictions, and a month."""
    print(f"\n{'USD a million predictions':<28} {'MB':>5} {'1':>8} {'100':>8} {'10,000':>10}")
    for name, by_size in money["per_million"].items():
        for size, found in by_size.items():
            print(f"{name:<28} {size:>5} " + " ".join(f"{usd:8.6f}" for usd in found.values()))
    for volume, found in money["month"].items():
        hosted = ", ".join(f"{name} ${usd:.2f}" for name, usd in found.items())
        print(f"{int(volume):>12,} a month on hosts: {hosted}")


if __name__ == "__main__":
    sys.exit(main("money", run))
