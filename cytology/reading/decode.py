"""Turns the bytes of a file into text, or names what the file is instead of a table."""

import codecs
import io
import re
import zlib
from typing import TYPE_CHECKING

from cytology.reading.refusals import InvalidTable

if TYPE_CHECKING:
    from zipfile import ZipInfo

#: Bytes that a packed file may unpack to where the caller sets no limit: stops zip bombs.
UNPACKED_MAX = 2_000_000_000

#: How other files begin. Source: the formats' own specifications.
_OTHERS = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "an image (PNG)"),
    (b"\xff\xd8\xff", "an image (JPEG)"),
    (b"GIF8", "an image (GIF)"),
    (b"II*\x00", "an image (TIFF)"),
    (b"MM\x00*", "an image (TIFF)"),
    (b"RIFF", "an image (WebP)"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "a SQLite database"),
    (b"\x80\x04", "a Python pickle"),
    (b"\x80\x05", "a Python pickle"),
    (b"{\\rtf", "a text document (RTF)"),
)

_WEB_PAGE = re.compile(rb"\s*<(!doctype|html|\?xml|table)", re.IGNORECASE)
_JSON = re.compile(r"\s*(\{\s*\"|\[\s*[\[{])")

#: Share of control characters, other than tab and line ends, from which a text is binary.
_BINARY_SHARE = 0.01
_CONTROL = re.compile("[\x01-\x08\x0b\x0e-\x19\x1b-\x1f]")

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(content: bytes, unpacked_max: int = UNPACKED_MAX) -> str:
    """Return the text of a file: UTF-8, UTF-16 or Latin-1, as it is or in a gzip or zip.

    Raises
    ------
    InvalidTable
        The file is something else; the message names it.
    """
    content = _unpack(content, unpacked_max)
    for start, name in _OTHERS:
        if content.startswith(start):
            raise _unsupported(name)
    if _WEB_PAGE.match(content[:512]):
        raise _unsupported("a web page or XML document")
    text = _as_text(content)
    controls = len(_CONTROL.findall(text[:100_000]))
    if "\0" in text or controls > _BINARY_SHARE * len(text[:100_000]):
        raise _unsupported("a binary file")
    if _JSON.match(text[:512]):
        raise _unsupported("JSON")
    # DOS ended a text with a byte 26
    return text.rstrip("\x1a")


def is_workbook(content: bytes) -> bool:
    """True for an Excel workbook (.xlsx), which is a zip."""
    return content.startswith(b"PK\x03\x04") and _kind_of_zip(content) == "xlsx"


def _unsupported(kind: str) -> InvalidTable:
    return InvalidTable("unsupported_file", f"the file is {kind}; save the table as CSV")


def _unpack(content: bytes, most: int) -> bytes:
    if content.startswith(b"\x1f\x8b"):
        return _gunzip(content, most)
    if content.startswith(b"PK\x03\x04"):
        return _unzip(content, most)
    return content


def _gunzip(content: bytes, most: int) -> bytes:
    parts: list[bytes] = []
    rest = content
    # A gzip file may be several, joined end to end
    while rest:
        unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        try:
            parts.append(unpacker.decompress(rest, most + 1))
        except zlib.error:
            raise InvalidTable("unreadable_text", "the gzip file is damaged") from None
        if sum(map(len, parts)) > most:
            raise _too_large(most)
        if not unpacker.eof:
            raise InvalidTable("unreadable_text", "the gzip file is cut short")
        rest = unpacker.unused_data
    return b"".join(parts)


def _kind_of_zip(content: bytes) -> str:
    # Imported here, and below: few files are packed
    import zipfile

    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except zipfile.BadZipFile:
        return "damaged"
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    return "ods" if "mimetype" in names else "zip"


def _unzip(content: bytes, most: int) -> bytes:
    import zipfile

    kind = _kind_of_zip(content)
    if kind == "damaged":
        raise InvalidTable("unreadable_text", "the zip file is damaged")
    if kind == "xlsx":
        raise InvalidTable(
            "unsupported_file",
            "the file is an Excel workbook (.xlsx); save it as CSV, or score it on the command "
            "line: make predict CSV=file.xlsx",
        )
    if kind == "ods":
        raise _unsupported("an OpenDocument file")
    archive = zipfile.ZipFile(io.BytesIO(content))
    files = [item for item in archive.infolist() if _is_content(item)]
    if len(files) != 1:
        raise InvalidTable(
            "unsupported_file", f"the zip holds {len(files)} files; send one table at a time"
        )
    try:
        with archive.open(files[0]) as file:
            unpacked = file.read(most + 1)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError):
        message = "the zip file is damaged, or packed with a password"
        raise InvalidTable("unreadable_text", message) from None
    if len(unpacked) > most:
        raise _too_large(most)
    return unpacked


def _is_content(item: "ZipInfo") -> bool:
    """False for folders and for what macOS adds beside each file."""
    return not item.is_dir() and not item.filename.startswith("__MACOSX/")


def _too_large(most: int) -> InvalidTable:
    return InvalidTable("unsupported_file", f"the packed file holds more than {most:,} bytes")


def _as_text(content: bytes) -> str:
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _decoded(content[len(mark) :], encoding)
    start = content[:400]
    # Digits and delimiters in UTF-16 have a zero byte each, before or after
    if start[1::2].count(0) > 0.8 * len(start[1::2]) > 0:
        return _decoded(content, "utf-16-le")
    if start[::2].count(0) > 0.8 * len(start[::2]) > 0:
        return _decoded(content, "utf-16-be")
    try:
        return content.decode()
    except UnicodeDecodeError:
        # Latin-1 gives every byte a character; what is no text is found by its control characters
        return content.decode("latin-1")


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        message = f"the text is not {encoding.upper()}, as its first bytes say"
        raise InvalidTable("unreadable_text", message) from None
