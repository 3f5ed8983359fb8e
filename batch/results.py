"""Turns samples and their answers into a part of a file of results: CSV, gzip or Parquet."""

import gzip
import math
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow.parquet import ParquetWriter

from batch.samples import Samples
from batch.scoring import Answers
from cytology.results import COLUMNS, DIALECTS, result_lines, write_csv

_NUMBERS = ("row", "probability", "probability_low", "probability_high")
_ERRORS = ("error_field", "error_code", "error", "input")
#: Columns of few values.
_CODED = ("label", "warnings", "class", "model")


class Counts(NamedTuple):
    """What became of the rows of a part."""

    rows: int
    outcomes: list[tuple[str, bool, str, int]]
    errors: dict[str, int]
    model: str


class Coded(NamedTuple):
    """A column of few texts: the place of each row's text."""

    places: NDArray[Any]
    values: Sequence[str]


def lay_out(
    first: int, samples: Samples, answers: Answers, classes: Sequence[str]
) -> dict[str, Any]:
    """Return the columns of the results: arrays of numpy or pyarrow, or Coded.

    Parameters
    ----------
    first
        Number of rows above these.
    samples
        The rows.
    answers
        One a row; those of invalid rows are empty.
    classes
        Names of the classes.
    """
    count, labels = len(samples.valid), samples.labels
    none = np.full(count, len(classes), dtype=np.int8)
    columns: dict[str, Any] = {
        "row": np.arange(first + 1, first + count + 1),
        "id": samples.ids,
        "label": Coded(answers.label, [*classes, ""]),
        "probability": answers.probability,
        "probability_low": answers.low,
        "probability_high": answers.high,
        "inconclusive": Coded(answers.inconclusive, ["false", "true", ""]),
        "warnings": Coded(answers.warnings, answers.texts),
        "class": Coded(none if labels is None else labels, [*classes, ""]),
        "model": Coded(np.zeros(count, dtype=np.int8), [answers.model]),
    }
    columns |= _errors(samples, answers.model)
    return {name: columns[name] for name in COLUMNS}


def count_rows(columns: dict[str, Any], samples: Samples, model: str) -> Counts:
    """Count the rows by label, inconclusiveness and class, and the errors by code."""
    label, unclear, known = columns["label"], columns["inconclusive"], columns["class"]
    shape = len(label.values), 2, len(known.values)
    keys = np.ravel_multi_index((label.places, unclear.places == 1, known.places), shape)
    counts = np.bincount(keys, minlength=math.prod(shape)).reshape(shape)
    outcomes = [
        (label.values[a], bool(b), known.values[c], int(counts[a, b, c]))
        for a, b, c in np.argwhere(counts).tolist()
    ]
    errors: Counter[str] = Counter(error.code for error in samples.batch.errors)
    return Counts(len(samples.valid), outcomes, dict(errors), model)


def write_part(columns: dict[str, Any], path: Path, suffix: str, dialect: str) -> None:
    """Write a part; it is there as a whole or not at all.

    Parameters
    ----------
    columns
        The columns of the results.
    path
        Where it belongs.
    suffix
        Of the whole file: .csv, .gz or .parquet.
    dialect
        A name in :data:`DIALECTS`, for CSV.
    """
    made = path.with_name(path.name + ".tmp")
    if suffix == ".parquet":
        table = arrow_table(columns)
        with pa.OSFile(str(made), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)
    else:
        lines = zip(*map(_cells, columns.values()), strict=True)
        text = write_csv(lines, dialect, header=False).removeprefix(DIALECTS[dialect].start)
        made.write_bytes(_packed(text.encode(), suffix))
    made.replace(path)


@contextmanager
def open_results(target: Path, suffix: str, dialect: str) -> Iterator[Callable[[Path], object]]:
    """Yield what adds a part to the file of results, which is there as a whole or not at all.

    Parameters
    ----------
    target
        The file; another of its name is replaced.
    suffix, dialect
        As above.
    """
    made = target.with_name(target.name + ".tmp")
    try:
        with (_open_parquet if suffix == ".parquet" else _open_text)(made, suffix, dialect) as add:
            yield add
        made.replace(target)
    finally:
        made.unlink(missing_ok=True)


@contextmanager
def _open_text(made: Path, suffix: str, dialect: str) -> Iterator[Callable[[Path], object]]:
    with made.open("wb") as output:
        output.write(_packed(write_csv([], dialect).encode(), suffix))
        yield lambda part: output.write(part.read_bytes())
        output.flush()
        os.fsync(output.fileno())


@contextmanager
def _open_parquet(made: Path, *_: str) -> Iterator[Callable[[Path], None]]:
    with ExitStack() as opened:
        writers: list[Any] = []

        def add(part: Path) -> None:
            with pa.memory_map(str(part)) as file:
                table = pa.ipc.open_file(file).read_all()
                if not writers:
                    writer = ParquetWriter(made, table.schema, use_dictionary=[*_CODED])
                    writers.append(opened.enter_context(writer))
                writers[0].write_table(table)

        yield add


def _packed(content: bytes, suffix: str) -> bytes:
    # Packed files may be joined end to end
    return gzip.compress(content, 6, mtime=0) if suffix == ".gz" else content


def _errors(samples: Samples, model: str) -> dict[str, Any]:
    """The cells of invalid rows, by the one writer."""
    rows = np.flatnonzero(~samples.valid).tolist()
    at = {row: number for number, row in enumerate(rows)}
    batch = samples.batch._replace(
        samples=[None] * len(rows),
        labels=None,
        errors=[e._replace(sample=at[e.sample or 0]) for e in samples.batch.errors],
        inputs={at[row]: text for row, text in (samples.batch.inputs or {}).items()},
    )
    lines = list(result_lines(batch, [None] * len(rows), model))
    places = np.zeros(len(samples.valid), dtype=np.int32)
    places[rows] = np.arange(1, len(rows) + 1)
    first = COLUMNS.index(_ERRORS[0])
    return {
        name: Coded(places, ["", *(str(line[first + number]) for line in lines)])
        for number, name in enumerate(_ERRORS)
    }


def _cells(column: Any) -> list[Any]:
    if isinstance(column, Coded):
        return np.array(column.values, dtype=object)[column.places].tolist()  # type: ignore[no-any-return]
    if isinstance(column, pa.Array):
        return column.to_pylist()  # type: ignore[no-any-return]
    if column.dtype == np.float64:
        missing = np.isnan(column)
        if missing.any():
            column = column.astype(object)
            column[missing] = ""
    return column.tolist()  # type: ignore[no-any-return]


def arrow_table(columns: dict[str, Any]) -> Any:
    """Return columns of the results as an Arrow table: nothing where a cell is empty."""
    found = {}
    for name, column in columns.items():
        if name == "inconclusive":
            found[name] = pa.array(column.places == 1, mask=column.places == 2)
        elif name in _CODED:
            found[name] = _dictionary(column)
        elif isinstance(column, Coded):
            nothing = len(column.values) == 1
            texts = pa.nulls(len(column.places), pa.string())
            found[name] = texts if nothing else _dictionary(column).cast(pa.string())
        elif name in _NUMBERS:
            found[name] = pa.array(column, from_pandas=True)
        else:
            found[name] = pc.if_else(pc.equal(column, ""), None, column)
    return pa.table(found)


def _dictionary(column: Coded) -> Any:
    empty = np.array([value == "" for value in column.values])[column.places]
    places = pa.array(column.places.astype(np.int32), mask=empty)
    return pa.DictionaryArray.from_arrays(places, pa.array(column.values, pa.string()))
