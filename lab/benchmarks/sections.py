"""Turns the entries of results.json into the sections of docs/performance.md."""

from collections.abc import Mapping
from typing import Any

from lab.benchmarks.results import figure
from lab.benchmarks.variants import words_of
from lab.blocks import Block, Bullets, Heading, Paragraph, Picture, Table

Results = Mapping[str, Any]


def with_unit(value: float, unit: str) -> str:
    """A number and its unit."""
    return f"{figure(value)} {unit}"


def between(low: float, high: float) -> str:
    """A range."""
    return f"{figure(low)} … {figure(high)}"


def cold(results: Results) -> list[Block]:
    """Starts, and the peers that do not run here."""
    found: list[Block] = [
        Paragraph(
            "From a container in which nothing of the function runs yet to the first correct "
            "answer; of a server, from its container's first process on. Every variant but the "
            "constant one first had to give the labels that its own model gives for known samples."
        ),
        Picture("performance/cold.svg", "Cold start by variant, median and range, log scale."),
        _series(results["cold"], "Cold start, ms", against="bare"),
    ]
    if "processor" in results:
        caption = (
            "The same starts in processor time of the whole container, the emulator's own "
            "included, ms"
        )
        found.append(_series(results["processor"], caption, against="bare"))
    missing = results["cold"].get("missing")
    if missing:
        lines = [f"{name} ({words_of(name)}): {why}" for name, why in sorted(missing.items())]
        found += [Paragraph("Not measured, with the reason:"), Bullets(lines)]
    return found


def warm(results: Results) -> list[Block]:
    """Answers, their tail, the handler alone and servers' rates."""
    found: list[Block] = [
        Paragraph(
            "One sample over a kept connection, through the emulator (whose own work is in every "
            "Lambda variant's time, the constant's too) or to the server."
        ),
        Picture("performance/warm.svg", "Warm answer by variant, median and range, log scale."),
        _series(results["warm"], "Warm answer, ms", against="bare"),
    ]
    if "tail" in results:
        tail = results["tail"]["variants"]
        rows = [
            [name, figure(tail[f"{name}, p50"]["median"]), figure(tail[f"{name}, p99"]["median"])]
            for name in ("bare", "scorecard")
            if f"{name}, p50" in tail
        ]
        found.append(
            Table(
                f"Tail over {results['tail']['calls']:,} calls of each, ms",
                ["Variant", "Median", "99th percentile"],
                rows,
            )
        )
    if "handler" in results:
        taken = results["handler"]["variants"]["scorecard"]["median"]
        found.append(
            Paragraph(
                f"Our handler alone takes {figure(taken)} ms of processor time for a request of "
                "one sample: reading, checking, scoring, reasons, answer, log and metrics."
            )
        )
    if results.get("rate", {}).get("variants"):
        found.append(
            _series(results["rate"], "Requests a second of one processor, four callers at once")
        )
    return found


def batch(results: Results) -> list[Block]:
    """Rows a second."""
    times, rates = results["batch"], results.get("batch-rate", {"variants": {}})["variants"]
    bare = times["variants"]["bare JSON"]["median"]
    rows = [
        [
            name,
            figure(found["median"]),
            figure(rates[name]["median"]) if name in rates else "",
            f"{found['median'] / bare:.2f} ×",
        ]
        for name, found in times["variants"].items()
    ]
    return [
        Paragraph(
            f"One request of {times['rows']:,} samples without reasons, processor time of the "
            "handler in one process, beside parsing the same request and writing the same answer "
            "with the standard library and nothing else."
        ),
        Table("Batches", ["Work", "ms", "Rows/s", "Against bare"], rows),
    ]


def weight(results: Results) -> list[Block]:
    """Bytes of images and of running containers."""
    found: list[Block] = [
        Picture("performance/memory.svg", "Peak memory by variant, median and range, log scale."),
        _series(
            results["memory"],
            "Most memory held by the container's control group up to its first answer, MB "
            "(the emulator's own included)",
            against="bare",
        ),
    ]
    if "size" in results:
        found += [
            Picture("performance/size.svg", "Bytes above the base image by variant, log scale."),
            _series(results["size"], "Image above the base, unpacked, MB"),
        ]
    return found


def loop(results: Results) -> list[Block]:
    """Seconds of commands, the tests too where they were timed."""
    series = dict(results["loop"]["variants"])
    series.update(results.get("tests", {}).get("variants", {}))
    rows = [
        [name, figure(found["median"]), between(found["lowest"], found["highest"])]
        for name, found in series.items()
    ]
    caption = "Commands, everything installed and built before, s"
    return [Table(caption, ["Command", "Median", "Lowest … highest"], rows)]


def limits() -> list[Block]:
    """What these numbers cannot say."""
    return [
        Heading(2, "What these numbers are not"),
        Bullets(
            [
                "Not Lambda's: no network, no placement of the image, another processor. Only the "
                "ratios carry over.",
                "Peers are written in their own published way, as small as it allows, and are "
                "better products than this benchmark asks them to be. Their code is in "
                "lab/benchmarks/peers/.",
                "The joblib model of the peers is ours, and quick; only AWS's way has the random "
                "forest that its template has.",
                "gunicorn and BentoML run one worker, which is what one processor can use.",
            ]
        ),
    ]


def _series(entry: Mapping[str, Any], caption: str, against: str | None = None) -> Table:
    series = entry["variants"]
    base = series[against]["median"] if against in series else None
    rows = [
        [
            name,
            words_of(name),
            figure(found["median"]),
            between(found["lowest"], found["highest"]),
            *([f"{found['median'] / base:.2f} ×"] if base else []),
        ]
        for name, found in sorted(series.items(), key=lambda item: float(item[1]["median"]))
    ]
    header = [
        "",
        "What it is",
        "Median",
        "Lowest … highest",
        *([f"Against {against}"] if base else []),
    ]
    return Table(caption, header, rows)
