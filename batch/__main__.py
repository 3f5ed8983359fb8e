"""Turns a CSV file into a file of answers beside it: ``python -m batch FILE [--url ADDRESS]``."""

import argparse
import os
import sys
from pathlib import Path

from tqdm import tqdm

from batch.files import predict_file
from batch.service import Refused, in_process, over_http
from cytology.columns import InvalidTable
from cytology.schema import load_schema


def main(arguments: list[str] | None = None) -> int:
    """Score the file; return the exit status."""
    parser = argparse.ArgumentParser(prog="cytology predict", description=__doc__)
    parser.add_argument("file", type=Path, help="samples as CSV, header optional")
    parser.add_argument("--url", help="base address of the service; left out: in this process")
    options = parser.parse_args(arguments)
    # From the environment: what stands on a command line, every user of the machine can read
    key = os.environ.get("SERVICE_KEY")
    try:
        predict = over_http(options.url, key=key) if options.url else in_process()
        with tqdm(desc=options.file.name, unit="row") as progress:

            def tick(done: int, total: int) -> None:
                progress.total = total
                progress.update(done - progress.n)

            target = predict_file(options.file, predict, load_schema(), tick)
    except (Refused, InvalidTable, OSError, UnicodeDecodeError) as error:
        print(f"{options.file}: {error}", file=sys.stderr)
        return 1
    print(target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
