"""Turns a document's numbers into ones that are the same on every machine."""

import math
from typing import Any

#: Sums may differ in the last bits between machines; figures need no more digits than these.
DIGITS = 6


def rounded(value: Any) -> Any:
    """Every float cut to six significant digits, every NaN to None, in lists and objects too."""
    if isinstance(value, dict):
        return {str(key): rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(item) for item in value]
    if isinstance(value, float):
        return None if math.isnan(value) else float(f"{value:.{DIGITS}g}")
    return value
