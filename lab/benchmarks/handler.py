"""Measures the handler in this process: one sample, and 10,000 samples in one request."""

import json
import os
import random
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from time import process_time
from typing import Any

from lab.benchmarks.images import ROOT
from lab.benchmarks.protocols import event, samples_body
from lab.benchmarks.results import Series, entry
from lab.benchmarks.variants import SAMPLE, WrongAnswer

ROWS = 10_000
#: Calls a round for one sample.
CALLS = 2_000


def batch(rounds: int, rows: int = ROWS, calls: int = CALLS) -> dict[str, Any]:
    """Measure the processor time of both, and of parsing and writing the JSON of the batch.

    Parameters
    ----------
    rounds
        Measurements of each kind of request.
    rows
        Samples of the large request.
    calls
        Requests with one sample a round.
    """
    os.environ.setdefault("MODEL_DIR", str(ROOT / "artifact"))
    # Imported here: the handler loads the model when it is imported
    from predict.app import handler

    source = random.Random(1)
    many = [[source.randint(1, 10) for _ in SAMPLE] for _ in range(rows)]
    table = "\n".join(",".join(map(str, row)) for row in many)
    as_json, as_csv = event(samples_body(many)), event(table, "text/csv")
    one = event(samples_body([SAMPLE]), explain=True)
    with Path(os.devnull).open("w") as sink, redirect_stdout(sink):
        answer = json.loads(handler(as_json, None)["body"])
        if len(answer["predictions"]) != rows or handler(one, None)["statusCode"] != 200:
            raise WrongAnswer("the handler does not answer every sample")
        work: dict[str, Callable[[], object]] = {
            "bare": lambda: (json.loads(as_json["body"]), json.dumps(answer)),
            "JSON": lambda: handler(as_json, None),
            "CSV": lambda: handler(as_csv, None),
            "CSV to CSV": lambda: handler(event(table, "text/csv", accept="text/csv"), None),
        }
        batches: Series = {name: [] for name in work}
        single: Series = {"ours": []}
        for _ in range(rounds):
            single["ours"].append(_milliseconds(lambda: handler(one, None), calls))
            for name, call in work.items():
                batches[name].append(_milliseconds(call))
    return {"handler": entry("ms", rounds, single), "batch": entry("ms", rounds, batches)}


def _milliseconds(work: Callable[[], object], calls: int = 1) -> float:
    """Return the processor time of one call."""
    started = process_time()
    for _ in range(calls):
        work()
    return (process_time() - started) * 1e3 / calls
