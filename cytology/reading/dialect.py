"""Turns text into rows of cells: finds the delimiter, reads sep= lines, ARFF and KEEL headers."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from cytology.annotations import TYPE_CHECKING, NamedTuple
from cytology.reading.cells import is_missing, is_number
from cytology.reading.names import Names, plain
from cytology.reading.refusals import InvalidTable, TooManyRows, unreadable_cells

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

DELIMITERS = ",;\t|"

#: Lines that decide on the delimiter, and characters of text that are looked at for them.
_SAMPLE_LINES, _SAMPLE_CHARACTERS = 30, 20_000

#: Rows read beyond the limit: titles, comments and the header are no samples.
_PREAMBLE_MAX = 30

_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+")
_SEPARATOR = re.compile(r"""["']?sep=([,;\t|:^ ])["']?[ \t,;]*(?:\r\n|\r|\n|$)""", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""@attribute\s+('[^']*'|"[^"]*"|[^\s{]+)""", re.IGNORECASE)
_DATA = re.compile(r"^[ \t]*@data[ \t]*(?:\r\n|\r|\n|$)", re.IGNORECASE | re.MULTILINE)
_RELATION = re.compile(r"(?:[ \t]*(?:%.*)?[\r\n]+)*[ \t]*@relation\b", re.IGNORECASE)


class Cells(NamedTuple):
    """The rows of a table as text; ``header`` holds the names that an ARFF header gives."""

    rows: list[list[str]]
    delimiter: str
    header: list[str] | None = None

    @property
    def decimal_comma(self) -> bool:
        """True where 5,0 is a number; False where every comma may part thousands, as in 1,234."""
        if self.delimiter in (",", ";"):
            return self.delimiter == ";"
        found = {cell.strip() for row in self.rows for cell in row if "," in cell}
        thousands = {cell for cell in found if _THOUSANDS.fullmatch(cell)}
        other = found - thousands
        return not thousands or any(is_number(cell, decimal_comma=True) for cell in other)


def split(text: str, names: Names, max_rows: int | None = None) -> Cells:
    """Part a text into rows of cells; lines without any are left out.

    Parameters
    ----------
    text
        The whole table.
    names
        The names of columns, by which a delimiter is recognised in a header.
    max_rows
        The most samples that may follow the header; None for no limit.

    Raises
    ------
    InvalidTable, TooManyRows
        Quotes do not match, or there are more rows than allowed.
    """
    text = text.lstrip("\r\n")
    if _RELATION.match(text):
        return _split_arff(text, max_rows)
    if found := _SEPARATOR.match(text):
        return Cells(_rows(text[found.end() :], found[1], max_rows), found[1])
    delimiter = _delimiter(text, names)
    return Cells(_rows(text, delimiter, max_rows), delimiter)


def body_of(text: str) -> int:
    """The place of the first row: behind empty lines and a line ``sep=;``."""
    start = len(text) - len(text.lstrip("\r\n"))
    found = _SEPARATOR.match(text, start)
    return found.end() if found else start


def csv_reader(lines: Iterable[str], delimiter: str, quote: str = '"') -> "CsvReader":
    """The reader of cells that every table is split by."""
    return csv.reader(
        lines,
        delimiter=delimiter,
        quotechar=quote,
        skipinitialspace=delimiter != "\t",
        strict=True,
    )


def is_row(row: Sequence[str]) -> bool:
    """False for a line without any cell."""
    return bool(row) and (len(row) > 1 or bool(row[0].strip()))


def _split_arff(text: str, max_rows: int | None) -> Cells:
    data = _DATA.search(text)
    if data is None:
        raise InvalidTable("unreadable_text", "the ARFF header has no @data line")
    header = [name.strip("'\"") for name in _ATTRIBUTE.findall(text[: data.start()])]
    body = text[data.end() :]
    lines = [line for line in body.splitlines() if not line.lstrip().startswith("%")]
    if any(line.lstrip().startswith("{") for line in lines):
        raise InvalidTable("unsupported_file", "sparse ARFF is not read; save the table as CSV")
    delimiter = "\t" if lines and "\t" in lines[0] and "," not in lines[0] else ","
    quote = "'" if "'" in body else '"'
    return Cells(_rows("\n".join(lines), delimiter, max_rows, quote), delimiter, header)


def _rows(text: str, delimiter: str, max_rows: int | None, quote: str = '"') -> list[list[str]]:
    reader = csv_reader(io.StringIO(text, newline=""), delimiter, quote)
    most = None if max_rows is None else max_rows + _PREAMBLE_MAX
    rows = []
    try:
        for row in reader:
            if is_row(row):
                rows.append(row)
                if most is not None and len(rows) > most:
                    raise TooManyRows
    except csv.Error as error:
        raise unreadable_cells(reader.line_num, error) from None
    return rows


def _delimiter(text: str, names: Names) -> str:
    """The delimiter that parts most names of features, else leaves the most usual cells.

    Usual are numbers, gaps and names.
    """
    lines = io.StringIO(text[:_SAMPLE_CHARACTERS], newline="").readlines()[:_SAMPLE_LINES]

    def share(delimiter: str) -> tuple[int, float, int]:
        reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
        rows = [row for row in reader if len(row) > 1]
        cells = [cell for row in rows for cell in row]
        named = max((sum(plain(c) in names.features for c in row) for row in rows), default=0)
        usual = sum(
            is_number(cell, decimal_comma=delimiter != ",")
            or is_missing(cell)
            or names.has(cell)
            or cell.strip() in names.categories
            for cell in cells
        )
        return (named, usual / len(cells) if cells else 0.0, len(cells))

    try:
        return max(DELIMITERS, key=share)
    except csv.Error:  # a cell longer than csv reads; the rows are refused in its words
        return ","
