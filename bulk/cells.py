"""Turns a block of a table into places in the points, and into the rows that need a closer look.

Plain cells, which are nearly all, are looked up by Arrow. Every other row is handed on as text to
the reader of the API, so that both take and refuse the same rows.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from bulk.points import MISSING, UNREADABLE, Flags, Places
from bulk.source import Source
from cytology.schema import Feature, Schema
from cytology.table import split_rows

#: An id that needs no closer look: printable ASCII without blanks around it; or none.
_PLAIN_ID = r"^$|^[!-~]([ -~]{0,62}[!-~])?$"
#: Where there is one, csv decides what is a cell: Arrow is laxer with quotes.
_QUOTE = b'"'


class _Columns(NamedTuple):
    """Columns of text, and the cells of rows that do not fit into them."""

    columns: list[pa.Array]
    ragged: dict[int, list[str]]


class Cells(NamedTuple):
    """A block's rows, as columns of length n and as lookups.

    ``closely`` marks rows of which some cell is not plain; ``ragged`` holds, by row, the cells of
    rows of another width, which stand in no column (their columns hold empty cells).
    """

    columns: list[pa.Array]
    places: Places
    ids: pa.Array | None
    labels: npt.NDArray[np.int32] | None
    closely: Flags
    ragged: dict[int, list[str]]

    def row(self, index: int) -> list[str]:
        """The cells of one row, as they were read."""
        if index in self.ragged:
            return self.ragged[index]
        return [column[index].as_py() for column in self.columns]


def cells_of_bytes(content: bytes, source: Source, schema: Schema) -> Cells:
    """Read a block of CSV.

    Raises
    ------
    UnicodeDecodeError
        The block is not UTF-8.
    cytology.columns.InvalidTable
        Its quotes do not match.
    """
    read = None if _QUOTE in content else _columns(content, source)
    return _look_up(read or _columns_one_by_one(content, source), source, schema)


def cells_of_table(table: pa.Table, source: Source, schema: Schema) -> Cells:
    """Read a row group; whatever a column's type, its values are looked at as text."""
    columns = [
        pc.fill_null(column.combine_chunks().cast(pa.string()), "") for column in table.columns
    ]
    return _look_up(_Columns(columns, {}), source, schema)


def _columns(content: bytes, source: Source) -> _Columns | None:
    """Every column as text; None where Arrow reads the lines otherwise than csv does."""
    names = [str(index) for index in range(source.layout.width)]
    skipped = []

    def skip(row: pacsv.InvalidRow) -> str:
        skipped.append(row)
        return "skip"

    try:
        table = pacsv.read_csv(
            pa.BufferReader(content),
            pacsv.ReadOptions(column_names=names, use_threads=False, block_size=2**20),
            pacsv.ParseOptions(
                delimiter=source.delimiter, quote_char=False, invalid_row_handler=skip
            ),
            pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    columns = [column.combine_chunks() for column in table.columns]
    return _with_ragged(columns, content, source) if skipped else _Columns(columns, {})


def _with_ragged(columns: list[pa.Array], content: bytes, source: Source) -> _Columns | None:
    """The columns with an empty row wherever Arrow skipped one of another width."""
    delimiter = source.delimiter.encode()
    lines = [line for line in content.splitlines() if line.strip()]
    ragged = {
        index: line.decode().split(source.delimiter)
        for index, line in enumerate(lines)
        if line.count(delimiter) != source.layout.width - 1
    }
    if len(lines) - len(ragged) != len(columns[0]):
        return None
    full = np.ones(len(lines), bool)
    full[list(ragged)] = False
    places = pa.array(np.cumsum(full) - 1, mask=~full)
    return _Columns([pc.fill_null(column.take(places), "") for column in columns], ragged)


def _columns_one_by_one(content: bytes, source: Source) -> _Columns:
    width = source.layout.width
    rows = split_rows(content.decode(), source.delimiter)
    ragged = {index: row for index, row in enumerate(rows) if len(row) != width}
    blank = [""] * width
    full = [blank if index in ragged else row for index, row in enumerate(rows)]
    return _Columns(
        [pa.array([row[at] for row in full], pa.string()) for at in range(width)], ragged
    )


def _look_up(read: _Columns, source: Source, schema: Schema) -> Cells:
    columns, ragged = read
    count = len(columns[0])
    closely = np.zeros(count, bool)
    closely[list(ragged)] = True
    places = np.full((len(schema.features), count), MISSING, np.uint8)
    for row, feature, at in zip(places, schema.features, source.layout.features, strict=True):
        if at is not None:
            texts, found = _plain_cells(feature, schema)
            row[:] = found[_positions(columns[at], texts)]
            closely |= row == UNREADABLE
    ids = None if source.layout.id is None else columns[source.layout.id]
    if ids is not None:
        closely |= ~pc.match_substring_regex(ids, _PLAIN_ID).to_numpy(zero_copy_only=False)
    labels = None
    if source.layout.label is not None:
        texts, classes = _plain_labels(schema)
        labels = classes[_positions(columns[source.layout.label], texts)]
        closely |= labels == len(schema.classes)
    return Cells(columns, places, ids, labels, closely, ragged)


def _positions(column: pa.Array, texts: list[str]) -> npt.NDArray[np.int32]:
    """Where each cell is in the list; one past its end for any other."""
    found = pc.index_in(column, value_set=pa.array(texts))
    positions: npt.NDArray[np.int32] = pc.fill_null(found, len(texts)).to_numpy()
    return positions


def _plain_cells(feature: Feature, schema: Schema) -> tuple[list[str], Places]:
    texts = [str(score) for score in feature.scores]
    found = list(range(1, len(texts) + 1))
    if feature.may_be_missing:
        texts += ["", schema.missing]
        found += [MISSING, MISSING]
    return texts, np.array([*found, UNREADABLE], np.uint8)


def _plain_labels(schema: Schema) -> tuple[list[str], npt.NDArray[np.int32]]:
    """Names, codes and no text, as places in the classes; -1 is no label, past the end unknown."""
    texts = [*schema.class_names, *(str(item.code) for item in schema.classes), ""]
    return texts, np.array([0, 1, 0, 1, -1, len(schema.classes)], np.int32)
