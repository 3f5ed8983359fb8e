"""Parses strict JSON: each key once, finite numbers, no rounding to a whole number."""

import json
import math

from cytology.annotations import Any
from runtime.errors import MalformedRequest

_BOM = b"\xef\xbb\xbf"

#: Characters up to which a number cannot be rounded to a whole one; doubles hold 15 digits.
_EXACT_DIGITS = 16


def read_json(content: bytes) -> Any:
    """Return the value of strict JSON: UTF-8, finite numbers, no key twice, limited nesting.

    Raises
    ------
    MalformedRequest
        The message names the broken rule, and the line and column if the parser knows them.
    """
    if not content.strip():
        raise MalformedRequest("the body is empty; send JSON")
    try:
        text = content.removeprefix(_BOM).decode()
    except UnicodeDecodeError:
        raise MalformedRequest("the body is not UTF-8 text") from None
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise MalformedRequest(
            f"the body is not JSON: {error.msg} at line {error.lineno} column {error.colno}"
        ) from None
    except RecursionError:
        raise MalformedRequest("the body is nested too deeply") from None
    except ValueError:
        # int() refuses more than 4,300 digits with a plain ValueError
        raise MalformedRequest("the body holds a number with too many digits") from None


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedRequest("the body names a key twice in one object; which one counts?")
    return found


def _refuse_constant(name: str) -> None:
    raise MalformedRequest(f"the body holds {name}, which is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if value.is_integer() and not _is_whole(text):
        raise MalformedRequest(
            "the body holds a number that is whole only after rounding; send fewer digits"
        )
    if not math.isfinite(value):
        raise MalformedRequest("the body holds a number too large for JSON's usual range")
    return value


def _is_whole(text: str) -> bool:
    """Return whether the digits as sent are those of a whole number."""
    if len(text) <= _EXACT_DIGITS and "e" not in text and "E" not in text:
        return True  # a double holds so many digits exactly
    # Imported here: such numbers are rare
    from decimal import Decimal, InvalidOperation

    try:
        return Decimal(text) == Decimal(text).to_integral_value()
    except InvalidOperation:  # an exponent of more than 18 digits
        return False


#: Made once: json.loads would make one for each request.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_without_duplicates, parse_constant=_refuse_constant, parse_float=_finite
)
