"""Turns an uploaded file into what Step Functions can read row by row without changing a row.

Step Functions' own CSV reader pads rows that are too short, cuts those that are too long, takes a
backslash away, and knows one delimiter. So it reads a table itself only where no such row is in
it; of any other file, and of JSON Lines, which it reads more laxly than the API, a copy is made.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import NamedTuple

from cytology.columns import InvalidTable, layout_of_header, read_header
from cytology.schema import Schema
from cytology.table import named_rows, split_rows

#: Longer rows would not fit into a batch of Step Functions, which holds 262,144 bytes.
MAX_ROW_BYTES = 8_192
#: Lines from which the columns of a table without a header are told.
_HEAD_LINES = 1_000
_DELIMITERS = ",;\t"
TOO_LONG: dict[str, object] = {"fault": f"the row is longer than {MAX_ROW_BYTES:,} bytes"}


class Survey(NamedTuple):
    """What one pass over a file finds: its hash, its rows, and whether it can be read as it is."""

    sha256: str
    size: int
    rows: int
    plain: bool
    columns: list[str]
    delimiter: str
    has_header: bool


def survey_table(lines: Iterable[bytes], schema: Schema) -> Survey:
    """Look at every line of a CSV file once; lines come with their ends.

    Raises
    ------
    cytology.columns.InvalidTable
        It is no table of samples, or not UTF-8.
    """
    stream = iter(lines)
    head = list(islice(stream, _HEAD_LINES))
    text = _text(b"".join(head))
    first = text.lstrip("\r\n").partition("\n")[0].rstrip("\r")
    delimiter = max(_DELIMITERS, key=first.count)
    table = named_rows(_whole_rows(text), schema)
    has_header = read_header(next(iter(split_rows(first, delimiter)), []), schema) is not None
    layout_of_header(read_header(table.header, schema) or [], schema)
    digest, size, rows = hashlib.sha256(), 0, 0
    commas = len(table.header) - 1
    plain = has_header and delimiter == "," and len(set(table.header)) == len(table.header)
    for line in chain(head, stream):
        digest.update(line)
        size += len(line)
        rows += 1
        plain = (
            plain
            and line.count(b",") == commas
            and len(line) <= MAX_ROW_BYTES
            and not any(mark in line for mark in (b'"', b"\\", b"\r", b"\xef\xbb\xbf"))
        )
    rows -= has_header
    return Survey(digest.hexdigest(), size, rows, plain, table.header, delimiter, has_header)


def survey_lines(lines: Iterable[bytes]) -> Survey:
    """Look at every line of a JSON Lines file once."""
    digest, size, rows = hashlib.sha256(), 0, 0
    for line in lines:
        digest.update(line)
        size += len(line)
        rows += bool(line.strip())
    return Survey(digest.hexdigest(), size, rows, False, [], "", False)


def copy_table(lines: Iterable[bytes], survey: Survey) -> Iterator[dict[str, object]]:
    """Every row of a CSV file as the API reads it: whatever the delimiter, quotes and widths.

    Raises
    ------
    cytology.columns.InvalidTable
        Quotes do not match, or it is not UTF-8.
    """
    import csv

    decoded = (_text(line, first=place == 0) for place, line in enumerate(lines))
    reader = csv.reader(decoded, delimiter=survey.delimiter, strict=True)
    rows = (row for row in reader if row and (len(row) > 1 or row[0].strip()))
    try:
        for row in islice(rows, int(survey.has_header), None):
            item: dict[str, object] = {"cells": row}
            yield TOO_LONG if _size(item) > MAX_ROW_BYTES else item
    except csv.Error as error:
        raise InvalidTable(f"line {reader.line_num}: {error}") from None


def copy_lines(lines: Iterable[bytes]) -> Iterator[dict[str, object]]:
    """Every line of a JSON Lines file, unread; blank ones are passed over."""
    for line in lines:
        if not line.strip():
            continue
        try:
            item: dict[str, object] = {"line": line.decode("utf-8-sig").strip()}
        except UnicodeDecodeError:
            yield {"fault": "the line is not UTF-8 text"}
            continue
        yield TOO_LONG if _size(item) > MAX_ROW_BYTES else item


def _size(item: dict[str, object]) -> int:
    return len(json.dumps(item))


def _text(content: bytes, *, first: bool = True) -> str:
    try:
        return content.decode("utf-8-sig" if first else "utf-8")
    except UnicodeDecodeError:
        raise InvalidTable("the file is not UTF-8 text") from None


def _whole_rows(text: str) -> str:
    """The head up to the last line end that is outside quotes."""
    while text.count('"') % 2 and "\n" in text.rstrip("\n"):
        text = text.rstrip("\n").rpartition("\n")[0] + "\n"
    return text
