"""Turns a CSV file into a file of answers beside it, in parts, and goes on where it stopped."""

import csv
import hashlib
import io
import json
from collections.abc import Callable
from itertools import batched
from pathlib import Path
from typing import NamedTuple

from batch.service import Answer, Predict, Refused
from cytology.schema import Schema
from cytology.table import NamedRows, named_rows

ROWS_A_REQUEST = 1_000


class Done(NamedTuple):
    """How far a file has come: rows and bytes written, of which input, by which model."""

    input_sha256: str
    model: str
    rows: int
    size: int


def target_of(path: Path) -> Path:
    """Where the answers go: data.csv → data.predictions.csv."""
    return path.with_name(f"{path.stem}.predictions.csv")


def predict_file(
    path: Path, predict: Predict, schema: Schema, tick: Callable[[int, int], object]
) -> Path:
    """Score every row of a CSV file; return the file of answers.

    The answers grow in a file named ``….partial`` that is moved into place at the end. Interrupted,
    the next call goes on behind the last part that was written, as long as neither the input nor
    the model has changed. ``tick`` is told how many rows are done, of how many.

    Raises
    ------
    client.service.Refused
        The service would not answer. What was written so far is kept.
    cytology.columns.InvalidTable
        The file is no table of samples.
    """
    content = path.read_bytes()
    table = named_rows(content.decode("utf-8-sig"), schema)
    rows = table.rows
    target = target_of(path)
    partial = target.with_suffix(".csv.partial")
    state = target.with_suffix(".csv.state")
    done = _resume(state, partial, hashlib.sha256(content).hexdigest())
    tick(done.rows, len(rows))
    with partial.open("r+b" if partial.exists() else "w+b") as output:
        output.truncate(done.size)
        output.seek(done.size)
        for part in batched(rows[done.rows :], ROWS_A_REQUEST):
            answer = _answer(predict, table._replace(rows=list(part)))
            if done.model and answer.model and answer.model != done.model:
                state.unlink(missing_ok=True)
                raise Refused(
                    f"the model changed from {done.model} to {answer.model}; run again to score "
                    "the whole file with one model"
                )
            output.write(_renumbered(answer.table, done.rows).encode())
            output.flush()
            model = answer.model or done.model
            done = Done(done.input_sha256, model, done.rows + len(part), output.tell())
            state.write_text(json.dumps(done._asdict()))
            tick(done.rows, len(rows))
    partial.replace(target)
    state.unlink(missing_ok=True)
    return target


def _resume(state: Path, partial: Path, sha256: str) -> Done:
    try:
        done = Done(**json.loads(state.read_text()))
        if done.input_sha256 == sha256 and partial.stat().st_size >= done.size:
            return done
    except (OSError, ValueError, TypeError):
        pass  # nothing to go on with, or cut short while it was written: from the start
    return Done(sha256, "", 0, 0)


def _answer(predict: Predict, part: NamedRows) -> Answer:
    output = io.StringIO(newline="")
    writer = csv.writer(output)
    writer.writerow(part.header)
    writer.writerows(part.rows)
    try:
        return predict(output.getvalue())
    except Refused as refused:
        if not refused.errors:
            raise
        # No row of this part is valid, which is no reason to stop: the errors are its answer
        return Answer(_table_of_faults(refused.errors, part), "")


def _table_of_faults(errors: dict[int, list[str]], part: NamedRows) -> str:
    header = ["row", "id", "label", "probability", "inconclusive", "error"]
    output = io.StringIO(newline="")
    writer = csv.writer(output)
    writer.writerow([*header, "class"] if part.labelled else header)
    for index in range(len(part.rows)):
        line = [index + 1, "", "", "", "", "; ".join(errors.get(index, ()))]
        writer.writerow([*line, ""] if part.labelled else line)
    return output.getvalue()


def _renumbered(table: str, before: int) -> str:
    """The part's lines with their row numbers in the whole file; the header only once."""
    lines = list(csv.reader(io.StringIO(table, newline="")))
    output = io.StringIO(newline="")
    writer = csv.writer(output)
    for number, line in enumerate(lines):
        if number == 0:
            if before == 0:
                writer.writerow(line)
        else:
            writer.writerow([before + number, *line[1:]])
    return output.getvalue()
