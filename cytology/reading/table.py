"""Turns a table into samples in row order, and into the errors of every row that is none."""

from collections.abc import Sequence
from operator import getitem, itemgetter
from typing import NamedTuple

from cytology.batch import Batch, SampleError
from cytology.measurements import Error, Row, Sample, check_id
from cytology.reading import choice
from cytology.reading.cells import InvalidCell, WholeCells, is_number
from cytology.reading.classes import Coding, read_classes, read_coding
from cytology.reading.decode import UNPACKED_MAX, decode
from cytology.reading.dialect import Cells, split
from cytology.reading.header import find_header, is_unknown_header, layout_of_header
from cytology.reading.layout import (
    Layout,
    commonest_width,
    counts,
    layout_of_rows,
    unknown_header,
    without_empty_ends,
)
from cytology.reading.names import Names, known_names, plain
from cytology.reading.refusals import InvalidTable, TooManyRows
from cytology.schema import Schema

#: Characters of a refused row that are kept with its errors.
_INPUT_MAX = 200


class Choices(NamedTuple):
    """What the caller says about a table: its columns, and what its class codes mean.

    ``learning`` is true where a model learns from the labels: 0 and 1 are then no known codes.
    """

    columns: str | None = None
    classes: str | None = None
    learning: bool = False


NO_CHOICES = Choices()


def read_table(
    content: bytes | str,
    schema: Schema,
    max_rows: int | None = None,
    choices: Choices = NO_CHOICES,
    unpacked_max: int = UNPACKED_MAX,
) -> Batch:
    """Read a table with or without a header, in any usual spelling (docs/tables.md).

    Parameters
    ----------
    content
        The file, or its text.
    schema
        Has the features, classes and their names.
    max_rows
        The most samples that are read; None for no limit.
    choices
        What the caller says about the columns and classes.
    unpacked_max
        The most bytes that a gzip or zip may unpack to.

    Returns
    -------
    A sample or None a row; an error of a single row never raises.

    Raises
    ------
    InvalidTable, TooManyRows
        Nothing can be read at all, or only by guessing.
    """
    names = known_names(schema)
    text = content if isinstance(content, str) else decode(content, unpacked_max)
    cells = split(text, names, max_rows)
    return read_cells(cells, schema, max_rows, choices)


def read_cells(
    cells: Cells,
    schema: Schema,
    max_rows: int | None = None,
    choices: Choices = NO_CHOICES,
) -> Batch:
    """Read a table that is cells already, as a workbook's sheet is; parameters as above."""
    coding = read_coding(schema, choices.classes, learning=choices.learning)
    if not cells.rows and cells.header is None:
        raise InvalidTable("empty_table", "the table is empty")
    names, notes = known_names(schema), list[str]()
    if choices.columns is not None:
        rows, layout = _by_choice(cells, schema, names, choices.columns, notes)
    else:
        rows, layout = _by_content(cells, schema, names, notes)
    if max_rows is not None and len(rows) > max_rows:
        raise TooManyRows
    if not rows:
        raise InvalidTable("no_samples", "only a header was found")
    labels = _labels(rows, layout, schema, coding, notes)
    batch = _read_rows(rows, layout, schema, decimal_comma=cells.decimal_comma)
    return batch._replace(labels=labels, notes=tuple(notes))


def _by_content(
    cells: Cells, schema: Schema, names: Names, notes: list[str]
) -> tuple[list[list[str]], Layout]:
    """The samples' rows and their layout, without a word of the caller's."""
    rows = cells.rows
    if cells.header is not None:
        return rows, layout_of_header(cells.header, schema, names, notes)
    width = commonest_width(rows)
    header = find_header(rows, names, width)
    if header is not None:
        _note_lines(header, notes)
        if not any(plain(cell) in names.features for cell in rows[header]):
            raise unknown_header(rows[header], schema)
        return rows[header + 1 :], layout_of_header(rows[header], schema, names, notes)
    rows = _without_titles(rows, width, notes)
    first = rows[0]
    if is_unknown_header(first):
        raise unknown_header(first, schema)
    return layout_of_rows(rows, schema, decimal_comma=cells.decimal_comma)


