"""Formats records as Markdown tables and figures, for the documents that cog injects them into."""

import math
from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; all columns but the first are aligned to the right."""
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n" + "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def figure(value: float) -> str:
    """Return a number with three significant digits and without a power of ten."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) >= 1 or not value:
        return f"{value:.2f}"
    decimals = 2 - math.floor(math.log10(abs(value)))
    return f"{value:.{decimals}f}".rstrip("0")


def usd(amount: float) -> str:
    """Return cents below a thousand dollars, whole dollars above."""
    return f"{amount:,.2f}" if amount < 1000 else f"{amount:,.0f}"
