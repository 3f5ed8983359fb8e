"""Turns one request of 10,000 samples into rows per second of handler time: ``make bench-batch``.

Beside it, in the same run and interleaved, the least that any service must do with the same bytes:
parse the request's JSON and write the answer's.
"""

import contextlib
import io
import json
import os
import random
import sys
from collections.abc import Callable
from time import process_time
from typing import Any

from cytology.schema import load_schema
from lab.benchmarks.part import Series, entry, main
from lab.benchmarks.results import Bar
from tests.support.image import ROOT

ROWS = 10_000
JSON, CSV, TABLE = "ours, JSON", "ours, CSV", "ours, CSV to CSV"
BARE = "bare JSON"
RATE_BARS = (
    Bar("batch: ours, JSON", JSON, None, 150_000, at_most=False, unit="rows/s"),
    Bar("batch: ours, CSV", CSV, None, 150_000, at_most=False, unit="rows/s"),
)
BARS = (
    Bar("batch: ours, JSON / bare parse and dump", JSON, BARE, 4.0, at_most=True),
    Bar("batch: ours, CSV / bare parse and dump", CSV, BARE, 4.0, at_most=True),
)


def run(rounds: int) -> dict[str, dict[str, Any]]:
    """Measure processor time of batches, and the rows a second that follow from it."""
    milliseconds = measure(rounds)
    rates = {name: [ROWS / taken * 1e3 for taken in found] for name, found in milliseconds.items()}
    command = "make bench-batch"
    return {
        "batch": entry(command, "ms", rounds, milliseconds, BARS) | {"rows": ROWS},
        "batch-rate": entry(command, "rows/s", rounds, rates, RATE_BARS) | {"rows": ROWS},
    }


def measure(rounds: int) -> Series:
    """Milliseconds of processor time, one a round, after one round that counts not."""
    os.environ.setdefault("MODEL_DIR", str(ROOT / "artifact"))
    from predict.app import handler

    source = random.Random(1)
    features = load_schema().features
    samples = [[source.choice(feature.scores) for feature in features] for _ in range(ROWS)]
    table = "\n".join(",".join(map(str, row)) for row in samples)
    as_json = event(json.dumps({"samples": samples}), "application/json", "application/json")
    as_csv = event(table, "text/csv", "application/json")
    to_csv = event(table, "text/csv", "text/csv")
    with contextlib.redirect_stdout(io.StringIO()):
        document = json.loads(handler(as_json, None)["body"])
    if len(document["predictions"]) != ROWS:
        raise SystemExit("the handler answers another number of samples")
    work: dict[str, Callable[[], object]] = {
        BARE: lambda: (json.loads(as_json["body"]), json.dumps(document)),
        JSON: lambda: handler(as_json, None),
        CSV: lambda: handler(as_csv, None),
        TABLE: lambda: handler(to_csv, None),
    }
    series: Series = {name: [] for name in work}
    for number in range(rounds + 1):
        for name, call in work.items():
            taken = milliseconds_of(call)
            if number:
                series[name].append(taken)
    return series


def event(body: str, content_type: str, accept: str) -> dict[str, Any]:
    """A payload-v2 event of a prediction."""
    return {
        "version": "2.0",
        "rawPath": "/v1/predict",
        "headers": {"content-type": content_type, "accept": accept},
        "queryStringParameters": {"explain": "false"},
        "requestContext": {"requestId": "bench", "http": {"method": "POST"}},
        "body": body,
        "isBase64Encoded": False,
    }


def milliseconds_of(work: Callable[[], object]) -> float:
    """Processor time of one call; what it prints is thrown away."""
    with contextlib.redirect_stdout(io.StringIO()):
        started = process_time()
        work()
        return (process_time() - started) * 1e3


if __name__ == "__main__":
    sys.exit(main("batch", run))
