"""Simulates how often ``make drift`` finds a shift, and how often falsely: ``python -m lab.drift``.

Reference and samples are drawn again from the training table for each check, so that the result
includes the error of a reference of 699 samples. The histogram of the probability is left out.
"""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lab.benchmarks.images import samples
from lab.tables import table
from training.drift.psi import judge

RECORD = Path(__file__).with_name("drift.json")
SIZES = (50, 100, 200, 500, 1_000)
#: Checks of unchanged samples, for each size; checks of each change.
UNCHANGED, CHANGED = 200, 20
SEED = 20_261_123
#: Rows of the first and the last period in which the data was collected; PROVENANCE.md.
FIRST, LAST = 367, 86
CHROMATIN, NUCLEI = 6, 5

Table = NDArray[np.float64]
Random = np.random.Generator
#: Draws a number of rows.
Draw = Callable[[Random, int], Table]


def scenarios() -> dict[str, tuple[Draw, int, Draw]]:
    """Return by name: the source of the reference, its size, the source of the samples."""
    found, labels = samples()
    rows = np.array(found)
    malignant = np.array(labels) == "malignant"
    everything, size = _from(rows), len(rows)

    def fewer_malignant(random: Random, count: int) -> Table:
        ill = int(random.binomial(count, 0.16))
        parts = (_from(rows[malignant])(random, ill), _from(rows[~malignant])(random, count - ill))
        return np.concatenate(parts)

    def higher(random: Random, count: int) -> Table:
        drawn = everything(random, count)
        drawn[:, CHROMATIN] = np.minimum(10, drawn[:, CHROMATIN] + 1)
        return drawn

    def emptier(random: Random, count: int) -> Table:
        drawn = everything(random, count)
        drawn[random.random(count) < 0.1, NUCLEI] = np.nan
        return drawn

    return {
        "nothing": (everything, size, everything),
        "last period against the first": (_from(rows[:FIRST]), FIRST, _from(rows[-LAST:])),
        "last period against the whole table": (everything, size, _from(rows[-LAST:])),
        "only the share of malignant samples, 34 % to 16 %": (everything, size, fewer_malignant),
        "one scorer gives a point more for bland chromatin": (everything, size, higher),
        "bare nuclei are missing in a tenth more": (everything, size, emptier),
    }


def found_share(name: str, size: int) -> float:
    """Return the share of checks that report a shift."""
    before, reference_size, after = scenarios()[name]
    random = np.random.default_rng([SEED, size])
    checks = UNCHANGED if name == "nothing" else CHANGED
    shifted = [
        any(
            verdict.shifted
            for verdict in judge(
                count(before(random, reference_size)), count(after(random, size)), seed=check
            )
        )
        for check in range(checks)
    ]
    return sum(shifted) / checks


def count(rows: Table) -> dict[str, tuple[int, ...]]:
    """Return a histogram of each column: scores 1 to 10, and missing."""
    scores = np.nan_to_num(rows, nan=11).astype(int)
    return {
        str(column): tuple(np.bincount(values, minlength=12)[1:].tolist())
        for column, values in enumerate(scores.T)
    }


def shares() -> str:
    """Return the recorded shares as a table."""
    rows = [
        [name, *(f"{share:.0%}" for share in found)]
        for name, found in json.loads(RECORD.read_text(encoding="utf-8")).items()
    ]
    return table(["What changed", *(f"{size:,} samples" for size in SIZES)], rows)


def _from(rows: Table) -> Draw:
    """Return a function that draws from rows with replacement."""
    return lambda random, size: rows[random.choice(len(rows), size)]


def main() -> None:
    """Simulate every scenario and record the shares."""
    found = {name: [found_share(name, size) for size in SIZES] for name in scenarios()}
    RECORD.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
