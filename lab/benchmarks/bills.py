"""Turns memory settings and money in results.json into sections of docs/performance.md."""

from collections.abc import Mapping
from typing import Any

from lab.benchmarks.money import request_month
from lab.benchmarks.results import figure
from lab.benchmarks.sections import Results
from lab.blocks import Block, Bullets, Paragraph, Picture, Table


def setting(results: Results) -> list[Block]:
    """The curve, and what it says of the default."""
    rows = [
        [
            name,
            size,
            figure(entry["cold_ms"]["median"]),
            *(
                f"{figure(entry['warm'][samples]['duration_ms']['median'])} / "
                f"{figure(entry['warm'][samples]['billed_ms'])}"
                for samples in entry["warm"]
            ),
        ]
        for name, by_size in results["setting"]["memory_mb"].items()
        for size, entry in sorted(by_size.items(), key=lambda item: int(item[0]))
    ]
    found: list[Block] = [
        Paragraph(
            "A container with each size's memory and its share of a processor (size / 1,769), "
            "times from the emulator's REPORT lines. On Lambda a function starts on a whole "
            "processor at every size, so a real cold start is nearer to the one at 1,769 MB."
        ),
        Picture("performance/setting.svg", "Cold and warm answer over the memory setting."),
        Table(
            "Median duration / mean billed, ms, by samples in a request",
            ["Variant", "MB", "Cold", "1", "100", "10,000"],
            rows,
        ),
    ]
    failed = results["setting"].get("failed", {})
    lines = [
        f"{name} at {size} MB: {why}"
        for name, sizes in sorted(failed.items())
        for size, why in sizes.items()
    ]
    return found + ([Paragraph("Did not run:"), Bullets(lines)] if lines else [])


def money(results: Results) -> list[Block]:
    """Dollars a million predictions, and a month."""
    entry = results["money"]
    rows = [
        [name, size, *(figure(usd) for usd in by_samples.values())]
        for name, by_size in entry["per_million"].items()
        for size, by_samples in sorted(by_size.items(), key=lambda item: int(item[0]))
    ]
    best = entry["settings"].get("scorecard", {})
    words = [f"{best[samples]} MB with {int(samples):,} in a request" for samples in best]
    return [
        Paragraph(
            "Billed milliseconds of warm invocations, one Lambda request and one HTTP API request "
            "each, on demand in us-east-1, without the free tier, logs and traffic. Of the dollars "
            "for a million single predictions, "
            f"{figure(entry['requests_per_million'])} are these requests, whatever the function "
            "does."
        ),
        Table(
            "USD a million predictions, by samples in a request",
            ["Variant", "MB", "1", "100", "10,000"],
            rows,
        ),
        Paragraph(
            f"Ours is cheapest at {', '.join(words)}, and answers one sample fastest at "
            f"{entry['fastest'].get('scorecard', 'no')} MB."
        ),
        *_months(entry),
        Table(
            "Prices",
            ["Price", "USD a unit", "Read"],
            [
                [name, f"{each['usd']:.10f}".rstrip("0"), each["read"]]
                for name, each in sorted(entry["prices"].items())
            ],
        ),
    ]


def _months(entry: Mapping[str, Any]) -> list[Block]:
    names = sorted({name for found in entry["month"].values() for name in found})
    rows = [
        [
            f"{int(volume):,}",
            *(
                f"{request_month(entry, name, int(volume)):,.2f}"
                for name in ("scorecard", "sam-apigw-scikit")
            ),
            *(f"{found[name]:,.2f}" for name in names),
        ]
        for volume, found in sorted(entry["month"].items(), key=lambda item: int(item[0]))
    ]
    return [
        Paragraph(
            f"Servers need as many of the smallest hosts as the busiest hour asks for "
            f"({entry['peak']} times the mean) at the measured rate, without spare ones or a "
            "balancer, as if such a host gave its whole processor all the time."
        ),
        Picture("performance/money.svg", "USD a month over predictions a month, both log scale."),
        Table(
            "USD a month, one sample a request, Lambda at its cheapest memory",
            [
                "Predictions a month",
                "scorecard, Lambda",
                "sam-apigw-scikit, Lambda",
                *(f"{name}, hosts" for name in names),
            ],
            rows,
        ),
    ]
