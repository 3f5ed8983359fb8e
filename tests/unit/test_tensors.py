"""Tensors that do not fit are refused by the input and the rule."""

import struct

import pytest

from cytology.schema import load_schema
from predict.adapters.tensors import read_rows
from runtime.errors import MalformedRequest

SCHEMA = load_schema()
TENSOR = {"name": "scores", "datatype": "FP64", "shape": [1, 9], "data": [1] * 9}


def columns(count=9, length=2, **changes):
    return [
        {"name": name, "datatype": "INT64", "shape": [length], "data": [5] * length} | changes
        for name in SCHEMA.names[:count]
    ]


def refusal(inputs, tail=b""):
    with pytest.raises(MalformedRequest) as caught:
        read_rows({"inputs": inputs}, tail, SCHEMA)
    return str(caught.value)


def test_one_tensor_a_feature_is_read_row_by_row():
    assert read_rows({"inputs": columns()}, b"", SCHEMA) == [[5] * 9] * 2


@pytest.mark.parametrize(
    ("inputs", "rule"),
    [
        ([TENSOR | {"name": None}], "inputs[0] must be a tensor with a name"),
        ([5], "inputs[0] must be a tensor with a name"),
        ([TENSOR, TENSOR], "inputs[1] has the name of a tensor before it"),
        (
            [TENSOR | {"shape": [2, 9]}],
            "inputs[0]: 9 values were sent, the shape holds more or fewer",
        ),
        (
            [TENSOR | {"shape": [9]}],
            "the tensor must have the shape [n, 9], n at least 1",
        ),
        (
            [TENSOR | {"shape": [0, 9], "data": []}],
            "the tensor must have the shape [n, 9], n at least 1",
        ),
        ([TENSOR | {"shape": [-1, 9]}], "inputs[0]: shape must be an array of whole numbers"),
        ([TENSOR | {"shape": [True, 9]}], "inputs[0]: shape must be an array of whole numbers"),
        ([TENSOR | {"data": "1"}], "inputs[0]: data must be an array"),
        ([TENSOR | {"data": [[1], 2]}], "inputs[0]: data must be flat, or an array of rows"),
        (
            [TENSOR | {"parameters": {"binary_data_size": 8}}],
            "inputs[0]: binary_data_size does not fit the body",
        ),
        (
            [*columns(8), {"name": "x", "datatype": "INT64", "shape": [2], "data": [1, 1]}],
            "send one tensor of shape [n, 9], or one of shape [n] per feature; mitoses is missing",
        ),
        (
            [*columns(), {"name": "x", "datatype": "INT64", "shape": [2], "data": [1, 1]}],
            "the tensors of the features must all hold the same n values",
        ),
        (
            [*columns(8), columns(length=3)[-1]],
            "the tensors of the features must all hold the same n values",
        ),
        (columns(length=0), "the tensors of the features must all hold the same n values"),
    ],
)
def test_what_does_not_fit_is_named(inputs, rule):
    assert refusal(inputs) == rule


def test_every_datatype_is_known_by_its_name():
    said = refusal([TENSOR | {"datatype": "BYTES"}])
    assert said.startswith("inputs[0]: datatype must be one of ")


@pytest.mark.parametrize("size", [71, -8, True, "72", 80])
def test_binary_data_of_another_size_are_refused(size):
    sized = TENSOR | {"parameters": {"binary_data_size": size}}
    assert "binary_data_size" in refusal([sized], struct.pack("<9d", *[1] * 9))


def test_bytes_behind_the_last_tensor_are_refused():
    sized = TENSOR | {"parameters": {"binary_data_size": 72}}
    content = struct.pack("<9d", *[1] * 9)
    assert read_rows({"inputs": [sized]}, content, SCHEMA) == [[1.0] * 9]
    assert refusal([sized], content + b"x") == "the body holds more bytes than its tensors state"
