"""Turns a table of ten million rows into docs/scale/bulk.json: speed, memory, checksums, a death.

Three runs over one table, written anew from its seed: row by row in one process; by Dask; by Dask
with a worker killed in the middle. All three must reach the same checksums. ``make bench-bulk``.
"""

import argparse
import json
import os
import platform
import signal
import statistics
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
from distributed import Client

from benchmarks.bulk_table import SEED, write_table
from benchmarks.results import processor
from bulk.points import MISSING, points_of
from bulk.reference import checksums
from bulk.runner import MEMORY_LIMIT, score_table
from bulk.scoring import Done, load_model
from cytology.scorecard import Scorecard

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "docs" / "scale" / "bulk.json"
#: Bars of the product: rows a second of one core for the scoring alone; memory of one worker.
BAR_ROWS_PER_S, BAR_BYTES = 3e6, 2**30


def scoring_rate(rows: int = 2_000_000, rounds: int = 5) -> float:
    """Rows a second of CPU time that numpy scores, the median of some rounds."""
    artifact, card, _ = load_model(str(ROOT / "artifact"))
    assert isinstance(card, Scorecard)
    points = points_of(card, artifact.schema, artifact.decision)
    dice = np.random.default_rng(SEED)
    places = np.empty((len(artifact.schema.features), rows), np.uint8)
    for column, feature in zip(places, artifact.schema.features, strict=True):
        column[:] = dice.integers(1, 1 + len(feature.scores), rows)
        if feature.may_be_missing:
            column[dice.random(rows) < 0.1] = MISSING
    rates = []
    for _ in range(rounds):
        started = process_time()
        points.score(places)
        rates.append(rows / (process_time() - started))
    return statistics.median(rates)


class Killer:
    """Kills one worker, once, after so many blocks."""

    def __init__(self, after: int) -> None:
        self._left = after
        self.killed = False

    def __call__(self, client: Client, _done: Done) -> None:
        """Told of every block that is done."""
        self._left -= 1
        if self._left <= 0 and not self.killed:
            [pid, *_] = client.run(os.getpid).values()
            os.kill(pid, signal.SIGKILL)
            self.killed = True


def run(table: Path, workers: int, *, kill: bool) -> dict[str, Any]:
    """Score the table with Dask; return the summary."""
    target = table.with_suffix(".predictions.csv")
    killer = Killer(after=4)
    told = killer if kill else (lambda _client, _done: None)
    written = score_table(table, target, ROOT / "artifact", workers=workers, watch=told)
    assert killer.killed == kill
    return {**written.summary, "bytes_out": target.stat().st_size}


def main() -> int:
    """Measure, print, keep; return 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    rate = scoring_rate()
    print(f"scoring alone         {rate:14,.0f} rows/s of one core")
    with tempfile.TemporaryDirectory() as directory:
        table = Path(directory, "samples.csv")
        faulty = write_table(table, options.rows)
        started = perf_counter()
        expected = checksums(table, ROOT / "artifact")
        alone_s = perf_counter() - started
        print(f"row by row            {options.rows / alone_s:14,.0f} rows/s")
        undisturbed = run(table, options.workers, kill=False)
        killed = run(table, options.workers, kill=True)
        size = table.stat().st_size
    for name, found in (("Dask", undisturbed), ("Dask, a worker killed", killed)):
        print(f"{name:21} {options.rows / found['seconds']:14,.0f} rows/s")
    sums = {(found["scores_sha256"], found["faults_sha256"]) for found in (undisturbed, killed)}
    equal = sums == {expected[1:]} and undisturbed["faulty"] == killed["faulty"] == faulty
    peak = max(undisturbed["peak_bytes_per_worker"], killed["peak_bytes_per_worker"])
    met = equal and rate >= BAR_ROWS_PER_S and peak <= BAR_BYTES
    print(f"checksums {'equal' if equal else 'DIFFER'}, at most {peak / 2**20:.0f} MiB a worker")
    print(f"bars: {'met' if met else 'MISSED'}")
    document = {
        "command": "make bench-bulk",
        "measured": datetime.now(UTC).date().isoformat(),
        "machine": {"processor": processor(), "cores": os.cpu_count()},
        "python": platform.python_version(),
        "numpy": np.__version__,
        "seed": SEED,
        "bytes_in": size,
        "workers": options.workers,
        "memory_limit": MEMORY_LIMIT,
        "rows_per_second_of_scoring": round(rate),
        "seconds_row_by_row": round(alone_s, 1),
        "checksums_equal": equal,
        "undisturbed": undisturbed,
        "a_worker_killed": killed,
    }
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.write_text(json.dumps(document, indent=2) + "\n")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