def _by_choice(
    cells: Cells, schema: Schema, names: Names, columns: str, notes: list[str]
) -> tuple[list[list[str]], Layout]:
    """The samples' rows, and the layout that the caller states."""
    layout = choice.layout_of_choice(columns, schema, names)
    rows, header = cells.rows, cells.header
    if header is None:
        width = commonest_width(rows)
        index = find_header(rows, names, width)
        if index is None:
            rows = _without_titles(rows, width, notes)
            first = rows[0]
            numbered = counts(first) and (len(first) > len(schema.features) or first[0] == "0")
            if is_unknown_header(first) or numbered:
                index = 0
                notes.append("the first line is taken for a header")
        else:
            _note_lines(index, notes)
        if index is not None:
            header, rows = rows[index], rows[index + 1 :]
    if header is not None:
        choice.check_header(header, layout, schema, names)
        width = len(header)
    if rows:
        width = commonest_width(rows)
    if width > layout.width:
        rows, width = without_empty_ends(rows, width)
    choice.check_width(width, layout)
    return rows, layout


def _note_lines(count: int, notes: list[str]) -> None:
    if count:
        notes.append(f"{count} {'line' if count == 1 else 'lines'} above the header ignored")


def _without_titles(rows: list[list[str]], width: int, notes: list[str]) -> list[list[str]]:
    """Leave out first lines that are a title or a comment: no cells of the table's width."""
    index = 0
    while width > 1 and index < len(rows) - 1 and len(rows[index]) != width:
        cell = rows[index][0].lstrip()
        title = len(rows[index]) == 1 and not is_number(cell, decimal_comma=True)
        if not title and not cell.startswith(("#", "%", "//")):
            break
        index += 1
    _note_lines(index, notes)
    return rows[index:]


def _read_rows(
    rows: Sequence[Sequence[str]], layout: Layout, schema: Schema, *, decimal_comma: bool
) -> Batch:
    tables = [WholeCells(f, schema.missing, decimal_comma=decimal_comma) for f in schema.features]
    places = [place for place in layout.features if place is not None]
    # itemgetter of one place gives a cell and not a tuple
    pick = itemgetter(*places) if len(places) == len(tables) > 1 else None
    samples: list[Sample | None] = []
    failed: list[SampleError] = []
    inputs: dict[int, str] = {}
    for index, row in enumerate(rows):
        try:
            scores = tuple(map(getitem, tables, pick(row))) if pick else None
        except (InvalidCell, IndexError):
            scores = None
        errors: list[Error] = []
        if scores is None or len(row) != layout.width:
            scores = _look_closely(row, layout, tables, errors)
        identifier = None
        if layout.id is not None and len(row) == layout.width:
            identifier = row[layout.id].strip() or None
            if identifier is not None:
                check_id(identifier, errors)
        if errors:
            samples.append(None)
            failed.extend(SampleError(index, *error) for error in errors)
            inputs[index] = ",".join(row)[:_INPUT_MAX]
        else:
            samples.append(Sample(scores, identifier))
    return Batch(samples, failed, inputs=inputs, table=True)


def _look_closely(
    row: Sequence[str], layout: Layout, tables: list[WholeCells], errors: list[Error]
) -> Row:
    if len(row) != layout.width:
        message = f"{len(row)} columns found, {layout.width} needed"
        errors.append(Error("", "wrong_length", message))
        return ()
    scores: list[int | None] = []
    for place, cells in zip(layout.features, tables, strict=True):
        try:
            scores.append(cells["" if place is None else row[place]])
        except InvalidCell as invalid:
            errors.append(invalid.error)
    return tuple(scores)


def _labels(
    rows: Sequence[Sequence[str]],
    layout: Layout,
    schema: Schema,
    coding: Coding,
    notes: list[str],
) -> list[str | None] | None:
    found: list[list[str | None]] = []
    for place in layout.labels:
        cells = [row[place] if len(row) == layout.width else "" for row in rows]
        labels = read_classes(cells, schema, coding, notes)
        if labels is None:
            return None
        found.append(labels)
    if any(labels != found[0] for labels in found):
        raise InvalidTable(
            "repeated_column",
            "two class columns differ: columns "
            + " and ".join(str(place + 1) for place in layout.labels),
        )
    return found[0] if found else None
