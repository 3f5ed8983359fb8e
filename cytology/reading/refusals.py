"""The ways in which a table as a whole is refused."""

from collections.abc import Sequence

from cytology.error_codes import Code

#: Cells of the first row that a refusal shows, and characters of each.
_SHOWN_CELLS, _SHOWN_CHARACTERS = 12, 24


class InvalidTable(ValueError):
    """The table cannot be read; the message says why and how to fix it, without any cell.

    ``first_row`` holds the row that the refusal is about, shortened, for the caller's eyes: it
    may hold samples and is never logged. ``readings`` are values of ``columns`` that would do.
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


def unsupported(kind: str) -> InvalidTable:
    """The refusal of a file that is no table."""
    return InvalidTable("unsupported_file", f"the file is {kind}; save the table as CSV")
