"""Separates the header and titles of a table from its samples; finds the layout of its columns."""

from cytology.reading import choice
from cytology.reading.cells import is_number
from cytology.reading.dialect import Cells
from cytology.reading.header import find_header, is_unknown_header, layout_of_header
from cytology.reading.layout import (
    Layout,
    commonest_width,
    counts,
    layout_of_rows,
    unknown_header,
    without_empty_ends,
)
from cytology.reading.names import Names, plain
from cytology.schema import Schema

#: Rows up to which the scores of a column may count 1, 2, 3 … by chance.
_FEW_ROWS = 10


def by_content(
    cells: Cells, schema: Schema, names: Names, notes: list[str]
) -> tuple[list[list[str]], Layout]:
    """Return the samples' rows and their layout, found from the table alone.

    Parameters
    ----------
    cells
        The table.
    schema
        Has the features.
    names
        Every name that a column may have.
    notes
        Gets a sentence on lines and columns that are ignored.
    """
    rows = cells.rows
    if cells.header is not None:
        return rows, layout_of_header(cells.header, schema, names, notes)
    width = commonest_width(rows)
    header = find_header(rows, names, width)
    if header is not None:
        _note_lines(header, notes)
        if not any(plain(cell) in names.features for cell in rows[header]):
            raise unknown_header(rows[header], schema)
        named, rows = rows[header], rows[header + 1 :]
        return rows, layout_of_header(with_row_names(named, rows), schema, names, notes)
    rows = _without_titles(rows, width, notes)
    first = rows[0]
    if is_unknown_header(first, names):
        raise unknown_header(first, schema)
    return layout_of_rows(rows, schema, decimal_comma=cells.decimal_comma)


def by_choice(
    cells: Cells, schema: Schema, names: Names, columns: str, notes: list[str]
) -> tuple[list[list[str]], Layout]:
    """Return the samples' rows, and the layout that the caller states.

    Parameters
    ----------
    cells
        The table.
    schema
        Has the features.
    names
        Every name that a column may have.
    columns
        The caller's words, as :func:`choice.layout_of_choice` reads them.
    notes
        Gets a sentence on lines that are ignored.
    """
    layout = choice.layout_of_choice(columns, schema, names)
    rows, header = cells.rows, cells.header
    if header is None:
        width = commonest_width(rows)
        index = find_header(rows, names, width)
        if index is None:
            rows = _without_titles(rows, width, notes)
            first = rows[0]
            numbered = counts(first) and (len(first) > len(schema.features) or first[0] == "0")
            if is_unknown_header(first, names) or numbered:
                index = 0
                notes.append("the first line is taken for a header")
        else:
            _note_lines(index, notes)
        if index is not None:
            named, rows = rows[index], rows[index + 1 :]
            header = with_row_names(named, rows)
    if header is not None:
        choice.check_header(header, layout, schema, names)
        width = len(header)
    if rows:
        width = commonest_width(rows)
    if width > layout.width:
        rows, width = without_empty_ends(rows, width)
    choice.check_width(width, layout)
    return rows, layout


def with_row_names(header: list[str], rows: list[list[str]]) -> list[str]:
    """Put "" before a header that does not name the first cells, which count the rows.

    Such tables come from R's write.table.
    """
    width = len(header) + 1
    # The first row decides for nearly every table: a request may hold 10,000 rows
    if len(rows) <= _FEW_ROWS or len(rows[0]) != width:
        return header
    names = [row[0].strip() for row in rows if len(row) == width and row[-1].strip()]
    return ["", *header] if names == [str(n) for n in range(1, len(rows) + 1)] else header


def _note_lines(count: int, notes: list[str]) -> None:
    if count:
        notes.append(f"{count} {'line' if count == 1 else 'lines'} above the header ignored")


def _without_titles(rows: list[list[str]], width: int, notes: list[str]) -> list[list[str]]:
    """Leave out first lines that are a title or a comment: they have fewer or more cells."""
    index = 0
    while width > 1 and index < len(rows) - 1 and len(rows[index]) != width:
        cell = rows[index][0].lstrip()
        title = len(rows[index]) == 1 and not is_number(cell, decimal_comma=True)
        if not title and not cell.startswith(("#", "%", "//")):
            break
        index += 1
    _note_lines(index, notes)
    return rows[index:]
