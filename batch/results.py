"""Turns samples and their answers into a part of a file of results: CSV, gzip or Parquet."""

import gzip
import math
import os
import shutil
from collections import Counter
from collections.abc import Sequence
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

#: Columns that Parquet keeps as numbers and truth values; all others are texts.
_TYPES = {"row": "int64", "inconclusive": "bool", "probability": "float64",
          "probability_low": "float64", "probability_high": "float64"}  # fmt: skip
#: Columns of few values.
_CODED = ("label", "warnings", "class", "model")


class Counts(NamedTuple):
    """What became of the rows of a part."""

    rows: int
    outcomes: list[tuple[str, bool, str, int]]
    errors: dict[str, int]
    model: str


class Coded(NamedTuple):
    """A column of few values."""

    places: NDArray[np.int64]
    values: Sequence[Any]


def lay_out(
    first: int, samples: Samples, answers: Answers, classes: Sequence[str]
) -> dict[str, Any]:
    """Return the columns of the results.

    Parameters
    ----------
    first
        Number of rows above these.
    samples
        The rows.
    answers
        One a row; those of invalid rows are not read.
    classes
        Names of the classes.
    """
    count, valid = len(samples.valid), samples.valid
    label = np.where(valid, answers.label, len(classes))
    columns: dict[str, Any] = {
        "row": np.arange(first + 1, first + count + 1),
        "id": samples.ids if valid.all() else pc.if_else(pa.array(valid), samples.ids, ""),
        "label": Coded(label, [*classes, ""]),
        "probability": np.where(valid, answers.probability, np.nan),
        "probability_low": np.where(valid, answers.low, np.nan),
        "probability_high": np.where(valid, answers.high, np.nan),
        "inconclusive": Coded(np.where(valid, answers.inconclusive, 2), ["false", "true", ""]),
        "warnings": Coded(np.where(valid, answers.warnings, 0), answers.texts),
        "class": _coded_labels(samples.labels, classes, count),
        "model": Coded(np.zeros(count, dtype=np.int64), [answers.model]),
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


def join_parts(parts: Sequence[Path], target: Path, suffix: str, dialect: str) -> None:
    """Write the file of results from its parts; it is there as a whole or not at all.

    Parameters
    ----------
    parts
        In order.
    target
        The file; another of its name is replaced.
    suffix, dialect
        As above.
    """
    made = target.with_name(target.name + ".tmp")
    if suffix == ".parquet":
        _join_arrow(parts, made)
    else:
        with made.open("wb") as output:
            output.write(_packed(write_csv([], dialect).encode(), suffix))
            for part in parts:
                with part.open("rb") as content:
                    shutil.copyfileobj(content, output)
            output.flush()
            os.fsync(output.fileno())
    made.replace(target)


def _packed(content: bytes, suffix: str) -> bytes:
    # Packed files may be joined end to end
    return gzip.compress(content, 6, mtime=0) if suffix == ".gz" else content


def _coded_labels(labels: NDArray[Any] | None, classes: Sequence[str], count: int) -> Coded:
    places = np.full(count, len(classes))
    if labels is not None:
        for place, name in enumerate(classes):
            places[labels == name] = place
    return Coded(places, [*classes, ""])


def _errors(samples: Samples, model: str) -> dict[str, Any]:
    """The cells of invalid rows, by the one writer."""
    names = ("error_field", "error_code", "error", "input")
    rows = np.flatnonzero(~samples.valid)
    texts = [""] * (1 + len(rows) * bool(len(rows)))
    if not len(rows):
        return {name: Coded(np.zeros(len(samples.valid), dtype=np.int64), texts) for name in names}
    at = {row: number for number, row in enumerate(rows.tolist())}
    batch = samples.batch._replace(
        samples=[None] * len(rows),
        labels=None,
        errors=[e._replace(sample=at[e.sample or 0]) for e in samples.batch.errors],
        inputs={at[row]: text for row, text in (samples.batch.inputs or {}).items()},
    )
    lines = list(result_lines(batch, [None] * len(rows), model))
    places = np.zeros(len(samples.valid), dtype=np.int64)
    places[rows] = np.arange(1, len(rows) + 1)
    first = COLUMNS.index(names[0])
    return {
        name: Coded(places, ["", *(str(line[first + number]) for line in lines)])
        for number, name in enumerate(names)
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
        elif isinstance(column, Coded):
            empty = np.array([value == "" for value in column.values])[column.places]
            values = pa.array(column.values, pa.string())
            found[name] = pa.DictionaryArray.from_arrays(
                pa.array(column.places.astype(np.int32), mask=empty), values
            )
            if name not in _CODED:
                found[name] = found[name].cast(pa.string())
        elif name in _TYPES:
            found[name] = pa.array(column, from_pandas=True)
        else:
            found[name] = pc.if_else(pc.equal(column, ""), None, column)
    return pa.table(found)


def _join_arrow(parts: Sequence[Path], made: Path) -> None:
    writer = None
    try:
        for part in parts:
            with pa.memory_map(str(part)) as file:
                table = pa.ipc.open_file(file).read_all()
                if writer is None:
                    writer = ParquetWriter(made, table.schema, use_dictionary=[*_CODED])
                writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()
