"""Reads the cells of one feature as scores, None where missing."""

import re
from decimal import Decimal

from cytology.measurements import Error, missing_score, wrong_score
from cytology.schema import Feature, Value

#: Cells that mean a missing value, in lower case.
MISSING = frozenset({"", "?", "na", "n/a", "nan", "null", "none", "<null>", "-", "."})

#: Short texts only: no score needs more digits. ASCII only: int() also reads Arabic digits.
NUMBER = re.compile(r"[+-]?(?:[0-9]{1,20}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,2})?")

#: Spellings kept for each feature; limits the memory for a table of hostile cells.
_KEPT = 2_000

#: Larger numbers are replaced by it: messages only describe them.
_FAR = 10**6


class InvalidCell(ValueError):
    """The cell is no score; ``error`` has the broken rule."""

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


class WholeCells(dict[str, Value | None]):
    """Cell → score of a feature of whole numbers; a lookup raises InvalidCell for other cells.

    As a dictionary it costs one lookup for each usual cell of a long table.
    """

    def __init__(self, feature: Feature, missing: str, *, decimal_comma: bool) -> None:
        super().__init__({str(score): score for score in feature.scores})
        self._feature = feature
        self._missing = MISSING | {missing.lower()}
        self._decimal_comma = decimal_comma

    def __missing__(self, cell: str) -> int | None:
        score = self._read(cell.strip())
        if len(self) < _KEPT:
            self[cell] = score
        return score

    def _read(self, text: str) -> int | None:
        feature = self._feature
        if text.lower() in self._missing:
            if feature.may_be_missing:
                return None
            raise InvalidCell(missing_score(feature))
        spelt = _with_point(text, self._decimal_comma)
        if NUMBER.fullmatch(spelt) is None:
            raise InvalidCell(wrong_score(feature, text))
        # Decimal is exact: a float makes 4.9999999999999999999 whole
        number = Decimal(spelt)
        if number != number.to_integral_value():
            raise InvalidCell(wrong_score(feature, 0.5))
        score = int(number) if abs(number) < _FAR else _FAR * (1 if number > 0 else -1)
        if not feature.minimum <= score <= feature.maximum:
            raise InvalidCell(wrong_score(feature, score))
        return score
