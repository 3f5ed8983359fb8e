"""Reads numpy's file format, as ``numpy.save`` writes a table of numbers."""

import array
import re
import sys

from cytology.annotations import Any
from predict.adapters.tensors import nan_as_missing
from runtime.errors import MalformedRequest

#: numpy's kind and size → type code of the array module.
_CODES = {"i1": "b", "i2": "h", "i4": "i", "i8": "q", "u1": "B", "u2": "H", "u4": "I", "u8": "Q"}
_CODES |= {"f4": "f", "f8": "d"}

_HEADER = re.compile(
    r"\{'descr': '([<>|])([iuf][1248])', 'fortran_order': (True|False), "
    r"'shape': \((\d{1,8}), ?(\d{0,8})\), \} *\n"
)


def read_npy(content: bytes) -> list[list[Any]]:
    """Return one list of numbers per row, None for NaN; an array of one dimension is one row.

    Raises
    ------
    MalformedRequest
        The content is no array of numbers with one or two dimensions.
    """
    # Magic, version, then the header's length in two bytes, or in four since version 2
    sized = 2 if content[6:7] == b"\x01" else 4
    start = 8 + sized
    end = start + int.from_bytes(content[8:start], "little")
    found = _HEADER.fullmatch(content[start:end].decode("latin-1"))
    if not content.startswith(b"\x93NUMPY") or found is None or found[2] not in _CODES:
        raise MalformedRequest("the body is no array of numbers of one or two dimensions (.npy)")
    order, kind, fortran, first, second = found.groups()
    rows, width = (int(first), int(second)) if second else (1, int(first))
    values = array.array(_CODES[kind])
    if len(content) - end != rows * width * values.itemsize:
        raise MalformedRequest("the array holds more or fewer bytes than its shape says")
    values.frombytes(content[end:])
    if (order == ">") != (sys.byteorder == "big") and order != "|":
        values.byteswap()
    numbers = [nan_as_missing(value) for value in values]
    if fortran == "True" and second:
        return [numbers[row::rows] for row in range(rows)]
    return [numbers[at : at + width] for at in range(0, rows * width, width)] if width else []
