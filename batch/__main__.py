"""Turns a file of samples into a file of results beside it: ``cytology predict FILE``."""

import argparse
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TextIO

from batch import Refused
from batch.plain import HAS_EXTRAS, predict_whole
from cytology.arguments import ArgumentParser
from cytology.artifact import ArtifactMismatch
from cytology.classifier import model_directory
from cytology.reading.refusals import InvalidTable
from cytology.reading.table import Choices
from cytology.results import DIALECTS

#: Exit statuses beside 0: some rows were refused; no row was scored.
SOME_REFUSED, NONE_SCORED = 1, 2
#: The exit status after Ctrl-C, as shells have it.
STOPPED = 130


def main(arguments: list[str] | None = None) -> int:
    """Score the file and print the summary; return the exit status."""
    options = _options(arguments)
    if options.file != Path("-"):
        return _score(options, options.file, options.out or target_of(options.file), sys.stdout)
    with TemporaryDirectory() as folder:
        source, target = Path(folder, "stdin"), options.out or Path(folder, "results.csv")
        with source.open("wb") as content:
            shutil.copyfileobj(sys.stdin.buffer, content)
        status = _score(options, source, target, sys.stdout if options.out else sys.stderr)
        if target.exists() and not options.out:
            with target.open("rb") as content:
                shutil.copyfileobj(content, sys.stdout.buffer)
    return status


def _score(options: argparse.Namespace, source: Path, target: Path, say: TextIO) -> int:
    """Score one file; the summary goes to ``say``."""
    piped = options.file == Path("-")
    read, written = ("stdin", options.out or "stdout") if piped else (source, target)
    try:
        if target.exists() and not options.force:
            print(f"{target} exists; --force overwrites it", file=sys.stderr)
            return NONE_SCORED
        summary = _summary(options, source, target)
    except KeyboardInterrupt:
        print(f"{read}: stopped; the same command goes on from there", file=sys.stderr)
        return STOPPED
    except InvalidTable as invalid:
        print(f"{read}: {invalid.code}: {invalid}", *_choices(invalid), sep="\n  ", file=say)
        return NONE_SCORED
    except OSError as error:
        print(f"{error.filename or source}: {error.strerror or error}", file=sys.stderr)
        return NONE_SCORED
    except (Refused, ArtifactMismatch) as error:
        print(f"{read}: {error}", file=sys.stderr)
        return NONE_SCORED
    if options.json:
        print(json.dumps(summary), file=say)
    else:
        print(f"{written}:", *_told(summary), sep="\n  ", file=say)
    if options.allow_errors or not summary["refused"]:
        return 0
    return SOME_REFUSED if summary["answered"] else NONE_SCORED


def _summary(options: argparse.Namespace, source: Path, target: Path) -> dict[str, Any]:
    choices = Choices(options.columns, options.classes)
    if not HAS_EXTRAS:
        return predict_whole(
            source, target, choices, options.dialect, model_directory(), options.prevalence
        )
    # Imported here: without the extra there is no numpy
    from batch.files import SENT_BLOCK, Options, predict_file
    from batch.scoring import in_process
    from batch.service import over_http

    how = Options(target, choices, options.dialect, prevalence=options.prevalence)
    if options.url:
        # From the environment: every user of the machine can read a command line
        key = os.environ.get("SERVICE_KEY")
        scorer = over_http(
            options.url, key=key, parallel=options.parallel, prevalence=options.prevalence
        )
        how = how._replace(workers=options.parallel, block=SENT_BLOCK)
    else:
        directory = Path(model_directory()).absolute()
        scorer = in_process(directory, options.prevalence)
        how = how._replace(model_dir=directory, workers=os.cpu_count() or 1)
    with _progress(source.name) as tick:
        return predict_file(source, scorer, how, tick)


def target_of(path: Path) -> Path:
    """Where the results go: data.csv → data.predictions.csv, likewise .csv.gz and .parquet."""
    kinds = {".gz": ".csv.gz", ".parquet": ".parquet"}
    stem = path.with_suffix("").stem if path.suffix == ".gz" else path.stem
    return path.with_name(f"{stem}.predictions{kinds.get(path.suffix, '.csv')}")


@contextmanager
def _progress(name: str) -> Iterator[Callable[[int, int], None]]:
    """Return a function that shows how many rows of how many are done; silent without tqdm."""
    try:
        from tqdm import tqdm
    except ModuleNotFoundError:
        yield lambda _done, _total: None
        return
    # An error at once shall be the only line
    with tqdm(desc=name, unit="row", delay=0.5) as progress:

        def tick(done: int, total: int) -> None:
            progress.total = total
            progress.update(done - progress.n)

        yield tick


def _choices(invalid: InvalidTable) -> list[str]:
    """The first row and the readings that are possible, one a line."""
    found = [f"the first row: {' | '.join(invalid.first_row)}"] if invalid.first_row else []
    return found + [f"possible: --columns {reading}" for reading in invalid.readings]


def _told(summary: dict[str, Any]) -> list[str]:
    """The summary, one thought a line."""
    labels = ", ".join(f"{count:,} {name}" for name, count in summary["labels"].items())
    lines = [
        f"{summary['rows']:,} rows: {summary['answered']:,} answered ({labels}; "
        f"{summary['inconclusive']:,} of them inconclusive), {summary['refused']:,} refused"
    ]
    lines += [f"{count:,} times {code}" for code, count in summary["errors"].items()]
    for true, row in summary.get("confusion", {}).items():
        counts = ", ".join(f"{count:,} {label}" for label, count in row.items())
        lines.append(f"class {true}: answered {counts}")
    for name in ("sensitivity", "specificity"):
        if summary.get(name) is not None:
            lines.append(f"{name} {summary[name]:.1%}")
    lines += [f"note: {note}" for note in summary["notes"]]
    return [*lines, f"model {summary['model']}, {summary['time']}"]


def _share(text: str) -> float:
    """A share between 0 and 1, for argparse."""
    share = float(text)
    if not 0.0 < share < 1.0:
        raise argparse.ArgumentTypeError("must be a number above 0 and below 1")
    return share


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = ArgumentParser(
        prog="cytology predict",
        description=__doc__,
        epilog="Exit status: 0 all rows are answered, 1 some are refused, 2 none is answered.",
    )
    parser.add_argument("file", type=Path, help="CSV, gzip, Parquet, ARFF, .xlsx; -: pipes")
    parser.add_argument("--url", help="base address of the service; left out: in this process")
    parser.add_argument("--parallel", type=int, default=16, help="requests to it at a time (16)")
    parser.add_argument("--columns", help="what the columns hold, as in id,scores,class")
    parser.add_argument("--prevalence", type=_share, help="share of the positive class, as in 0.1")
    parser.add_argument("--classes", help="what the classes mean, as in 0:benign,1:malignant")
    parser.add_argument(
        "--out", type=Path, help="results: .csv, .csv.gz, .parquet; left out: as FILE"
    )
    parser.add_argument("--dialect", choices=DIALECTS, default="rfc4180", help="spelling of it")
    parser.add_argument("--force", action="store_true", help="overwrite the file of results")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")
    parser.add_argument("--allow-errors", action="store_true", help="exit 0 if rows are refused")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
