"""Turns the blocks' files into one table of results and one of faults, and counts what is there."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.feather as feather
import pyarrow.parquet as pq

from bulk.scoring import FAULTS, Done, results_schema
from bulk.source import Source
from cytology.schema import Schema

#: A cell that begins so is a formula to a spreadsheet (OWASP, CSV injection).
_FORMULA = r"^([=+\-@\t\r])"

#: What the checksum of the scores is taken over, one record a row, in the order of the rows.
RECORD = np.dtype([("row", "<i8"), ("probability", "<f8"), ("positive", "u1"), ("open", "u1")])


class Written(NamedTuple):
    """The two files, and what they hold."""

    results: Path
    faults: Path
    summary: dict[str, Any]


class _Writer(Protocol):
    def write_table(self, table: pa.Table) -> None: ...


def faults_path(results: Path) -> Path:
    """Where the faults go: data.predictions.csv → data.predictions.faults.csv."""
    return results.with_suffix(f".faults{results.suffix}")


def write_output(
    done: Sequence[Done], source: Source, parts: Path, target: Path, schema: Schema
) -> Written:
    """Put the blocks' rows together, in order; rows count from 1 over the whole table.

    Both files are moved into place at the end, so that neither is ever there in part.
    """
    faults = faults_path(target)
    tally = Tally(schema)
    with ExitStack() as stack:
        into = _open(target, results_schema(source), stack)
        beside = _open(faults, FAULTS, stack)
        for results, broken in _renumbered(done, parts):
            tally.add(results, broken)
            into.write_table(_harmless(results, target))
            beside.write_table(broken)
    for path in (target, faults):
        _partial(path).replace(path)
    rows = sum(block.rows for block in done)
    if tally.scored + tally.faulty != rows:
        raise RuntimeError(
            f"{rows} rows were read, {tally.scored + tally.faulty} are accounted for"
        )
    return Written(target, faults, {"rows": rows, **tally.summary(source.labelled)})


class Tally:
    """Counts, the confusion matrix and the checksum of everything written."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._digest = hashlib.sha256()
        self._faults = hashlib.sha256()
        self._labels = dict.fromkeys(schema.class_names, 0)
        self._confusion = {name: dict.fromkeys(schema.class_names, 0) for name in self._labels}
        self.scored = self.faulty = self.inconclusive = 0

    def add(self, results: pa.Table, faults: pa.Table) -> None:
        """Count one part; parts come in the order of the rows."""
        positive = pc.equal(results["label"], self._schema.positive)
        records = np.empty(len(results), RECORD)
        records["row"] = results["row"].to_numpy()
        records["probability"] = results["probability"].to_numpy()
        records["positive"] = positive.to_numpy()
        records["open"] = results["inconclusive"].to_numpy()
        self._digest.update(records.tobytes())
        self.scored += len(results)
        self.inconclusive += pc.sum(results["inconclusive"]).as_py() or 0
        for name in self._labels:
            self._labels[name] += pc.sum(pc.equal(results["label"], name)).as_py() or 0
        if "class" in results.column_names:
            for true, counts in self._confusion.items():
                of_class = results.filter(pc.equal(results["class"], true))["label"]
                for name in counts:
                    counts[name] += pc.sum(pc.equal(of_class, name)).as_py() or 0
        self.faulty += pc.count_distinct(faults["row"]).as_py()
        for fault in faults.to_pylist():
            self._faults.update(fault_line(**fault))

    def summary(self, labelled: bool) -> dict[str, Any]:
        """What was counted, for people and for programs."""
        return {
            "scored": self.scored,
            "faulty": self.faulty,
            "labels": self._labels,
            "inconclusive": self.inconclusive,
            **({"confusion": self._confusion} if labelled else {}),
            "scores_sha256": self._digest.hexdigest(),
            "faults_sha256": self._faults.hexdigest(),
        }


def fault_line(row: int, field: str, message: str) -> bytes:
    """A fault, as its checksum is taken."""
    return f"{row}\t{field}\t{message}\n".encode()


def _renumbered(done: Iterable[Done], parts: Path) -> Iterator[tuple[pa.Table, pa.Table]]:
    before = 1
    for block in done:
        tables = [
            feather.read_table(parts / f"{block.key}.{kind}", memory_map=False)
            for kind in ("results", "faults")
        ]
        first, second = [
            table.set_column(0, "row", pc.add(table["row"], before)) for table in tables
        ]
        yield first, second
        before += block.rows


def _open(path: Path, schema: pa.Schema, stack: ExitStack) -> _Writer:
    partial = str(_partial(path))
    writer: _Writer
    if path.suffix == ".parquet":
        writer = stack.enter_context(pq.ParquetWriter(partial, schema))
    else:
        options = pacsv.WriteOptions(quoting_style="needed")
        writer = stack.enter_context(pacsv.CSVWriter(partial, schema, write_options=options))
    return writer


def _partial(path: Path) -> Path:
    return path.with_name(f"{path.name}.partial")


def _harmless(results: pa.Table, target: Path) -> pa.Table:
    """Ids that no spreadsheet takes for a formula; Parquet is read by no spreadsheet."""
    if target.suffix == ".parquet":
        return results
    ids = pc.replace_substring_regex(results["id"], _FORMULA, r"'\1")
    return results.set_column(1, "id", ids)
