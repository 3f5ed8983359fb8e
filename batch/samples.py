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
from cytology.reading.cells import MISSING, FeatureCells, InvalidCell
from cytology.reading.dialect import csv_reader, is_row
from cytology.reading.head import Head, Labels
from cytology.reading.table import differing_labels, read_rows
from cytology.results import harmless
from cytology.schema import CATEGORY, WHOLE, Feature, Schema

#: Ids that are valid and that no spreadsheet would evaluate; the reader judges all others.
_PLAIN_ID = "^([0-9A-Za-z]([0-9A-Za-z_.:/ -]{0,62}[0-9A-Za-z])?)?$"
_LONGEST_ID = 64
#: Spellings of a missing value that pyarrow finds; the reader finds all others.
_MISSING = [*MISSING, *map(str.upper, MISSING), "NaN"]
#: Whole numbers from it on are no int8.
_MOST_OF_INT8 = 128


class UnknownClasses(Exception):
    """Class columns have cells that the first rows do not have; ``cells`` are those of each."""

    def __init__(self, cells: list[set[str]]) -> None:
        self.cells = cells
        super().__init__(cells)


class Samples(NamedTuple):
    """n rows: (n, features) values with NaN where missing; ids; labels or None; invalid rows.

    A category is the number of its place in the schema, a label that of its class, and the last
    number stands for none. ``ids`` are an Arrow array, spelt as the results spell them. ``batch``
    has the errors and inputs of the rows that are not ``valid``.
    """

    scores: NDArray[np.float64]
    valid: NDArray[np.bool_]
    ids: Any
    labels: NDArray[np.int8] | None
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
    if any(feature.kind == CATEGORY for feature in schema.features):
        rows = [tuple(map(_coded, schema.features, row)) for row in rows]
    return Samples(
        np.array(rows, dtype=np.float64).reshape(len(rows), width),
        np.array([sample is not None for sample in batch.samples], dtype=bool),
        pa.array([harmless(s.id) if s and s.id else "" for s in batch.samples], pa.string()),
        None if batch.labels is None else _class_numbers(batch.labels, schema),
        batch,
    )


def _coded(feature: Feature, value: Any) -> Any:
    return feature.values.index(value) if isinstance(value, str) else value


def _class_numbers(labels: Sequence[str | None], schema: Schema) -> NDArray[np.int8]:
    numbers = {name: number for number, name in enumerate([*schema.class_names, None])}
    return np.array([numbers[label] for label in labels], dtype=np.int8)


def _of_rows(rows: Sequence[Sequence[str]], reading: Reading, head: Head) -> Samples:
    batch = read_rows(rows, head.layout, reading.schema, decimal_comma=head.decimal_comma)
    width = head.layout.width
    columns = [
        pa.array([row[place] if len(row) == width else "" for row in rows]).dictionary_encode()
        for place in head.layout.labels
    ]
    return _of_batch(batch, reading.schema)._replace(labels=_labels(columns, reading, head))


def _labels(columns: Sequence[Any], reading: Reading, head: Head) -> NDArray[np.int8] | None:
    """The labels of all rows, from the distinct cells of every class column."""
    if reading.labels is None:
        return None
    cells = [column.dictionary.to_pylist() for column in columns]
    new = [{*own} - known.keys() for own, known in zip(cells, reading.labels, strict=True)]
    # The cell of a row that has too few or too many
    if any(own - {""} for own in new):
        raise UnknownClasses(new)
    found: list[NDArray[np.int8]] = [
        _class_numbers([known.get(cell) for cell in own], reading.schema)[column.indices.to_numpy()]
        for own, known, column in zip(cells, reading.labels, columns, strict=True)
    ]
    first, *others = found
    if any((labels != first).any() for labels in others):
        raise differing_labels(head.layout)
    return first


