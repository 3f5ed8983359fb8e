"""Turns the training table into how often the drift check finds a shift, and how often falsely.

Reference and samples are drawn anew for each trial, so what is measured includes that the training
table is itself only 699 samples. Writes its tables into docs/drift.md.
"""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from cytology.artifact import load_artifact
from cytology.measurements import Row
from cytology.population import Population, count_population
from cytology.schema import Schema
from runtime.engines import load_engine
from training.compile import as_rows
from training.dataset import Dataset, load_dataset
from training.drift.psi import MATTERS, judge, stability_index

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "drift.md"
BEGIN, END = "<!-- written by make bench-drift -->\n", "<!-- end of what it wrote -->\n"

SIZES = (50, 100, 200, 500, 1_000, 5_000)
DETECTED = (50, 100, 200, 500, 1_000)
HELD = 200
BASE_RATE = "base rate alone, 34 % → 16 % malignant"
FALSE_TRIALS, TRIALS = 200, 20
SEED = 20_261_123

Rows = list[Row]
Random = np.random.Generator
#: Draws a number of rows.
Draw = Callable[[Random, int], Rows]


class Table:
    """The training table as rows, each with the probability that the model gives it."""

    def __init__(self, dataset: Dataset, schema: Schema) -> None:
        self._schema = schema
        self._engine = load_engine(load_artifact(str(ROOT / "artifact")), "scorecard")
        self._chances: dict[Row, float] = {}
        self.rows = as_rows(dataset.scores)
        self.dataset = dataset

    def drawer(
        self, mask: NDArray[Any], change: Callable[[Row, Random], Row] | None = None
    ) -> Draw:
        """Draw with replacement from some of the rows."""
        places = np.flatnonzero(mask)

        def draw(random: Random, size: int) -> Rows:
            rows = [self.rows[place] for place in random.choice(places, size)]
            return [change(row, random) for row in rows] if change else rows

        return draw

    def count(self, rows: Rows) -> Population:
        """Count rows, each scored once."""
        if fresh := list({*rows} - self._chances.keys()):
            answers = self._engine.predict(fresh, explain=False)
            self._chances |= {
                row: answer.probability for row, answer in zip(fresh, answers, strict=True)
            }
        return count_population(rows, [self._chances[row] for row in rows], self._schema)


def scenarios(table: Table) -> dict[str, tuple[Draw, int, Draw]]:
    """Name → (what the reference is drawn from, its size, what the samples are drawn from)."""
    data = table.dataset
    everything = table.drawer(data.periods > 0)
    benign, malignant = table.drawer(data.labels == "benign"), table.drawer(data.labels != "benign")

    def mixture(share: float) -> Draw:
        def draw(random: Random, size: int) -> Rows:
            ill = int(random.binomial(size, share))
            return benign(random, size - ill) + malignant(random, ill)

        return draw

    def harsher(row: Row, _: Random) -> Row:
        return (*row[:6], min(10, (row[6] or 0) + 1), *row[7:])

    def emptier(row: Row, random: Random) -> Row:
        return (*row[:5], None if random.random() < 0.1 else row[5], *row[6:])

    first, last = data.periods == 1, data.periods == 8
    return {
        "last period against the first (46 % → 16 % malignant)": (
            table.drawer(first),
            int(first.sum()),
            table.drawer(last),
        ),
        "last period against the whole table": (everything, len(table.rows), table.drawer(last)),
        BASE_RATE: (everything, len(table.rows), mixture(0.163)),
        "base rate alone, 34 % → 10 % malignant": (everything, len(table.rows), mixture(0.10)),
        "one scorer gives a point more (bland chromatin)": (
            everything,
            len(table.rows),
            table.drawer(data.periods > 0, harsher),
        ),
        "bare nuclei missing in a tenth more": (
            everything,
            len(table.rows),
            table.drawer(data.periods > 0, emptier),
        ),
    }


