"""Reads the cells of one feature as values, None where missing."""

import re
from decimal import Decimal

from cytology.measurements import Error, missing_value, wrong_value
from cytology.schema import REAL, WHOLE, Feature, Value

#: Cells that mean a missing value, in lower case.
MISSING = frozenset(
    {"", "?", "na", "n/a", "#n/a", "<na>", "nan", "null", "none", "<null>", "\\n", "-", "."}
)

#: Short texts only: no measurement needs more digits. ASCII only: int() also reads Arabic digits.
NUMBER = re.compile(r"[+-]?(?:[0-9]{1,20}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,2})?")

#: Spellings kept for each feature; limits the memory for a table of hostile cells.
_KEPT = 2_000

#: Larger numbers are replaced by it: no feature has such scores, and messages only describe them.
_FAR = 10**15


class InvalidCell(ValueError):
    """The cell is no value of the feature; ``error`` has the broken rule."""

    def __init__(self, error: Error) -> None:
        self.error = error
        super().__init__(error.message)


def is_number(cell: str, *, decimal_comma: bool) -> bool:
    """True if a cell is spelt as a number."""
    return NUMBER.fullmatch(_with_point(cell.strip(), decimal_comma)) is not None


def is_missing(cell: str) -> bool:
    """True if a cell means a missing value."""
    return cell.strip().lower() in MISSING


def _with_point(text: str, decimal_comma: bool) -> str:
    return text.replace(",", ".") if decimal_comma and "." not in text else text


class FeatureCells(dict[str, Value | None]):
    """Cell → value of one feature; a lookup raises InvalidCell for a cell that is none.

    As a dictionary it costs one lookup for each usual cell of a long table.
    """

    def __init__(self, feature: Feature, missing: str, *, decimal_comma: bool) -> None:
        usual = feature.scores[:_KEPT] if feature.kind == WHOLE else feature.values
        super().__init__({str(value): value for value in usual})
        self._feature = feature
        self._missing = MISSING | {missing.lower()}
        self._decimal_comma = decimal_comma

    def __missing__(self, cell: str) -> Value | None:
        value = self._read(cell.strip())
        if len(self) < 2 * _KEPT:
            self[cell] = value
        return value

    def _read(self, text: str) -> Value | None:
        feature = self._feature
        # Before the marks of a missing value: a category may be called "none"
        if text in feature.values:
            return text
        if text.lower() in self._missing:
            if feature.may_be_missing:
                return None
            raise InvalidCell(missing_value(feature))
        number = self._number(text)
        value = feature.read(number)
        if value is None:
            error = wrong_value(feature, number)
            if "," in text and error.code == "not_a_number":
                remedy = "with a comma; write 1234.5, neither 1,234.5 nor 1234,5"
                error = error._replace(message=f"{error.message} {remedy}")
            raise InvalidCell(error)
        return value

    def _number(self, text: str) -> int | float | str:
        """The number that a cell spells: whole where it is exactly whole; else the text."""
        spelt = _with_point(text, self._decimal_comma)
        if NUMBER.fullmatch(spelt) is None:
            return text
        if self._feature.kind == REAL:
            return float(spelt)
        # Decimal is exact: a float makes 4.9999999999999999999 whole
        number = Decimal(spelt)
        if number != number.to_integral_value():
            return 0.5
        return int(number) if abs(number) < _FAR else _FAR * (1 if number > 0 else -1)
