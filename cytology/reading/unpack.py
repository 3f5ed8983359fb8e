"""Decompresses a table in a gzip or zip; recognises workbooks, which are zips."""

import io
import zlib

from cytology.annotations import TYPE_CHECKING
from cytology.reading.refusals import InvalidTable, unsupported

if TYPE_CHECKING:
    from zipfile import ZipInfo

#: Most bytes of a decompressed file if the caller sets no limit; stops zip bombs.
UNPACKED_MAX = 2_000_000_000


def is_workbook(content: bytes) -> bool:
    """True for an Excel workbook (.xlsx), which is a zip."""
    return content.startswith(b"PK\x03\x04") and _kind_of_zip(content) == "xlsx"


def unpack(content: bytes, most: int) -> bytes:
    """Return the content of a gzip or zip; any other file unchanged.

    Raises
    ------
    InvalidTable
        The file is damaged, holds more than ``most`` bytes, several files or a workbook.
    """
    if content.startswith(b"\x1f\x8b"):
        return _gunzip(content, most)
    if content.startswith(b"PK\x03\x04"):
        return _unzip(content, most)
    return content


def _gunzip(content: bytes, most: int) -> bytes:
    parts: list[bytes] = []
    rest = content
    # Several gzip files may be joined end to end
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
        rest = unpacker.unused_data.lstrip(b"\0")  # gzip itself ignores a tape's padding
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
        raise unsupported("an OpenDocument file")
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
    """False for folders and for the metadata files that macOS adds."""
    return not item.is_dir() and not item.filename.startswith("__MACOSX/")


def _too_large(most: int) -> InvalidTable:
    return InvalidTable("unsupported_file", f"the packed file holds more than {most:,} bytes")
