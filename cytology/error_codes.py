"""The codes of errors, with one sentence each; the API's documents quote them."""

from typing import Literal

Code = Literal[
    "out_of_range",
    "not_a_number",
    "not_whole",
    "unknown_category",
    "missing",
    "wrong_length",
    "not_a_sample",
    "unknown_field",
    "unknown_member",
    "no_samples",
    "invalid_id",
    "unknown_class",
    "empty_table",
    "ambiguous_table",
    "unknown_column",
    "missing_column",
    "repeated_column",
    "unreadable_text",
    "unsupported_file",
    "invalid_choice",
]

CODES: dict[Code, str] = {
    "out_of_range": "The number is below the lowest or above the highest that the feature has.",
    "not_a_number": "The value is text, true, false, an array or an object.",
    "not_whole": "The number has decimals; only rounding would make it whole.",
    "unknown_category": "The value is none of the feature's categories.",
    "missing": "A value that may not be missing is absent, empty or null.",
    "wrong_length": "The row or array has more or fewer values than are needed.",
    "not_a_sample": "The value is neither an object nor an array.",
    "unknown_field": "The sample has a field that the schema does not have.",
    "unknown_member": "The request has a member beside `samples`.",
    "no_samples": "The request or table holds no sample.",
    "invalid_id": "The id is not text of at most 64 printable characters on one line.",
    "unknown_class": "The class is neither a name nor a code that is known (training only).",
    "empty_table": "The file is empty.",
    "ambiguous_table": "The columns can be read in more than one way; `columns` decides.",
    "unknown_column": "The first line is a header, and none of its names is known.",
    "missing_column": "The header lacks a column that is needed.",
    "repeated_column": "Two columns stand for the same feature, or two class columns differ.",
    "unreadable_text": "The text cannot be decoded, or its quotes do not match.",
    "unsupported_file": "The file is something else, such as a PDF or an Excel workbook.",
    "invalid_choice": "`columns` or `classes` does not fit the schema or the table.",
}
