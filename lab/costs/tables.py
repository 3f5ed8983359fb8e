"""Gives docs/costs.md its tables, from the cost model."""

import math
from functools import cache
from typing import Any

from lab.costs.inputs import document
from lab.costs.model import break_evens, months
from lab.tables import figure, table, usd

TITLES = {
    "lambda": "Lambda + HTTP API",
    "ec2": "EC2",
    "ecs-ec2": "ECS on EC2",
    "fargate": "Fargate + ALB",
    "sagemaker": "SageMaker real-time",
    "sagemaker-serverless": "SageMaker Serverless",
}
VOLUMES = (1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 3e10)
#: Share of cold starts under steady traffic: above the share that peaks were seen to cause.
STEADY_COLD_SHARE = 0.001


@cache
def inputs() -> dict[str, Any]:
    """Return the inputs of the cost model, read once."""
    return document()


def assumed(name: str) -> float:
    """Return a value of assumptions.json."""
    return float(inputs()["assumptions"]["values"][name]["value"])


def cold_share(requests: float) -> float:
    """Return the share of a month's requests that find no idle environment.

    Independent requests follow a gap longer than T with probability e^(-rate × T).
    """
    gaps = requests * assumed("idle_reclaim_s") / (assumed("hours_a_month") * 3600)
    return max(math.exp(-gaps), STEADY_COLD_SHARE)


def by_volume(*, redundant: bool) -> str:
    """Return USD a month of every option by volume; the cheapest is bold."""
    traffics = [
        {"requests": volume, "cold_share": cold_share(volume), "redundant": redundant}
        for volume in VOLUMES
    ]
    rows = []
    for traffic, month in zip(traffics, months(inputs(), traffics), strict=True):
        least = min(each["usd"] for each in month.values())
        cells = [usd(each["usd"]) for each in month.values()]
        bold = [
            f"**{cell}**" if each["usd"] == least else cell
            for cell, each in zip(cells, month.values(), strict=True)
        ]
        rows.append([f"{traffic['requests']:,.0f}", f"{traffic['cold_share']:.1%}", *bold])
    return table(["Requests a month", "Cold starts", *TITLES.values()], rows)


def break_even() -> str:
    """Return the volumes from which on another option costs less than Lambda."""
    patterns = [
        {"cold_share": STEADY_COLD_SHARE, "redundant": redundant, "free_tier": free}
        for redundant, free in ((True, False), (False, False), (False, True))
    ]
    others = [name for name in TITLES if name != "lambda"]
    pairs = [
        {"options": ["lambda", name], "traffic": traffic} for name in others for traffic in patterns
    ]
    cells = [_crossings(found) for found in break_evens(inputs(), pairs)]
    rows = [[TITLES[name], *cells[3 * row : 3 * row + 3]] for row, name in enumerate(others)]
    header = ["Against", "Survives a loss", "One host", "One host, free tiers"]
    return table(header, rows)


def _crossings(found: list[dict[str, Any]]) -> str:
    texts = [
        f"{each['requests']:,}" + (" (Lambda again)" if each["cheaper"] == "lambda" else "")
        for each in found
    ]
    return "; ".join(texts) or "never"


def memory() -> str:
    """Return the measured milliseconds of every memory size, and their price."""
    sizes = inputs()["measured"]["memory_mb"]
    traffics = [{"memory_mb": int(size), "cold_share": 0} for size in sizes]
    rows = [
        [
            size,
            figure(own["billed_ms"]),
            figure(own["slow_ms"]),
            figure(own["sample_ms"] * 1000),
            figure(month["lambda"]["lines"]["compute"]),
        ]
        for (size, own), month in zip(sizes.items(), months(inputs(), traffics), strict=True)
    ]
    rows.sort(key=lambda row: int(row[0]))
    header = ["MB", "Billed ms, one sample", "99 % within, ms", "ms for 1,000 samples more"]
    return table([*header, "Compute, USD a million requests"], rows)


def unverified() -> str:
    """Return the prices that were not read in a price list or a public copy of one."""
    rows = [
        [f"`{name}`", figure(row["tiers"][0][1]), row["unit"], f"{row['source']}, {row['date']}"]
        for name, row in inputs()["prices"]["prices"].items()
        if not row["verified"]
    ]
    return table(["Price", "USD", "Unit", "Source"], rows)
