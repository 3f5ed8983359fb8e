"""Opens a file of any size as blocks of rows; memory holds a few blocks at a time."""

import gzip
import hashlib
import io
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from csv import Error as CsvError
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow.parquet import ParquetFile

from cytology.batch import Batch, SampleError
from cytology.reading.decode import decode
from cytology.reading.dialect import csv_reader, is_row
from cytology.reading.files import read_file
from cytology.reading.head import Head, head_of_names, read_head
from cytology.reading.refusals import InvalidTable, unreadable_cells
from cytology.reading.table import Choices
from cytology.schema import Schema

#: Bytes of the start of a table that tell its columns.
HEAD = 2**20
#: Bytes up to which all rows of a table without names tell its columns: they become 15 times that
#: in memory. Of a longer table the start tells them.
WHOLE_MAX = 50_000_000
#: Rows of a block that is no stretch of bytes.
ROWS = 5_000
_MARK = b"\xef\xbb\xbf"


class Stretch(NamedTuple):
    """Whole lines of a file that is not packed."""

    path: Path
    start: int
    size: int


class Group(NamedTuple):
    """A row group of a Parquet file."""

    path: Path
    number: int


Content = bytes | Stretch | Group | Sequence[Sequence[str]] | Batch


class Block(NamedTuple):
    """Some rows; ``first`` is the number of rows above them."""

    number: int
    first: int
    rows: int
    content: Content


class Source(NamedTuple):
    """A file: its hash, how it is read (None: it has been read as a whole), its rows, its blocks.

    ``labelled`` and ``notes`` are of a file that has been read as a whole.
    """

    sha256: str
    head: Head | None
    rows: int
    blocks: Callable[[], Iterator[Block]]
    encoding: str = "utf-8"
    labelled: bool = False
    notes: tuple[str, ...] = ()


class _Scan(NamedTuple):
    """What a whole text is like, and the bytes and lines of each stretch of it."""

    sha256: str
    sizes: list[tuple[int, int]]
    plain: bool
    utf8: bool
    zeros: bool


def open_source(path: Path, schema: Schema, choices: Choices, size: int) -> Source:
    """Find out how a file is read, and read it once to count its rows.

    Parameters
    ----------
    path
        CSV, also packed by gzip, or Parquet; small files may be of any other kind that is read.
    schema
        Has the features.
    choices
        What the caller says about the table.
    size
        Bytes of a block.

    Raises
    ------
    InvalidTable
        The file is no table of samples, or too long for a table whose columns have no names.
    """
    with path.open("rb") as file:
        start = file.read(4)
    if start == b"PAR1":
        return _parquet(path, schema, choices)
    if start != b"PK\x03\x04":
        with _opened(path) as file:
            content = file.read(HEAD) + file.readline(HEAD)
        text = "" if b"\0" in content else decode(content)
        head = read_head(text, schema, choices) if text else None
        if text and head is None and _is_long(path):
            head = read_head(text, schema, choices, is_enough=True)
        if head:
            utf8 = _is_utf8(content)
            place = _bytes_before(content, head.start, utf8)
            scan = _scan(path, place, size)
            if utf8 and not scan.utf8:
                head = read_head(content.decode("latin-1"), schema, choices) or head
            if not scan.zeros:
                return _text(path, head, place, scan)
    return _whole(path, schema, choices)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        try:
            yield cast(BinaryIO, gzip.GzipFile(fileobj=file)) if packed else file
        except EOFError:
            raise InvalidTable("unreadable_text", "the gzip file is cut short") from None
        except (gzip.BadGzipFile, zlib.error):
            raise InvalidTable("unreadable_text", "the gzip file is damaged") from None


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _bytes_before(content: bytes, start: int, utf8: bool) -> int:
    """Return the place in bytes of a place in the text."""
    mark = len(_MARK) if content.startswith(_MARK) else 0
    encoding = "utf-8" if utf8 else "latin-1"
    return mark + len(content[mark:].decode(encoding)[:start].encode(encoding))


def _stretches(file: BinaryIO, place: int, size: int) -> Iterator[bytes]:
    file.read(place)
    # A line that does not end is cut: such a file is not plain, and read by the row
    while content := file.read(size):
        yield content + file.readline(size)


def _scan(path: Path, place: int, size: int) -> _Scan:
    digest = hashlib.sha256()
    sizes, plain, utf8, zeros = [], True, True, False
    with _opened(path) as file:
        digest.update(file.read(place))
        for content in _stretches(file, 0, size):
            digest.update(content)
            codes = np.frombuffer(content, np.uint8)
            ends = np.flatnonzero(codes == ord("\n"))
            sizes.append((len(content), len(ends) + (content[-1:] not in b"\n\x1a")))
            plain = plain and _is_plain(content, codes, ends)
            utf8 = utf8 and (content.isascii() or _is_utf8(content))
            zeros = zeros or b"\0" in content
    return _Scan(digest.hexdigest(), sizes, plain, utf8, zeros)


