"""Reads the tensors of an inference request as rows of measurements."""

import array
import math
import sys
from collections.abc import Sequence

from cytology.annotations import Any
from cytology.schema import CATEGORY, REAL, WHOLE, Schema
from runtime.errors import MalformedRequest

#: Datatype → type code of the array module; the protocol's bytes are little-endian.
_CODES = {
    "INT8": "b",
    "INT16": "h",
    "INT32": "i",
    "INT64": "q",
    "UINT8": "B",
    "UINT16": "H",
    "UINT32": "I",
    "UINT64": "Q",
    "FP32": "f",
    "FP64": "d",
}

#: Texts: in binary tensors each behind its length in four bytes.
_BYTES = "BYTES"
_DATATYPES = (*_CODES, _BYTES)

#: Datatype of a tensor that holds one feature, by its kind.
_OF_KIND = {WHOLE: "INT64", REAL: "FP64", CATEGORY: _BYTES}

#: Most dimensions of a tensor, and most values in one; a body of 1 MB cannot hold more.
_SHAPE_MAX, _SIDE_MAX = 8, 10_000_000


def tensors_of(schema: Schema) -> list[dict[str, Any]]:
    """Return the tensors to send: one of all features, or where any is a text one a feature."""
    if any(feature.kind == CATEGORY for feature in schema.features):
        return [
            {"name": feature.name, "datatype": _OF_KIND[feature.kind], "shape": [-1]}
            for feature in schema.features
        ]
    shape = [-1, len(schema.features)]
    return [{"name": f"{schema.noun}s", "datatype": "FP64", "shape": shape}]


def read_rows(document: dict[str, Any], tail: bytes, schema: Schema) -> list[list[Any]]:
    """Return one list of values per row, in schema order; the values are not checked yet.

    Parameters
    ----------
    document
        The JSON header.
    tail
        The binary tensors, in the order of the inputs; NaN stands for a missing number.
    schema
        Has the features.

    Raises
    ------
    MalformedRequest
        The inputs are no tensors of shape [n, features], nor one of shape [n] per feature.
    """
    inputs = document.get("inputs")
    if not isinstance(inputs, list) or not inputs:
        raise MalformedRequest('"inputs" must be an array of at least one tensor')
    tensors: dict[str, tuple[list[int], Sequence[Any]]] = {}
    for index, tensor in enumerate(inputs):
        if not isinstance(tensor, dict) or not isinstance(tensor.get("name"), str):
            raise MalformedRequest(f"inputs[{index}] must be a tensor with a name")
        if tensor["name"] in tensors:
            raise MalformedRequest(f"inputs[{index}] has the name of a tensor before it")
        shape = _shape(tensor, index)
        data, tail = _data(tensor, index, tail)
        if len(data) != math.prod(shape):
            # The product is not quoted: it comes from the request and may have a million digits
            raise MalformedRequest(
                f"inputs[{index}]: {len(data)} values were sent, the shape holds more or fewer"
            )
        tensors[tensor["name"]] = (shape, data)
    if tail:
        raise MalformedRequest("the body holds more bytes than its tensors state")
    return _rows(tensors, schema)


def _rows(tensors: dict[str, tuple[list[int], Sequence[Any]]], schema: Schema) -> list[list[Any]]:
    width = len(schema.features)
    if len(tensors) == 1:
        ((shape, data),) = tensors.values()
        if len(shape) != 2 or shape[1] != width or not shape[0]:
            raise MalformedRequest(f"the tensor must have the shape [n, {width}], n at least 1")
        values = [nan_as_missing(value) for value in data]
        return [values[start : start + width] for start in range(0, len(values), width)]
    columns = []
    for feature in schema.features:
        if feature.name not in tensors:
            raise MalformedRequest(
                f"send one tensor of shape [n, {width}], or one of shape [n] per feature; "
                f"{feature.name} is missing"
            )
        columns.append([nan_as_missing(value) for value in tensors[feature.name][1]])
    if len({len(column) for column in columns}) != 1 or len(tensors) != width or not columns[0]:
        raise MalformedRequest("the tensors of the features must all hold the same n values")
    return [list(row) for row in zip(*columns, strict=True)]


def nan_as_missing(value: Any) -> Any:
    """Return None for NaN, any other value unchanged."""
    return None if isinstance(value, float) and math.isnan(value) else value


def _shape(tensor: dict[str, Any], index: int) -> list[int]:
    shape = tensor.get("shape")
    if (
        not isinstance(shape, list)
        or len(shape) > _SHAPE_MAX
        or not all(type(side) is int and 0 <= side <= _SIDE_MAX for side in shape)
    ):
        raise MalformedRequest(f"inputs[{index}]: shape must be an array of whole numbers")
    datatype = tensor.get("datatype")
    if not isinstance(datatype, str) or datatype not in _DATATYPES:
        raise MalformedRequest(f"inputs[{index}]: datatype must be one of {', '.join(_DATATYPES)}")
    return shape


def _data(tensor: dict[str, Any], index: int, tail: bytes) -> tuple[Sequence[Any], bytes]:
    parameters = tensor.get("parameters")
    size = parameters.get("binary_data_size") if isinstance(parameters, dict) else None
    if size is None:
        data = tensor.get("data")
        if not isinstance(data, list):
            raise MalformedRequest(f"inputs[{index}]: data must be an array")
        flat = _flat(data, index)
        if tensor["datatype"] == _BYTES and not all(v is None or isinstance(v, str) for v in flat):
            raise MalformedRequest(f"inputs[{index}]: the data of BYTES must be texts")
        return flat, tail
    if type(size) is not int or not 0 <= size <= len(tail):
        raise MalformedRequest(f"inputs[{index}]: binary_data_size does not fit the body")
    if tensor["datatype"] == _BYTES:
        return _texts(tail[:size], index), tail[size:]
    values = array.array(_CODES[tensor["datatype"]])
    if size % values.itemsize:
        raise MalformedRequest(f"inputs[{index}]: binary_data_size does not fit the body")
    values.frombytes(tail[:size])
    if sys.byteorder == "big":
        values.byteswap()
    return values, tail[size:]


def _texts(content: bytes, index: int) -> list[str]:
    """Texts that each stand behind their length."""
    found, start = [], 0
    while start < len(content):
        end = start + 4 + int.from_bytes(content[start : start + 4], "little")
        if end > len(content):
            raise MalformedRequest(f"inputs[{index}]: a text is longer than the tensor")
        try:
            found.append(content[start + 4 : end].decode())
        except UnicodeDecodeError:
            raise MalformedRequest(f"inputs[{index}]: a text is not UTF-8") from None
        start = end
    return found


def _flat(data: list[Any], index: int) -> list[Any]:
    """Values of a flat or once-nested array, row by row."""
    if not any(isinstance(value, list) for value in data):
        return data
    if not all(isinstance(row, list) for row in data):
        raise MalformedRequest(f"inputs[{index}]: data must be flat, or an array of rows")
    return [value for row in data for value in row]
