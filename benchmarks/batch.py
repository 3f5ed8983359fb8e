"""Turns one request of 10,000 samples into rows per second of handler CPU time.

Beside it, in the same run and interleaved, the least that any service must do with the same bytes:
parse the request's JSON and write the answer's. Run by ``make bench-batch``.
"""

import argparse
import contextlib
import io
import json
import random
import statistics
import sys
from collections.abc import Callable
from time import process_time
from typing import Any

from cytology.schema import load_schema
from predict.app import handler

ROWS = 10_000
ROUNDS = 15
#: Bars of the product: rows a second, and CPU time as a multiple of the bare JSON work.
BAR_ROWS_PER_S, BAR_RATIO = 150_000, 4.0


def event(body: str, content_type: str) -> dict[str, Any]:
    """A payload-v2 event of a prediction."""
    return {
        "version": "2.0",
        "rawPath": "/v1/predict",
        "headers": {"content-type": content_type},
        "queryStringParameters": {"explain": "false"},
        "requestContext": {"requestId": "bench", "http": {"method": "POST"}},
        "body": body,
        "isBase64Encoded": False,
    }


def seconds(work: Callable[[], object]) -> float:
    """CPU time of one call; what it prints is thrown away."""
    with contextlib.redirect_stdout(io.StringIO()):
        started = process_time()
        work()
        return process_time() - started


def main() -> int:
    """Measure, print, and return 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    rounds = parser.parse_args().rounds
    source = random.Random(1)
    features = load_schema().features
    samples = [[source.choice(feature.scores) for feature in features] for _ in range(ROWS)]
    as_json = event(json.dumps({"samples": samples}), "application/json")
    as_csv = event("\n".join(",".join(map(str, row)) for row in samples), "text/csv")
    answer = handler(as_json, None)["body"]
    document = json.loads(answer)
    assert len(document["predictions"]) == ROWS
    variants: dict[str, Callable[[], object]] = {
        "bare JSON": lambda: (json.loads(as_json["body"]), json.dumps(document)),
        "handler, JSON": lambda: handler(as_json, None),
        "handler, CSV": lambda: handler(as_csv, None),
    }
    times: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(rounds):
        for name, work in variants.items():
            times[name].append(seconds(work))
    bare = statistics.median(times["bare JSON"])
    print(f"{ROWS:,} samples a request, {rounds} interleaved rounds, median CPU time")
    for name, found in times.items():
        middle = statistics.median(found)
        print(
            f"{name:14} {middle * 1e3:7.1f} ms {ROWS / middle:10,.0f} rows/s "
            f"{middle / bare:5.2f} × bare"
        )
    middle = statistics.median(times["handler, JSON"])
    met = ROWS / middle >= BAR_ROWS_PER_S and middle / bare <= BAR_RATIO
    print(
        f"bars: ≥ {BAR_ROWS_PER_S:,} rows/s and ≤ {BAR_RATIO} × bare: {'met' if met else 'MISSED'}"
    )
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
