"""Reads a table from a local file: every form that the API reads, and Excel workbooks."""

import io

from cytology.annotations import Any
from cytology.batch import Batch
from cytology.reading.dialect import Cells
from cytology.reading.refusals import InvalidTable
from cytology.reading.table import NO_CHOICES, Choices, read_cells, read_table
from cytology.reading.unpack import is_workbook
from cytology.schema import Schema


def read_file(content: bytes, schema: Schema, choices: Choices = NO_CHOICES) -> Batch:
    """Read a file of any number of rows; errors and result as :func:`read_table`.

    Parameters
    ----------
    content
        The file's bytes.
    schema
        Has the features, classes and their names.
    choices
        What the caller says about the columns and classes.
    """
    if not is_workbook(content):
        return read_table(content, schema, choices=choices)
    # Commas do not separate the cells of a workbook, so 5,0 in a cell is a number
    return read_cells(Cells(sheet_of(content), "\t"), schema, choices=choices)


def sheet_of(content: bytes) -> list[list[str]]:
    """Return the rows of a workbook's one sheet with cells, as text."""
    try:
        # Imported here: the only library of this package, for workbooks alone (decision 0082)
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError:
        message = "reading .xlsx needs the package python-calamine; or save the table as CSV"
        raise InvalidTable("unsupported_file", message) from None
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = [workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names]
    except CalamineError:
        message = "the workbook is damaged or protected by a password"
        raise InvalidTable("unreadable_text", message) from None
    rows = [[[_text(cell) for cell in row] for row in sheet] for sheet in sheets]
    filled = [[row for row in sheet if any(row)] for sheet in rows]
    used = [sheet for sheet in filled if sheet]
    if len(used) > 1:
        raise InvalidTable(
            "unsupported_file", f"the workbook has {len(used)} sheets with cells; keep one"
        )
    return used[0] if used else []


def _text(cell: Any) -> str:
    """Return the text of a cell; workbooks store every number as a float."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
