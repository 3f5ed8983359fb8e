"""Writes the codes of errors as a table for docs/tables.md."""

from cytology.error_codes import CODES


def table() -> str:
    """Markdown, one code a line."""
    return "\n".join(
        ["| Code | Meaning |", "|---|---|", *(f"| `{c}` | {CODES[c]} |" for c in CODES)]
    )
