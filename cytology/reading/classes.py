"""Turns the cells of a class column into labels; a coding that is not known leaves them out."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cytology.reading.cells import is_missing, is_number
from cytology.reading.refusals import InvalidTable
from cytology.schema import Schema


class Coding(NamedTuple):
    """Cell in plain form → class; ``assumes`` where 0 and 1 may be taken for the two classes."""

    codes: Mapping[str, str]
    assumes: bool


def read_coding(schema: Schema, stated: str | None, *, learning: bool) -> Coding:
    """The coding that the caller states as ``0:benign,1:malignant``, else the schema's.

    Parameters
    ----------
    schema
        Has the classes.
    stated
        The caller's word, or None.
    learning
        True where a model learns from the labels: nothing is assumed then.

    Raises
    ------
    InvalidTable
        The word does not have this form, or names another class.
    """
    if stated is None:
        codes = known_codes(schema)
        return Coding(codes, not learning and not codes.keys() & {"0", "1"})
    names = {name.casefold(): name for name in schema.class_names}
    found: dict[str, str] = {}
    for part in stated.split(","):
        cell, colon, name = part.rpartition(":")
        if not colon or name.strip().casefold() not in names:
            example = f"0:{schema.negative},1:{schema.positive}"
            raise InvalidTable("invalid_choice", f"classes must have a form such as {example}")
        found[_plain(cell)] = names[name.strip().casefold()]
    return Coding(found, assumes=False)


def known_codes(schema: Schema) -> dict[str, str]:
    """The names and codes of the classes, and the schema's other values."""
    codes = {_plain(cell): name for cell, name in schema.class_values}
    codes |= {_plain(str(item.code)): item.name for item in schema.classes}
    return codes | {_plain(item.name): item.name for item in schema.classes}


def is_code(cell: str, codes: Mapping[str, str]) -> bool:
    """True where a cell is a class."""
    return _plain(cell) in codes


def read_classes(
    cells: Sequence[str], schema: Schema, coding: Coding, notes: list[str]
) -> list[str | None] | None:
    """Return the label of every row, None where its cell is empty.

    Parameters
    ----------
    cells
        The class column, one cell a row.
    schema
        Has the codes and names of the classes.
    coding
        What the cells mean.
    notes
        Gets a sentence where the labels are left out or taken for granted.

    Returns
    -------
    None where a cell is no class: codes of another kind may look like known ones (1 and 2), so a
    part of the labels would be wrong.
    """
    found = {cell for cell in set(cells) if not is_missing(cell)}
    if not found:
        return [None] * len(cells)
    codes = coding.codes
    if coding.assumes and {_plain(cell) for cell in found} <= {"0", "1"}:
        codes = {"0": schema.negative, "1": schema.positive}
        notes.append(
            f"class 0 is taken for {schema.negative} and class 1 for {schema.positive}; "
            "say otherwise with classes"
        )
    if not all(is_code(cell, codes) for cell in found):
        notes.append(
            "the class column holds other values than the known codes and names; the answers are "
            f"not compared with it: say what its values mean with classes, as in "
            f"classes=0:{schema.negative},1:{schema.positive}"
        )
        return None
    return [codes.get(_plain(cell)) for cell in cells]


def _plain(cell: str) -> str:
    """2.0 and +2 are the code 2."""
    text = cell.strip().strip("'\"").casefold()
    if is_number(text, decimal_comma=True):
        number = float(text.replace(",", "."))
        return str(int(number)) if number.is_integer() and abs(number) < 1e9 else text
    return text
