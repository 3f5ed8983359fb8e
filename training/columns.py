"""Turns the cells of one column into a proposed entry of the schema."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from cytology.feature import MOST_CATEGORIES, MOST_DECIMALS, RESERVED_NAMES
from cytology.levels import MOST_SCORES
from cytology.reading.cells import is_missing, is_number
from cytology.reading.names import plain

#: Whole numbers beyond it are read as real numbers.
_MOST_WHOLE = 10**6
#: Rows from which a column without any repetition is taken for an id or for free text.
_ENOUGH_ROWS = 20
#: Share of the observed range that is added at each end: a later table may go a little further.
_MARGIN = 0.1

#: A whole word in any case (patient_id), or ID in capitals (PassengerID, IDNumber): not paid, idle.
_ID_WORD = re.compile(r"(^|[\W_])(id|key|uuid|guid)$", re.IGNORECASE)
_ID_IN_CAPITALS = re.compile(r"[a-z]I[dD]$|^ID(?![a-z])")


class Proposed(NamedTuple):
    """What a column is proposed to be.

    ``use`` is whole, real, category, id, group or dropped. ``text`` has the values or the reason.
    ``entry`` is the feature's entry of the schema, None if the column is no feature.
    """

    name: str
    use: str
    text: str
    missing: int = 0
    entry: dict[str, Any] | None = None


def propose_column(name: str, cells: Sequence[str], *, decimal_comma: bool) -> Proposed:
    """Return what a column is, from its cells alone.

    Parameters
    ----------
    name
        Its name in the header.
    cells
        One for each row.
    decimal_comma
        True where 5,0 is a number.
    """
    if not plain(name):
        return Proposed(name, "dropped", "a column without a name")
    counts = Counter(cell.strip() for cell in cells)
    missing = sum(count for cell, count in counts.items() if is_missing(cell))
    known = {cell: count for cell, count in counts.items() if not is_missing(cell)}
    rows = len(cells) - missing
    if len(known) < 2:
        return Proposed(name, "dropped", "constant" if known else "empty", missing)
    numbers = {cell for cell in known if is_number(cell, decimal_comma=decimal_comma)}
    unique = len(known) == len(cells) >= _ENOUGH_ROWS
    values = [Decimal(_point(cell, decimal_comma)) for cell in numbers]
    if is_id(name) and len(known) > MOST_SCORES and not any(value % 1 for value in values):
        return Proposed(name, "id" if unique else "group", "an id, by its name", missing)
    if len(numbers) == len(known):
        whole = all(value == value.to_integral_value() for value in values)
        if unique and [cell.strip() for cell in cells] in _counts(len(cells)):
            return Proposed(name, "id", "counts the rows", missing)
        return _number(name, values, missing, whole=whole)
    if 2 * len(numbers) > len(known) and len(known) > MOST_SCORES:
        other = sum(known[cell] for cell in known.keys() - numbers)
        return Proposed(name, "dropped", f"{other} of {rows} cells are no numbers", missing)
    if len(known) > min(MOST_CATEGORIES, max(rows // 2, 2)):
        text = "every cell differs" if len(known) == rows else f"{len(known)} different texts"
        return Proposed(name, "dropped", text, missing)
    return _category(name, sorted(known), missing)


def _counts(rows: int) -> tuple[list[str], list[str]]:
    return [str(row) for row in range(rows)], [str(row) for row in range(1, rows + 1)]


def is_id(name: str) -> bool:
    """True for names such as patient_id and PassengerId."""
    return bool(_ID_WORD.search(name) or _ID_IN_CAPITALS.search(name))


def slug(name: str) -> str:
    """Return a name without blanks and marks, as JSON, CSV and the form all take it."""
    return re.sub(r"\W+", "_", name.strip().casefold()).strip("_") or "column"


def field_name(name: str) -> str:
    """Return a slug that is no word of a request."""
    return f"{slug(name)}_value" if slug(name) in RESERVED_NAMES else slug(name)


def _number(name: str, values: Sequence[Decimal], missing: int, *, whole: bool) -> Proposed:
    low, high = min(values), max(values)
    whole = whole and max(abs(low), abs(high)) <= _MOST_WHOLE
    if not whole or high - low >= MOST_SCORES:
        low, high = _widened(low, high)
    entry: dict[str, Any] = {"kind": "whole" if whole else "real"}
    if whole:
        entry |= {"min": int(low), "max": int(high)}
    else:
        entry |= {"min": float(low), "max": float(high), "decimals": _decimals(values)}
    text = f"{entry['min']} to {entry['max']}"
    return Proposed(name, entry["kind"], text, missing, _entry(name, missing, entry))


def _category(name: str, values: Sequence[str], missing: int) -> Proposed:
    entry = {"kind": "category", "values": [{"value": value, "label": value} for value in values]}
    shown = ", ".join(values[:5]) + (f" and {len(values) - 5} more" if len(values) > 5 else "")
    return Proposed(name, "category", shown, missing, _entry(name, missing, entry))


def _entry(name: str, missing: int, entry: dict[str, Any]) -> dict[str, Any]:
    return {"name": field_name(name), "label": name, **entry, "may_be_missing": missing > 0}


def _widened(low: Decimal, high: Decimal) -> tuple[Decimal, Decimal]:
    """Return a rounded range that is wider by a margin; one without negatives stays so."""
    span = high - low
    step = Decimal(10) ** (math.floor(span.log10()) - 1)
    margin = span * Decimal(str(_MARGIN))
    bottom = math.floor((low - margin) / step) * step
    return (max(bottom, Decimal(0)) if low >= 0 else bottom), math.ceil(
        (high + margin) / step
    ) * step


def _decimals(values: Sequence[Decimal]) -> int:
    exponents = [int(value.normalize().as_tuple().exponent) for value in values]
    return min(max(0, -min(exponents)), MOST_DECIMALS)


def _point(cell: str, decimal_comma: bool) -> str:
    return cell.replace(",", ".") if decimal_comma and "." not in cell else cell
