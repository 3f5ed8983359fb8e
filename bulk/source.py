"""Turns a file of samples into blocks that can be read apart: byte ranges of CSV, or row groups."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from cytology.columns import InvalidTable, Layout, layout_of_header, read_header
from cytology.schema import Schema
from cytology.table import named_rows

#: Bytes of CSV that one task reads; as Arrow columns they take about ten times as much.
BLOCK_BYTES = 8 * 2**20

#: Enough lines to tell columns without a header; what they hold further down is checked there.
_HEAD_BYTES = 2**16
_DELIMITERS = ",;\t"


class Source(NamedTuple):
    """A table: where, in which form, and what its columns hold. ``delimiter`` is "" for Parquet."""

    path: str
    delimiter: str
    names: tuple[str, ...]
    layout: Layout
    data_starts: int

    @property
    def labelled(self) -> bool:
        """True where one of the columns is the class."""
        return self.layout.label is not None


class Block(NamedTuple):
    """A part of a source: bytes from ``offset`` on, or the row group of that number.

    ``sha256`` is that of its content, which names its results: a block that was scored once is
    not scored again.
    """

    offset: int
    size: int
    sha256: str


def open_source(path: Path, schema: Schema) -> Source:
    """Read a table's columns off its first lines, or off Parquet's own description.

    Raises
    ------
    cytology.columns.InvalidTable
        It is no table of samples.
    """
    if path.suffix == ".parquet":
        names = pq.read_schema(path).names
        header = read_header(names, schema)
        if header is None:
            raise InvalidTable("no column of the Parquet file has the name of a feature")
        return Source(str(path.resolve()), "", tuple(names), layout_of_header(header, schema), 0)
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        if len(head) == _HEAD_BYTES:
            head = head[: head.rfind(b"\n") + 1] or head
    text = head.decode("utf-8-sig")
    first = text.lstrip("\r\n").partition("\n")[0]
    table = named_rows(text, schema)
    header = read_header(table.header, schema)
    if header is None:
        raise InvalidTable("no column has the name of a feature")
    has_header = read_header(first.split(delimiter := max(_DELIMITERS, key=first.count)), schema)
    starts = len(head) - len(text.encode())
    if has_header:
        starts = head.find(b"\n", head.find(first.encode())) + 1 or len(head)
    return Source(
        str(path.resolve()),
        delimiter,
        tuple(table.header),
        layout_of_header(header, schema),
        starts,
    )


def blocks_of(source: Source, block_bytes: int = BLOCK_BYTES) -> Iterator[Block]:
    """Part a source into blocks, in order; together they are the whole of it."""
    if not source.delimiter:
        digest = _file_sha256(source.path)
        for group in range(pq.ParquetFile(source.path).num_row_groups):
            yield Block(group, 0, hashlib.sha256(f"{digest} {group}".encode()).hexdigest())
        return
    with Path(source.path).open("rb") as file:
        offset = source.data_starts
        file.seek(offset)
        rest = b""
        while fresh := file.read(block_bytes):
            content = rest + fresh
            cut = _last_line_end(content)
            rest = content[cut:]
            if cut:
                yield _block(offset, content[:cut])
                offset += cut
        if rest:
            yield _block(offset, rest)


def read_bytes(source: Source, block: Block) -> bytes:
    """A block's bytes.

    Raises
    ------
    RuntimeError
        The file changed since it was parted into blocks.
    """
    with Path(source.path).open("rb") as file:
        file.seek(block.offset)
        content = file.read(block.size)
    if hashlib.sha256(content).hexdigest() != block.sha256:
        raise RuntimeError(f"{Path(source.path).name} changed while it was read")
    return content


def read_group(source: Source, block: Block) -> pa.Table:
    """A row group's columns."""
    return pq.ParquetFile(source.path).read_row_group(block.offset)


def _last_line_end(content: bytes) -> int:
    """The end of the last line that ends outside quotes; 0 where none does."""
    cut = content.rfind(b"\n") + 1
    # A line end between quotes is part of a cell: before it stands an odd number of quotes
    while cut and content.count(b'"', 0, cut) % 2:
        cut = content.rfind(b"\n", 0, cut - 1) + 1
    return cut


def _block(offset: int, content: bytes) -> Block:
    return Block(offset, len(content), hashlib.sha256(content).hexdigest())


def _file_sha256(path: str) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
