"""Turns docs/scale/bulk.json, and the simulation's section beside it, into docs/scale.md."""

import json
import re
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parents[1] / "docs"
FIGURES = DOCS / "scale" / "bulk.json"
#: Written by the simulation, if it has run; the page goes without where it has not.
SIMULATION = DOCS / "scale" / "simulation.md"
PAGE = DOCS / "scale.md"

INTRODUCTION = """\
# Scale

What one request cannot carry, and what it takes. Written by `make scale` from the files in
`docs/scale/`, which the runs themselves write; every number stands beside its command.
"""

BULK = """\
## Millions of rows

One request carries 10,000 rows. Larger tables have two homes, and both give every row to the same
`score_batch` as the API does:

- **On AWS**: `make bulk CSV=…`, or an upload to the bucket's `inbox/`; Step Functions' Distributed
  Map runs the same image on many batches at once. See [operations](operations.md#bulk).
- **Here, or on a cluster**: `make bulk-local CSV=… WORKERS=…`; Dask runs numpy on every core.
  Input and output are CSV or Parquet, by the name's ending (`OUT=results.parquet`).
  `SCHEDULER=tcp://…` gives the work to a Dask cluster, whose workers must have this checkout, and
  see the table, the model and the output under the same paths.

Both write the results, the faults with their row numbers, and a summary with counts, the confusion
matrix where the table has a class, and checksums. Each row is in the results or in the faults,
once. A run that was broken off goes on with what is left when the same command is given again.

### Measured

By `{command}` on {measured}: {rows:,} rows ({size:,.0f} MB of CSV, written from the seed {seed},
one row in a hundred thousand faulty in one of five ways), {workers} workers, {cores} cores of
{processor}, Python {python}, numpy {numpy}. The machine had other work at the time.

| What | Found | Bar |
|---|---|---|
| numpy scores, one core, CPU time | {rate} rows a second | at least 3,000,000 |
| From file to file, Dask | {dask_s:.0f} s, {dask_rate} rows a second | |
| The same, a worker killed | {killed_s:.0f} s, {killed_rate} rows a second | nothing lost |
| The same in one process, by the API's code | {alone_s:.0f} s, {alone_rate} rows a second | |
| Largest worker | {peak:.0f} MiB | at most 1,024 MiB |
| Rows scored and faulty, in all three runs | {scored:,} and {faulty:,} | {rows:,} in sum |
| Checksums of all scores and of all faults | {equal} in all three runs | equal |

The checksum is taken over row number, probability to the last bit, label and conclusiveness, in the
order of the rows: `{scores}`. numpy gives the scorecard's own bits because it adds
in the same order, keeps the same rounding errors (Neumaier's sum, as Python's `sum` does) and takes
the C library's `exp`; a test compares.

What the file costs beyond the scoring is reading text and writing it. A plain cell is looked up
by Arrow; a row with anything else in it (blanks, `5.0`, a foreign id, too many cells) goes to the
API's own reader, so that it is taken, or refused in the same words, everywhere.
"""


def page() -> str:
    """The page, as of the figures in docs/scale/."""
    sections = [INTRODUCTION, BULK.format(**_fields(json.loads(FIGURES.read_text("utf-8"))))]
    if SIMULATION.exists():
        sections.append(_as_section(SIMULATION.read_text("utf-8")))
    return "\n".join(sections)


def _as_section(text: str) -> str:
    """A page of the folder docs/scale/, as a part of this one: one level down, links from here."""
    deeper = re.sub(r"^(?=#+ )", "#", text, flags=re.MULTILINE)
    return re.sub(r"\]\((?!/|#|\w+:)", f"]({FIGURES.parent.name}/", deeper)


def _fields(found: dict[str, Any]) -> dict[str, Any]:
    dask, killed = found["undisturbed"], found["a_worker_killed"]
    rows, alone_s = dask["rows"], found["seconds_row_by_row"]
    return {
        "command": found["command"],
        "measured": found["measured"],
        "rows": rows,
        "size": found["bytes_in"] / 1e6,
        "seed": found["seed"],
        "workers": found["workers"],
        **found["machine"],
        "python": found["python"],
        "numpy": found["numpy"],
        "rate": _rounded(found["rows_per_second_of_scoring"]),
        "dask_s": dask["seconds"],
        "dask_rate": _rounded(rows / dask["seconds"]),
        "killed_s": killed["seconds"],
        "killed_rate": _rounded(rows / killed["seconds"]),
        "alone_s": alone_s,
        "alone_rate": _rounded(rows / alone_s),
        "peak": max(run["peak_bytes_per_worker"] for run in (dask, killed)) / 2**20,
        "scored": dask["scored"],
        "faulty": dask["faulty"],
        "equal": "equal" if found["checksums_equal"] else "DIFFERENT",
        "scores": dask["scores_sha256"][:16] + "…",
    }


def _rounded(rate: float) -> str:
    """Two figures: more would not be the same tomorrow."""
    digits = 1 - len(str(int(rate))) + 1
    return f"{round(rate, digits):,.0f}"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
