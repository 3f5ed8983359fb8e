"""Reads the cells of a class column as labels; leaves all labels out if a code is not known."""

from collections.abc import Mapping, Sequence

from cytology.annotations import NamedTuple
from cytology.reading.cells import is_missing, is_number
from cytology.reading.refusals import InvalidTable
from cytology.schema import Schema


class Coding(NamedTuple):
    """Cell in plain form → class; ``assumes`` if 0 and 1 may be read as the two classes."""

    codes: Mapping[str, str]
    assumes: bool


def read_coding(schema: Schema, stated: str | None, *, learning: bool) -> Coding:
    """Return the coding that the caller states, else the schema's.

    Parameters
    ----------
    schema
        Has the classes.
    stated
        The caller's coding, such as ``0:benign,1:malignant``, or None.
    learning
        True if a model learns from the labels: 0 and 1 are then not assumed to be known.

    Raises
    ------
    InvalidTable
        ``stated`` has another form, or names an unknown class.
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
        found[plain_cell(cell)] = names[name.strip().casefold()]
    return Coding(found, assumes=False)


def known_codes(schema: Schema) -> dict[str, str]:
    """Return every known class cell in plain form, with its class."""
    codes = {plain_cell(cell): name for cell, name in schema.class_values}
    codes |= {plain_cell(str(item.code)): item.name for item in schema.classes}
    return codes | {plain_cell(item.name): item.name for item in schema.classes}


def is_code(cell: str, codes: Mapping[str, str]) -> bool:
    """True if a cell is a known class."""
    return plain_cell(cell) in codes


def read_classes(
    cells: Sequence[str], schema: Schema, coding: Coding, notes: list[str]
) -> list[str | None] | None:
    """Return the label of every row, None where its cell is empty.

    Parameters
    ----------
    cells
        The class column, one cell for each row.
    schema
        Has the codes and names of the classes.
    coding
        The meaning of the cells.
    notes
        Gets a sentence if labels are left out or assumed.

    Returns
    -------
    None if any cell is not a known class: codes of another kind can look like known ones (1 and
    2), so the labels of the other rows may be wrong.
    """
    found = {cell for cell in set(cells) if not is_missing(cell)}
    if not found:
        return [None] * len(cells)
    codes = coding.codes
    if coding.assumes and {plain_cell(cell) for cell in found} <= {"0", "1"}:
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
    return [codes.get(plain_cell(cell)) for cell in cells]


def plain_cell(cell: str) -> str:
    """2.0 and +2 are the code 2, 0.50 is 0.5."""
    text = cell.strip().strip("'\"").casefold()
    if is_number(text, decimal_comma=True):
        number = float(text.replace(",", "."))
        return str(int(number)) if number.is_integer() and abs(number) < 1e9 else repr(number)
    return text
