"""Turns a block of rows into columns: scores, ids, labels, and the errors of invalid rows.

The reader in ``cytology.reading`` judges every cell. pyarrow finds the distinct cells of a column,
so that the reader is asked once for each of them and not once a row.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv

from batch.source import Block, Group, Stretch
from cytology.batch import Batch, SampleError
from cytology.reading.cells import FeatureCells, InvalidCell
from cytology.reading.dialect import csv_reader, is_row
from cytology.reading.head import Head, Labels
from cytology.reading.table import differing_labels, read_rows
from cytology.results import harmless
from cytology.schema import CATEGORY, Feature, Schema

#: Ids that are valid and that no spreadsheet would evaluate; the reader judges all others.
_PLAIN_ID = "^([0-9A-Za-z]([0-9A-Za-z_.:/ -]{0,62}[0-9A-Za-z])?)?$"


class UnknownClasses(Exception):
    """Class columns have cells that the first rows do not have; ``cells`` are those of each."""

    def __init__(self, cells: list[set[str]]) -> None:
        self.cells = cells
        super().__init__(cells)


class Samples(NamedTuple):
    """n rows: (n, features) values with NaN where missing; ids; labels or None; invalid rows.

    A category is the number of its place in the schema. ``ids`` are an Arrow array, spelt as the
    results spell them. ``batch`` has the errors and inputs of the rows
    that are not ``valid``.
    """

    scores: NDArray[np.float64]
    valid: NDArray[np.bool_]
    ids: Any
    labels: NDArray[Any] | None
    batch: Batch


class Reading(NamedTuple):
    """How blocks of a file are read."""

    schema: Schema
    head: Head | None
    labels: Labels
    encoding: str


def read_block(block: Block, reading: Reading) -> Samples:
    """Read the rows of a block.

    Raises
    ------
    UnknownClasses
        A cell of a class column is not in ``reading.labels``.
    cytology.reading.refusals.InvalidTable
        Two class columns differ.
    """
    content, head = block.content, reading.head
    if isinstance(content, Batch):
        return _of_batch(content, reading.schema)
    if head is None:
        raise TypeError("a file without a head has been read as a whole")
    if isinstance(content, Group):
        from pyarrow.parquet import ParquetFile

        return read_table(ParquetFile(content.path).read_row_group(content.number), reading)
    if isinstance(content, Stretch):
        with content.path.open("rb") as file:
            file.seek(content.start)
            content = file.read(content.size)
    if not isinstance(content, bytes):
        return _of_rows(content, reading, head)
    if reading.encoding != "utf-8":
        content = content.decode(reading.encoding).encode()
    return _of_lines(content, reading, head)


def _of_batch(batch: Batch, schema: Schema) -> Samples:
    width = len(schema.features)
    rows = [(None,) * width if sample is None else sample.row for sample in batch.samples]
    places = [i for i, feature in enumerate(schema.features) if feature.kind == CATEGORY]
    if places:
        rows = [tuple(map(_coded, schema.features, row)) for row in rows]
    return Samples(
        np.array(rows, dtype=np.float64).reshape(len(rows), width),
        np.array([sample is not None for sample in batch.samples], dtype=bool),
        pa.array([harmless(s.id) if s and s.id else "" for s in batch.samples], pa.string()),
        None if batch.labels is None else np.array(batch.labels, dtype=object),
        batch,
    )


def _coded(feature: Feature, value: Any) -> Any:
    return feature.values.index(value) if isinstance(value, str) else value


def _of_rows(rows: Sequence[Sequence[str]], reading: Reading, head: Head) -> Samples:
    batch = read_rows(rows, head.layout, reading.schema, decimal_comma=head.decimal_comma)
    width = head.layout.width
    columns = [
        [row[place] if len(row) == width else "" for row in rows] for place in head.layout.labels
    ]
    counted = [dict.fromkeys(column) for column in columns]
    found = _labels(counted, reading, head, lambda i, known: [known[c] for c in columns[i]])
    return _of_batch(batch, reading.schema)._replace(labels=found)


def _labels(
    cells: Sequence[Any], reading: Reading, head: Head, read: Callable[[int, Any], Any]
) -> NDArray[Any] | None:
    """The labels of all rows, by ``read``, from the distinct cells of every class column."""
    known = reading.labels
    if known is None:
        return None
    new = [{*column} - labels.keys() for column, labels in zip(cells, known, strict=True)]
    # The cell of a row that has too few or too many
    if any(column - {""} for column in new):
        raise UnknownClasses(new)
    found = [
        np.array(read(place, {"": None, **labels}), dtype=object)
        for place, labels in enumerate(known)
    ]
    if any((labels != found[0]).any() for labels in found):
        raise differing_labels(head.layout)
    return found[0]


def _of_lines(content: bytes, reading: Reading, head: Head) -> Samples:
    names = [str(place) for place in range(head.layout.width)]
    used = _used(head)
    coded = pa.dictionary(pa.int32(), pa.string())
    convert = csv.ConvertOptions(
        column_types={names[p]: pa.string() if p == head.layout.id else coded for p in used},
        include_columns=[names[place] for place in used],
        strings_can_be_null=False,
    )
    try:
        table = csv.read_csv(
            pa.BufferReader(content),
            csv.ReadOptions(use_threads=False, block_size=len(content) + 1, column_names=names),
            csv.ParseOptions(delimiter=head.delimiter, quote_char=False, ignore_empty_lines=False),
            convert,
        )
    except pa.ArrowInvalid:  # a row has more or fewer cells than are needed
        return _of_rows(_split(content.decode().split("\n"), head), reading, head)
    lines: list[bytes] = []

    def cells_of(rows: Sequence[int]) -> list[list[str]]:
        lines[:] = lines or content.split(b"\n")
        return _split([lines[row].decode() for row in rows], head)

    columns = {place: table[names[place]].combine_chunks() for place in used}
    return _of_columns(columns, cells_of, reading, head)


def _used(head: Head) -> list[int]:
    layout = head.layout
    places = {*layout.features, *layout.labels, layout.id}
    return sorted(place for place in places if place is not None)


def _split(lines: Sequence[str], head: Head) -> list[list[str]]:
    return [row for row in csv_reader(lines, head.delimiter) if is_row(row)]


def read_table(table: Any, reading: Reading) -> Samples:
    """Read the rows of an Arrow table; errors as :func:`read_block`."""
    head = reading.head
    if head is None:
        raise TypeError("a table is read by the names of its columns")

    def cells_of(rows: Sequence[int]) -> list[list[str]]:
        columns = [_texts(column).to_pylist() for column in table.take(list(rows)).columns]
        return [list(row) for row in zip(*columns, strict=True)]

    columns = {}
    for place in _used(head):
        column = table.column(place).combine_chunks()
        if place == head.layout.id:
            columns[place] = _texts(column)
            continue
        coded = column.dictionary_encode()
        columns[place] = type(coded).from_arrays(
            coded.indices.fill_null(len(coded.dictionary)), _with_null(_texts(coded.dictionary))
        )
    return _of_columns(columns, cells_of, reading, head)


def _with_null(dictionary: Any) -> Any:
    return pa.concat_arrays([dictionary, pa.array([""], dictionary.type)])


def _texts(column: Any) -> Any:
    """The values of a column as the cells of a CSV: nothing where there is none."""
    try:
        return column.cast(pa.string()).fill_null("")
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        return pa.array(["" if v is None else str(v) for v in column.to_pylist()], pa.string())


def _of_columns(
    columns: dict[int, Any],
    cells_of: Callable[[Sequence[int]], list[list[str]]],
    reading: Reading,
    head: Head,
) -> Samples:
    schema, layout = reading.schema, head.layout
    count = len(next(iter(columns.values())))
    scores = np.full((len(schema.features), count), np.nan)
    unusual = np.zeros(count, dtype=bool)
    for number, (feature, place) in enumerate(zip(schema.features, layout.features, strict=True)):
        if place is None:
            continue
        judge = FeatureCells(feature, schema.missing, decimal_comma=head.decimal_comma)
        cells = columns[place].dictionary.to_pylist()
        values, wrong = zip(*[_judged(feature, judge, cell) for cell in cells], strict=True)
        places = columns[place].indices.to_numpy()
        scores[number] = np.array(values)[places]
        if any(wrong):
            unusual |= np.array(wrong)[places]
    unusual |= np.isnan(scores).sum(axis=0) > schema.missing_at_most
    ids = pa.repeat("", count)
    if layout.id is not None:
        texts = pc.utf8_trim_whitespace(columns[layout.id])
        plain = pc.match_substring_regex(texts, _PLAIN_ID).to_numpy(zero_copy_only=False)
        unusual |= ~plain
        ids = texts
    labelled = [columns[place] for place in layout.labels]
    labels = _labels(
        [column.dictionary.to_pylist() for column in labelled],
        reading,
        head,
        lambda i, known: np.array(
            [known[cell] for cell in labelled[i].dictionary.to_pylist()], dtype=object
        )[labelled[i].indices.to_numpy()],
    )
    found = Samples(scores.T, ~unusual, ids, labels, Batch([], [], inputs={}))
    return _with_unusual(found, np.flatnonzero(unusual), cells_of, reading, head)


def _judged(feature: Feature, judge: FeatureCells, cell: str) -> tuple[Any, bool]:
    try:
        score = judge[cell]
    except InvalidCell:
        return np.nan, True
    return (np.nan if score is None else _coded(feature, score)), False


def _with_unusual(
    found: Samples,
    places: NDArray[np.intp],
    cells_of: Callable[[Sequence[int]], list[list[str]]],
    reading: Reading,
    head: Head,
) -> Samples:
    """Let the reader judge the rows that are not plain, each as a whole."""
    if not len(places):
        return found
    rows = places.tolist()
    batch = read_rows(cells_of(rows), head.layout, reading.schema, decimal_comma=head.decimal_comma)
    read = _of_batch(batch, reading.schema)
    mask = np.zeros(len(found.valid), dtype=bool)
    mask[places] = True
    ids = pc.replace_with_mask(found.ids, pa.array(mask), read.ids)
    found.scores[places], found.valid[places] = read.scores, read.valid
    errors = [SampleError(rows[error.sample or 0], *error[1:]) for error in batch.errors]
    inputs = {rows[row]: text for row, text in (batch.inputs or {}).items()}
    return found._replace(ids=ids, batch=Batch([], errors, inputs=inputs))
