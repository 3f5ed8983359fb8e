"""Decodes the bytes of a file as text; recognises files that are no tables by their first bytes."""

import codecs
import re

from cytology.reading.refusals import InvalidTable, unsupported
from cytology.reading.unpack import UNPACKED_MAX, unpack

#: First bytes of other formats. Source: their specifications.
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

#: Share of control characters (without tab and line ends) above which a file is binary.
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
        The file has another format; the message names it.
    """
    content = unpack(content, unpacked_max)
    for start, name in _OTHERS:
        if content.startswith(start):
            raise unsupported(name)
    if _WEB_PAGE.match(content[:512]):
        raise unsupported("a web page or XML document")
    text = _as_text(content)
    controls = len(_CONTROL.findall(text[:100_000]))
    if "\0" in text or controls > _BINARY_SHARE * len(text[:100_000]):
        raise unsupported("a binary file")
    if _JSON.match(text[:512]):
        raise unsupported("JSON")
    # DOS ends a text with the byte 26
    return text.rstrip("\x1a")


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
        # Latin-1 decodes every byte; the control characters then show a binary file
        return content.decode("latin-1")


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        message = f"the text is not {encoding.upper()}, as its first bytes say"
        raise InvalidTable("unreadable_text", message) from None
