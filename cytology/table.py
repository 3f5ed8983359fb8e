"""Turns CSV text into samples in row order, and into the errors of every row that is none."""

import csv
import io
from collections.abc import Sequence
from operator import getitem, itemgetter
from typing import NamedTuple

from cytology.batch import Batch, SampleError
from cytology.columns import (
    InvalidTable,
    Layout,
    label_reader,
    layout_of_header,
    layout_of_rows,
    read_header,
)
from cytology.measurements import Error, Row, Sample, check_id, read_unusual
from cytology.schema import Schema

_DELIMITERS = ",;\t"
#: Score, or None where missing, by the text of a cell; what is not in it is looked at closely.
_Cells = dict[str, int | None]


class TooManyRows(ValueError):
    """More rows than the caller allowed."""


def read_table(text: str, schema: Schema, max_rows: int) -> Batch:
    """Read CSV with comma, semicolon or tab; a header is optional and recognised by its names.

    Without a header the columns are the features in schema order, with an id before them and a
    class after them where there are more columns than features.

    Raises
    ------
    InvalidTable, TooManyRows
        Nothing can be read at all; a error of a single row never raises.
    """
    rows = _split(text, max_rows)
    if not rows:
        raise InvalidTable("the table is empty")
    header = read_header(rows[0], schema)
    layout = layout_of_header(header, schema) if header else layout_of_rows(rows, schema)
    return read_rows(rows[1:] if header else rows, layout, schema)


class NamedRows(NamedTuple):
    """The names of a table's columns, its rows, and whether one of the columns is the class."""

    header: list[str]
    rows: list[list[str]]
    labelled: bool


def named_rows(text: str, schema: Schema) -> NamedRows:
    """Part a table into the names of its columns and its rows; without a header, name them.

    For callers that send a long table in parts: a part says little about columns without names.

    Raises
    ------
    InvalidTable
        As :func:`read_table` does.
    """
    rows = _split(text, None)
    if not rows:
        raise InvalidTable("the table is empty")
    if header := read_header(rows[0], schema):
        labelled = layout_of_header(header, schema).label is not None
        return NamedRows(rows[0], rows[1:], labelled)
    layout = layout_of_rows(rows, schema)
    names = [*schema.names]
    if layout.id is not None:
        names.insert(0, schema.id_column)
    if layout.label is not None:
        names.append(schema.class_column)
    return NamedRows(names, rows, layout.label is not None)


def _split(text: str, max_rows: int | None) -> list[list[str]]:
    first = text.lstrip("\r\n").partition("\n")[0]
    return split_rows(text, max(_DELIMITERS, key=first.count), max_rows)


def split_rows(text: str, delimiter: str, max_rows: int | None = None) -> list[list[str]]:
    """Part CSV text into rows of cells; lines without any are passed over.

    Raises
    ------
    InvalidTable, TooManyRows
        Quotes do not match, or there are more rows than allowed.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = []
    try:
        for row in reader:
            if row and (len(row) > 1 or row[0].strip()):
                rows.append(row)
                # One more than allowed: the first may be a header
                if max_rows is not None and len(rows) > max_rows + 1:
                    raise TooManyRows
    except csv.Error as error:
        raise InvalidTable(f"line {reader.line_num}: {error}") from None
    return rows


def read_rows(rows: Sequence[Sequence[str]], layout: Layout, schema: Schema) -> Batch:
    """Read rows that are cells already, by the layout of the table that they are part of."""
    tables = [_cells(feature.scores, feature.may_be_missing, schema) for feature in schema.features]
    label_of = label_reader(schema)
    places = [place for place in layout.features if place is not None]
    pick = itemgetter(*places) if len(places) == len(tables) else None
    batch = Batch([], [], None if layout.label is None else [])
    for index, row in enumerate(rows):
        errors: list[Error] = []
        try:
            # Nearly every row: all cells are known, which takes half the time of the close look
            usual = tuple(map(getitem, tables, pick(row))) if pick else None
        except (KeyError, IndexError):
            usual = None
        sample = _read_row(row, usual, layout, schema, tables, errors)
        if batch.labels is not None and layout.label is not None:
            cell = row[layout.label] if len(row) == layout.width else ""
            batch.labels.append(label_of(cell))
            if cell.strip() and batch.labels[-1] is None:
                names = " or ".join(schema.class_names)
                errors.append(Error(schema.class_column, f"class must be {names}, or its code"))
        batch.samples.append(None if errors else sample)
        batch.errors.extend(SampleError(index, *error) for error in errors)
    return batch


def _cells(scores: range, may_be_missing: bool, schema: Schema) -> _Cells:
    cells: _Cells = {str(score): score for score in scores}
    return cells | ({"": None, schema.missing: None} if may_be_missing else {})


def _read_row(
    row: Sequence[str],
    usual: Row | None,
    layout: Layout,
    schema: Schema,
    tables: list[_Cells],
    errors: list[Error],
) -> Sample | None:
    if len(row) != layout.width:
        errors.append(Error("", f"{len(row)} columns found, {layout.width} needed"))
        return None
    scores = _look_closely(row, layout, schema, tables, errors) if usual is None else usual
    identifier = None if layout.id is None else row[layout.id].strip() or None
    if identifier is not None:
        check_id(identifier, errors)
    return None if errors else Sample(scores, identifier)


def _look_closely(
    row: Sequence[str], layout: Layout, schema: Schema, tables: list[_Cells], errors: list[Error]
) -> Row:
    scores: list[int | None] = []
    for feature, place, cells in zip(schema.features, layout.features, tables, strict=True):
        cell = "" if place is None else row[place]
        if cell in cells:
            scores.append(cells[cell])
        else:
            read_unusual(feature, _value(cell), schema.missing, scores, errors)
    return tuple(scores)


def _value(cell: str) -> object:
    """Read a cell as JSON would have spelled it: a number, None where empty, else the text."""
    text = cell.strip()
    if not text:
        return None
    # Short texts only: int() refuses thousands of digits, and no score needs them. It also reads
    # 1_0 and Arabic digits as 10, which no table means
    if len(text) <= 20 and text[0] in "+-.0123456789" and text.isascii() and "_" not in text:
        for read in (int, float):
            try:
                return read(text)
            except ValueError:
                continue
    return text