def false_alarms(size: int) -> str:
    """One row: checks of unchanged samples that alarm, by our rule and by the customary one."""
    table, random = _start(size)
    draw = table.drawer(table.dataset.periods > 0)
    ours = customary = 0
    for trial in range(FALSE_TRIALS):
        reference = table.count(draw(random, len(table.rows)))
        found = table.count(draw(random, size))
        ours += _alarms(reference, found, trial)
        customary += any(index >= 0.25 for index in _indices(reference, found).values())
    return f"| {size:,} | {ours / FALSE_TRIALS:.1%} | {customary / FALSE_TRIALS:.1%} |"


def detections(name: str) -> str:
    """One row: checks of changed samples that alarm, by size."""
    table, random = _start(len(name))
    before, reference_size, after = scenarios(table)[name]
    shares = []
    for size in DETECTED:
        alarms = sum(
            _alarms(
                table.count(before(random, reference_size)), table.count(after(random, size)), trial
            )
            for trial in range(TRIALS)
        )
        shares.append(f"{alarms / TRIALS:.0%}")
    return f"| {name} | {' | '.join(shares)} |"


def coverage(size: int) -> float:
    """Share of the printed intervals that hold the true PSI, where both sides show every score.

    Where one does not, the true PSI is infinite, and what is printed is that of a half sample more.
    """
    table, random = _start(size)
    before, reference_size, after = scenarios(table)[BASE_RATE]
    truth = _truth(table, before, after, random)
    held = [
        verdict.low <= truth[verdict.name] <= verdict.high
        for trial in range(TRIALS)
        for verdict in judge(
            table.count(before(random, reference_size)),
            table.count(after(random, size)),
            seed=trial,
        )
    ]
    return sum(held) / len(held)


def _alarms(reference: Population, found: Population, seed: int) -> bool:
    """Whether a check alarms; what cannot be a shift, its PSI being too small, is not simulated."""
    large = {
        name: found[name] for name, index in _indices(reference, found).items() if index >= MATTERS
    }
    return any(verdict.shifted for verdict in judge(reference, large, seed))


def _indices(reference: Population, found: Population) -> dict[str, float]:
    return {
        name: float(stability_index(np.array(counts), np.array(found[name])))
        for name, counts in reference.items()
    }


def _start(seed: int) -> tuple[Table, Random]:
    artifact = load_artifact(str(ROOT / "artifact"))
    table = Table(load_dataset(artifact.schema), artifact.schema)
    return table, np.random.default_rng([SEED, seed])


def _truth(table: Table, before: Draw, after: Draw, random: Random) -> dict[str, float]:
    """PSI between the two sources themselves, from very many draws of each."""
    return _indices(table.count(before(random, 200_000)), table.count(after(random, 200_000)))


def main() -> None:
    """Simulate, and write both tables into the page."""
    names = list(scenarios(_start(0)[0]))
    with ProcessPoolExecutor() as pool:
        unchanged, changed = pool.map(false_alarms, SIZES), pool.map(detections, names)
        held = pool.submit(coverage, HELD)
        total = len(SIZES) + len(names)
        rows = list(tqdm(chain(unchanged, changed), total=total, desc="simulated"))
        share = held.result()
    found = "\n".join(
        [
            f"Unchanged samples, {FALSE_TRIALS:,} checks a row:\n",
            "| Samples a histogram | Checks that alarm falsely | By the rule PSI ≥ 0.25 alone |",
            "|---:|---:|---:|",
            *rows[: len(SIZES)],
            f"\nChanged samples: share of {TRIALS} checks that alarm, by samples a histogram:\n",
            f"| What changed | {' | '.join(f'{size:,}' for size in DETECTED)} |",
            "|---|" + "---:|" * len(DETECTED),
            *rows[len(SIZES) :],
            f"\nOf the printed 95 % intervals {share:.0%} held the true PSI ({BASE_RATE}, "
            f"{HELD} samples).",
        ]
    )
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}{found}\n{END}{after}")
    print(found)


if __name__ == "__main__":
    main()