def _of_lines(content: bytes, reading: Reading, head: Head) -> Samples:
    layout, schema = head.layout, reading.schema
    names = [str(place) for place in range(layout.width)]
    coded = pa.dictionary(pa.int32(), pa.string())
    types = {names[p]: pa.string() if p == layout.id else coded for p in _used(head)}
    whole = {
        names[place]: pa.int8()
        for feature, place in zip(schema.features, layout.features, strict=True)
        if place is not None and feature.kind == WHOLE and feature.maximum < _MOST_OF_INT8
    }
    # pyarrow takes 0x5 and numbers of any length for whole numbers, the reader does not
    usual = not any(mark in content for mark in (b"x", b"X", b"0" * 20))
    for chosen in ([types | whole] if usual else []) + [types]:
        try:
            table = csv.read_csv(
                pa.BufferReader(content),
                csv.ReadOptions(use_threads=False, block_size=len(content) + 1, column_names=names),
                csv.ParseOptions(
                    delimiter=head.delimiter, quote_char=False, ignore_empty_lines=False
                ),
                csv.ConvertOptions(
                    column_types=chosen,
                    include_columns=[*types],
                    null_values=_MISSING,
                    strings_can_be_null=False,
                ),
            )
            break
        except pa.ArrowInvalid:  # a cell is no whole number, or a row has too few cells or too many
            continue
    else:
        return _of_rows(_split(content.decode().split("\n"), head), reading, head)
    lines: list[bytes] = []

    def cells_of(rows: Sequence[int]) -> list[list[str]]:
        lines[:] = lines or content.split(b"\n")
        return _split([lines[row].decode() for row in rows], head)

    columns = {int(name): table[name].combine_chunks() for name in types}
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

    features = zip(reading.schema.features, head.layout.features, strict=True)
    numeric = {place for feature, place in features if feature.kind != CATEGORY}
    columns = {}
    for place in _used(head):
        column = table.column(place).combine_chunks()
        if place not in numeric or not pa.types.is_integer(column.type):
            column = _texts(column)
            if place != head.layout.id:
                column = column.dictionary_encode()
        columns[place] = column
    return _of_columns(columns, cells_of, reading, head)


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
        if place is not None:
            judge = FeatureCells(feature, schema.missing, decimal_comma=head.decimal_comma)
            scores[number], wrong = _values(columns[place], feature, judge)
            unusual |= wrong
    unusual |= np.isnan(scores).sum(axis=0) > schema.missing_at_most
    ids = pa.repeat("", count)
    if layout.id is not None:
        ids = columns[layout.id]
        short = pc.less_equal(pc.binary_length(ids), _LONGEST_ID)
        plain = pc.and_(pc.ascii_is_alnum(ids), short)
        if not pc.all(plain).as_py():
            ids = pc.utf8_trim_whitespace(ids)
            plain = pc.match_substring_regex(ids, _PLAIN_ID)
        unusual |= ~plain.to_numpy(zero_copy_only=False)
    labels = _labels([columns[place] for place in layout.labels], reading, head)
    found = Samples(scores.T, ~unusual, ids, labels, Batch([], [], inputs={}))
    return _with_unusual(found, np.flatnonzero(unusual), cells_of, reading, head)


def _values(
    column: Any, feature: Feature, judge: FeatureCells
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The values of a column, NaN where missing, and the rows that the reader must see."""
    if pa.types.is_dictionary(column.type):
        judged = [_judged(feature, judge, cell) for cell in column.dictionary.to_pylist()]
        values, wrong = zip(*judged, strict=True)
        places = column.indices.to_numpy()
        return np.array(values)[places], np.array(wrong)[places]
    numbers = column.fill_null(0).to_numpy().astype(np.float64)
    wrong = ~((numbers >= feature.minimum) & (numbers <= feature.maximum))
    if column.null_count:
        missing = column.is_null().to_numpy(zero_copy_only=False)
        numbers[missing] = np.nan
        wrong[missing] = not feature.may_be_missing
    return numbers, wrong


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
