"""Turns a seed into a table of samples as CSV, the same bytes each time, with known faults in it.

One row in a hundred thousand is faulty, in one of five ways; a tenth of what may be missing is.
"""

import sys
from pathlib import Path

import numpy as np

from cytology.schema import load_schema

SEED = 20261123
FAULTY_EVERY = 100_000
_AT_ONCE = 200_000


def write_table(path: Path, rows: int, seed: int = SEED) -> int:
    """Write a labelled table of that many rows; return how many of them are faulty."""
    schema = load_schema()
    dice = np.random.default_rng(seed)
    codes = [item.code for item in schema.classes]
    faulty = 0
    with path.open("wb") as file:
        header = [schema.id_column, *schema.names, schema.class_column]
        file.write((",".join(header) + "\n").encode())
        for start in range(0, rows, _AT_ONCE):
            count = min(_AT_ONCE, rows - start)
            columns = [np.char.mod("%d", np.arange(start, start + count))]
            for feature in schema.features:
                column = np.char.mod("%d", dice.choice(list(feature.scores), count))
                if feature.may_be_missing:
                    column[dice.random(count) < 0.1] = schema.missing
                columns.append(column)
            columns.append(np.char.mod("%d", dice.choice(codes, count)))
            lines = [",".join(cells) for cells in zip(*columns, strict=True)]
            for place in range(FAULTY_EVERY // 2, count, FAULTY_EVERY):
                lines[place] = _spoilt(lines[place], faulty)
                faulty += 1
            file.write(("\n".join(lines) + "\n").encode())
    return faulty


def _spoilt(line: str, kind: int) -> str:
    cells = line.split(",")
    ways = (
        [*cells, "1"],
        cells[:-2],
        [cells[0], "11", *cells[2:]],
        [cells[0], "many", "", *cells[3:]],
        [*cells[:-1], "unsure"],
    )
    return ",".join(ways[kind % len(ways)])


if __name__ == "__main__":
    write_table(Path(sys.argv[1]), int(sys.argv[2]))
