"""Turns a table into results beside it: ``python -m bulk FILE [--workers N] [--out FILE]``."""

import argparse
import json
import os
import sys
from pathlib import Path

from tqdm import tqdm

from bulk.runner import Lost, score_table
from cytology.columns import InvalidTable

ROOT = Path(__file__).resolve().parents[1]
KINDS = (".csv", ".parquet")


def main() -> int:
    """Score the file; return the exit status."""
    options = _options()
    target = options.out or options.file.with_name(
        f"{options.file.stem}.predictions{options.file.suffix}"
    )
    if target.suffix not in KINDS:
        print(f"{target}: the name must end in {' or '.join(KINDS)}", file=sys.stderr)
        return 2
    try:
        with tqdm(desc=options.file.name, unit="row", unit_scale=True) as progress:
            written = score_table(
                options.file,
                target,
                options.model,
                workers=options.workers,
                scheduler=options.scheduler,
                watch=lambda _client, done: progress.update(done.rows),
            )
    except (Lost, InvalidTable, OSError, UnicodeDecodeError) as error:
        print(f"{options.file}: {error}", file=sys.stderr)
        return 1
    summary = target.with_suffix(".summary.json")
    summary.write_text(json.dumps(written.summary, indent=2) + "\n")
    print(f"{written.results}\n{written.faults}\n{summary}")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bulk", description=__doc__)
    parser.add_argument("file", type=Path, help="samples as CSV or Parquet")
    parser.add_argument("--out", type=Path, help="results, .csv or .parquet; beside the file")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="one for each core")
    parser.add_argument("--scheduler", help="address of a Dask scheduler, instead of own workers")
    parser.add_argument("--model", type=Path, default=ROOT / "artifact")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
