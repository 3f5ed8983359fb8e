"""Turns images into cold starts: ``make bench-cold``.

A cold start here lasts from a container whose emulator listens, with nothing of the function
running yet, to the first complete and correct answer: the runtime's start, the function's imports,
the model's load and one prediction. Containers get one processor, as Lambda gives at 1,769 MB.
Variants are interleaved, so that whatever else the machine does meets all of them alike.
"""

import argparse
import json
import sys
import time
from typing import Any, NamedTuple

from benchmarks.images import build
from benchmarks.results import Bar, judge, record, spread, verdict_line
from tests.image import built_image
from tests.transports import http_event, invoke_emulator, running_container

BARS = (
    Bar("ours, scorecard / bare handler", "scorecard", "bare", 4.0, at_most=True),
    Bar(
        "AWS template's way / ours, scorecard", "sam-apigw-scikit", "scorecard", 8.0, at_most=False
    ),
    Bar("ours, scorecard / bare handler", "scorecard", "bare", 1.8, at_most=True, held=False),
    Bar(
        "AWS template's way / ours, scorecard",
        "sam-apigw-scikit",
        "scorecard",
        14.0,
        at_most=False,
        held=False,
    ),
    Bar(
        "ours, sklearn / AWS template's way",
        "sklearn",
        "sam-apigw-scikit",
        0.6,
        at_most=True,
        held=False,
    ),
)
#: The data set's first row, which is benign.
BODY = '{"samples": [[5, 1, 1, 1, 2, 1, 3, 1, 1]]}'
CORRECT = "benign"


class Variant(NamedTuple):
    """An image and the environment to start it with."""

    name: str
    image: str
    environment: dict[str, str]


def main() -> int:
    """Measure, print, record; return 1 where a held bar is missed by more than noise."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cold", description=__doc__)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--extra", nargs="*", default=[], metavar="NAME=IMAGE")
    parser.add_argument("--no-record", action="store_true", help="leave results.json as it is")
    options = parser.parse_args()
    if options.rounds < 2:
        parser.error("--rounds must be at least 2: one round has no spread")
    series = measure(_variants(options.extra), options.rounds)
    print(f"\n{'first answer after start':<30} median    lowest … highest   (ms)")
    for name, values in series.items():
        found = spread(values)
        print(f"{name:<30} {found.median:6.0f}    {found.lowest:6.0f} … {found.highest:.0f}")
    print()
    verdicts = [judge(bar, series) for bar in BARS]
    for verdict in verdicts:
        print(verdict_line(verdict))
    if not options.no_record:
        record("cold", _document(series, options.rounds))
    return int(any(verdict.missed and verdict.bar.held for verdict in verdicts))


def measure(variants: list[Variant], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each variant's cold starts, one a round, after one round that counts not."""
    series: dict[str, list[float]] = {variant.name: [] for variant in variants}
    for number in range(rounds + 1):
        print(f"\rround {number} of {rounds}", end="", flush=True)
        # Each round starts elsewhere, so that no variant always follows the same one
        offset = number % len(variants)
        for variant in variants[offset:] + variants[:offset]:
            elapsed_ms = cold_start(variant)
            if number:
                series[variant.name].append(elapsed_ms)
    return series


def cold_start(variant: Variant) -> float:
    """Milliseconds to the first answer of a fresh container, which must be correct."""
    event = http_event("POST", "/v1/predict", {"content-type": "application/json"}, BODY)
    limits = ["--cpus", "1", "--memory", "1769m"]
    with running_container(variant.image, variant.environment, *limits) as port:
        started = time.perf_counter()
        answer = invoke_emulator(port, event)
        elapsed_ms = (time.perf_counter() - started) * 1e3
    if json.loads(answer["body"])["predictions"][0]["label"] != CORRECT:
        raise SystemExit(f"{variant.name} answers wrongly: {answer}")
    return elapsed_ms


def _variants(extra: list[str]) -> list[Variant]:
    ours = built_image()
    variants = [Variant(name, build(name), {}) for name in ("bare", "sam-apigw-scikit")]
    variants.append(Variant("scorecard", ours, {"MODEL_ENGINE": "scorecard"}))
    variants.append(Variant("sklearn", ours, {"MODEL_ENGINE": "sklearn"}))
    for item in extra:
        name, _, image = item.partition("=")
        variants.append(Variant(name, image, {}))
    return variants


def _document(series: dict[str, list[float]], rounds: int) -> dict[str, Any]:
    return {
        "command": "make bench-cold",
        "unit": "ms",
        "rounds": rounds,
        "variants": {name: spread(values)._asdict() for name, values in series.items()},
        "ratios": {
            "scorecard / bare": judge(BARS[0], series).ratio,
            "sam-apigw-scikit / scorecard": judge(BARS[1], series).ratio,
            "sklearn / sam-apigw-scikit": judge(BARS[4], series).ratio,
        },
    }


if __name__ == "__main__":
    sys.exit(main())
