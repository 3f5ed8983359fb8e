"""Exceptions for a table that cannot be read as a whole."""

from collections.abc import Sequence

from cytology.error_codes import Code

#: Cells of the first row that an error shows, and characters of each.
_SHOWN_CELLS, _SHOWN_CHARACTERS = 12, 24


class InvalidTable(ValueError):
    """The table cannot be read; the message has the reason and the fix, and no cell.

    ``first_row`` is the row that the error is about, shortened, for the caller alone: it may hold
    a sample and is never logged. ``readings`` are possible values of ``columns``.
    """

    def __init__(
        self,
        code: Code,
        message: str,
        first_row: Sequence[str] = (),
        readings: Sequence[str] = (),
    ) -> None:
        self.code: Code = code
        self.width = len(first_row)
        self.first_row = [cell.strip()[:_SHOWN_CHARACTERS] for cell in first_row[:_SHOWN_CELLS]]
        self.readings = list(readings)
        super().__init__(message)


class TooManyRows(ValueError):
    """More rows than the caller allowed."""


def unreadable_cells(line: int, error: Exception) -> InvalidTable:
    """Return the error of quotes that do not match, up to a line, or of a cell that is too long."""
    remedy = "" if "limit" in str(error) else "; close each quote, and double one inside a cell"
    return InvalidTable("unreadable_text", f"line {line}: {error}{remedy}")


def unsupported(kind: str) -> InvalidTable:
    """Return the error of a file that is no table."""
    return InvalidTable("unsupported_file", f"the file is {kind}; save the table as CSV")
