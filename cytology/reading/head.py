"""Tells the columns of a long table by its start, so that the rest can be read in parts."""

import io
from collections.abc import Iterable, Mapping, Sequence

from cytology.annotations import NamedTuple
from cytology.reading.classes import read_classes, read_coding
from cytology.reading.columns import by_choice, by_content
from cytology.reading.dialect import Cells, body_of, csv_reader, is_row, split
from cytology.reading.header import find_header
from cytology.reading.layout import Layout, commonest_width
from cytology.reading.names import known_names
from cytology.reading.table import Choices
from cytology.schema import Schema

#: Cell of a class column → label; None for the labels of a table that are left out.
Labels = Sequence[Mapping[str, str | None]] | None


class Head(NamedTuple):
    """How the rows of a table are read; ``start`` is the place of the first sample in its text."""

    delimiter: str
    layout: Layout
    notes: tuple[str, ...]
    decimal_comma: bool
    start: int = 0


def read_head(
    text: str, schema: Schema, choices: Choices, *, is_enough: bool = False
) -> Head | None:
    """Read the first rows of a text.

    Parameters
    ----------
    text
        The start of the table, up to the end of a line.
    schema
        Has the features, classes and their names.
    choices
        What the caller says about the columns and classes.
    is_enough
        Whether these rows decide where the names do not: the table is too long for all of them.

    Returns
    -------
    None where all rows are needed to decide, since no names and no choice tell the columns.

    Raises
    ------
    InvalidTable
        As :func:`cytology.reading.table.read_table`.
    """
    cells = split(text, known_names(schema))
    if cells.header is not None or not cells.rows:
        return None
    found = _layout(cells, schema, choices, is_enough=is_enough)
    if found is None:
        return None
    count, layout, notes = found
    place = _place_of(text, count, cells.delimiter)
    return Head(cells.delimiter, layout, notes, cells.decimal_comma, place)


def head_of_names(names: Sequence[str], schema: Schema, choices: Choices) -> Head:
    """Read the names of the columns of a file that keeps them apart; parameters as above."""
    # No comma parts such cells: 5,0 in a cell of text is a number
    cells, notes = Cells([], "\t", list(names)), list[str]()
    if choices.columns is not None:
        _, layout = by_choice(cells, schema, known_names(schema), choices.columns, notes)
    else:
        _, layout = by_content(cells, schema, known_names(schema), notes)
    return Head("\t", layout, tuple(notes), cells.decimal_comma)


def read_labels(
    cells: Sequence[Iterable[str]], schema: Schema, choices: Choices, notes: list[str]
) -> Labels:
    """Tell what the cells of the class columns mean.

    Parameters
    ----------
    cells
        The distinct cells of every class column.
    schema, choices
        As above.
    notes
        Gets a sentence where the labels are left out or taken for granted.
    """
    coding = read_coding(schema, choices.classes, learning=False)
    known: list[Mapping[str, str | None]] = []
    for column in map(sorted, cells):
        labels = read_classes(column, schema, coding, notes)
        if labels is None:
            return None
        known.append(dict(zip(column, labels, strict=True)))
    return known or None


def _layout(
    cells: Cells, schema: Schema, choices: Choices, *, is_enough: bool
) -> tuple[int, Layout, tuple[str, ...]] | None:
    names, notes = known_names(schema), list[str]()
    width = commonest_width(cells.rows)
    if choices.columns is not None:
        rows, layout = by_choice(cells, schema, names, choices.columns, notes)
        if rows and commonest_width(cells.rows[-len(rows) :]) != layout.width:
            return None  # empty last columns were taken off, which all rows must agree on
    elif find_header(cells.rows, names, width) is not None:
        rows, layout = by_content(cells, schema, names, notes)
    elif is_enough:
        rows, layout = by_content(cells, schema, names, notes)
        if layout.width != width:
            return None
        notes.append(f"The first {len(rows):,} rows tell the columns of this long table.")
    else:
        return None
    return (len(cells.rows) - len(rows), layout, tuple(notes)) if rows else None


def _place_of(text: str, count: int, delimiter: str) -> int:
    """The place behind the first ``count`` rows."""
    start = body_of(text)
    lines = io.StringIO(text[start:], newline="")
    reader = csv_reader(lines, delimiter)
    while count:
        count -= is_row(next(reader))
    body = io.StringIO(text[start:], newline="")
    return start + sum(len(body.readline()) for _ in range(reader.line_num))