def _is_plain(content: bytes, codes: NDArray[np.uint8], ends: NDArray[np.intp]) -> bool:
    """True where every line is a row: no quotes, no line that may be blank, no lone CR."""
    if b'"' in content or b"\x1a" in content:
        return False
    # A line that starts with a blank, or with a character that may be one
    starts = codes[np.append(0, ends[ends < len(codes) - 1] + 1)]
    if ((starts < ord("!")) | (starts > ord("~"))).any():
        return False
    return b"\r" not in content or content.count(b"\r") == content.count(b"\r\n")


def _text(path: Path, head: Head, place: int, scan: _Scan) -> Source:
    encoding = "utf-8" if scan.utf8 else "latin-1"
    if scan.plain:
        blocks = partial(_line_blocks, path, place, scan.sizes)
    else:
        blocks = partial(_row_blocks, path, head, place, encoding)
    return Source(scan.sha256, head, sum(rows for _, rows in scan.sizes), blocks, encoding)


def _line_blocks(path: Path, place: int, sizes: Sequence[tuple[int, int]]) -> Iterator[Block]:
    first = 0
    with _opened(path) as file:
        packed = isinstance(file, gzip.GzipFile)
        if packed:
            file.read(place)
        for number, (size, rows) in enumerate(sizes):
            # A worker reads its own stretch of a file, as long as it can go there
            yield Block(
                number, first, rows, file.read(size) if packed else Stretch(path, place, size)
            )
            first += rows
            place += size


def _row_blocks(path: Path, head: Head, place: int, encoding: str) -> Iterator[Block]:
    with _opened(path) as file:
        file.read(place)
        text = io.TextIOWrapper(file, encoding, newline="")
        reader = csv_reader((line.rstrip("\x1a") for line in text), head.delimiter)
        rows = filter(is_row, reader)
        number = first = 0
        try:
            while part := list(islice(rows, ROWS)):
                yield Block(number, first, len(part), part)
                number, first = number + 1, first + len(part)
        except CsvError as error:
            raise unreadable_cells(reader.line_num, error) from None


def _parquet(path: Path, schema: Schema, choices: Choices) -> Source:
    try:
        file = ParquetFile(path)
    except (pa.ArrowInvalid, OSError):
        raise InvalidTable("unreadable_text", "the Parquet file is damaged") from None
    head = head_of_names(file.schema_arrow.names, schema, choices)
    if not file.metadata.num_rows:
        raise InvalidTable("no_samples", "only a header was found")
    with path.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    return Source(sha256, head, file.metadata.num_rows, partial(_groups, path, file.metadata))


def _groups(path: Path, metadata: Any) -> Iterator[Block]:
    first = 0
    for number in range(metadata.num_row_groups):
        rows = metadata.row_group(number).num_rows
        yield Block(number, first, rows, Group(path, number))
        first += rows


def _is_long(path: Path) -> bool:
    with _opened(path) as file:
        return len(file.read(WHOLE_MAX + 1)) > WHOLE_MAX


def _whole(path: Path, schema: Schema, choices: Choices) -> Source:
    if _is_long(path):
        raise InvalidTable(
            "unsupported_file",
            "a table of more than 50 MB is read in parts: it must be CSV in UTF-8 or Latin-1, or "
            "Parquet; no last column may be empty, unless columns says what it holds",
        )
    content = path.read_bytes()
    batch = read_file(content, schema, choices)
    labelled, sha256 = batch.labels is not None, hashlib.sha256(content).hexdigest()
    blocks = partial(_parts, batch)
    return Source(sha256, None, len(batch.samples), blocks, "", labelled, tuple(batch.notes))


def _parts(batch: Batch) -> Iterator[Block]:
    """Parts of a batch that are batches of their own."""
    errors: dict[int, list[SampleError]] = {}
    for error in batch.errors:
        errors.setdefault(error.sample or 0, []).append(error)
    inputs = batch.inputs or {}
    for number, first in enumerate(range(0, len(batch.samples), ROWS)):
        last = min(first + ROWS, len(batch.samples))
        bad = [row for row in range(first, last) if row in errors]
        part = Batch(
            batch.samples[first:last],
            [error._replace(sample=row - first) for row in bad for error in errors[row]],
            None if batch.labels is None else batch.labels[first:last],
            inputs={row - first: inputs[row] for row in bad if row in inputs},
        )
        yield Block(number, first, last - first, part)
