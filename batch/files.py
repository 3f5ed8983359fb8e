"""Turns a file of samples into a file of results beside it, and goes on where it stopped."""

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from batch.service import Refused, Scorer
from cytology.batch import Batch, SampleError
from cytology.reading.files import read_file
from cytology.reading.table import NO_CHOICES, Choices
from cytology.results import (
    COLUMNS,
    DIALECTS,
    result_lines,
    write_csv,
)
from cytology.schema import Schema
from cytology.summary import Outcomes, summarize

ROWS_A_REQUEST = 1_000


class Options(NamedTuple):
    """How a file is read, and where and how its results are written."""

    target: Path
    choices: Choices = NO_CHOICES
    dialect: str = "rfc4180"
    force: bool = False


class Done(NamedTuple):
    """How far a file has come: rows and bytes written, of which input, by which model."""

    input_sha256: str
    model: str
    rows: int
    size: int


def target_of(path: Path) -> Path:
    """Where the results go: data.csv → data.predictions.csv."""
    return path.with_name(f"{path.stem}.predictions.csv")


def predict_file(
    path: Path, scorer: Scorer, options: Options, tick: Callable[[int, int], object]
) -> dict[str, Any]:
    """Score every row of a file, and return the summary with the reader's notes.

    The results grow in a file named ``….partial`` that is moved into place at the end. Interrupted,
    the next call goes on behind the last part that was written, as long as neither the input nor
    the model has changed.

    Parameters
    ----------
    path
        The samples.
    scorer
        Answers them.
    options
        How to read and where to write.
    tick
        Is called with how many rows are done, of how many.

    Raises
    ------
    batch.service.Refused
        The service would not answer. What was written so far is kept.
    cytology.reading.refusals.InvalidTable
        The file is no table of samples.
    FileExistsError
        The target exists.
    """
    if options.target.exists() and not options.force:
        raise FileExistsError(f"{options.target} exists; --force overwrites it")
    content = path.read_bytes()
    batch = read_file(content, scorer.schema, options.choices)
    partial = options.target.with_name(options.target.name + ".partial")
    sha256 = hashlib.sha256(content + repr(options.choices).encode()).hexdigest()
    _write_parts(batch, scorer, partial, sha256, tick)
    summary = _finish(partial, batch, scorer.schema, options)
    return summary | {"notes": list(batch.notes)}


def _write_parts(
    batch: Batch,
    scorer: Scorer,
    partial: Path,
    sha256: str,
    tick: Callable[[int, int], object],
) -> None:
    state = _state_of(partial)
    done = _resume(state, partial, sha256)
    count = len(batch.samples)
    tick(done.rows, count)
    with partial.open("r+b" if partial.exists() else "w+b") as output:
        output.truncate(done.size)
        output.seek(done.size)
        for start, part in _parts(batch, done.rows):
            answers = scorer.score([sample for sample in part.samples if sample is not None])
            if done.model and answers.model and answers.model != done.model:
                state.unlink(missing_ok=True)
                raise Refused(
                    f"the model changed from {done.model} to {answers.model}; run again to score "
                    "the whole file with one model"
                )
            model = answers.model or done.model
            remaining = iter(answers.predictions)
            found = [None if sample is None else next(remaining) for sample in part.samples]
            lines = [[start + int(row), *cells] for row, *cells in result_lines(part, found, model)]
            output.write(write_csv(lines, header=start == 0).encode())
            output.flush()
            done = Done(sha256, model, start + len(part.samples), output.tell())
            state.write_text(json.dumps(done._asdict()))
            tick(done.rows, count)


def _state_of(partial: Path) -> Path:
    return partial.with_suffix(".state")


def _resume(state: Path, partial: Path, sha256: str) -> Done:
    try:
        done = Done(**json.loads(state.read_text()))
        if done.input_sha256 == sha256 and partial.stat().st_size >= done.size:
            return done
    except (OSError, ValueError, TypeError):
        pass  # nothing to go on with, or cut short while it was written: from the start
    return Done(sha256, "", 0, 0)


def _parts(batch: Batch, start: int) -> Iterator[tuple[int, Batch]]:
    """The rows from ``start`` on, in parts that are batches of their own."""
    errors: dict[int, list[SampleError]] = {}
    for error in batch.errors:
        errors.setdefault(error.sample or 0, []).append(error)
    inputs = batch.inputs or {}
    for first in range(start, len(batch.samples), ROWS_A_REQUEST):
        last = min(first + ROWS_A_REQUEST, len(batch.samples))
        refused = [row for row in range(first, last) if row in errors]
        yield (
            first,
            Batch(
                batch.samples[first:last],
                [error._replace(sample=row - first) for row in refused for error in errors[row]],
                None if batch.labels is None else batch.labels[first:last],
                inputs={row - first: inputs[row] for row in refused if row in inputs},
            ),
        )


def _finish(partial: Path, batch: Batch, schema: Schema, options: Options) -> dict[str, Any]:
    """Count the results, spell them as asked, and move them into place."""
    rows = list(csv.reader(io.StringIO(partial.read_text("utf-8"), newline="")))[1:]
    at = {name: place for place, name in enumerate(COLUMNS)}
    outcomes: Outcomes = Counter(
        (row[at["label"]], row[at["inconclusive"]] == "true", row[at["class"]]) for row in rows
    )
    codes: Counter[str] = Counter(error.code for error in batch.errors)
    model = rows[0][at["model"]] if rows else ""
    if options.dialect != "rfc4180":
        numbers = [place for name, place in at.items() if name.startswith("probability")]
        for row in rows:
            for place in numbers:
                row[place] = row[place].replace(".", DIALECTS[options.dialect].decimal)
        partial.write_text(write_csv(rows, options.dialect), "utf-8", newline="")
    partial.replace(options.target)
    _state_of(partial).unlink(missing_ok=True)
    return summarize(outcomes, codes, batch.labels is not None, schema, model)
