"""Writes tables for the documents: decisions, parameters of the template, codes of errors."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from cytology.error_codes import CODES
from deploy.template import ROOT, read_template


def decisions() -> str:
    """Return one row a decision: number, title, and what superseded it."""
    rows = []
    for path in sorted((ROOT / "docs" / "decisions").glob("0*.md")):
        text = path.read_text(encoding="utf-8")
        title = re.sub(r"^# \d+\.? ", "", text.partition("\n")[0])
        found = re.search(r"^Superseded by \[(\d+)\]\([^)]*\)(.*)$", text, re.MULTILINE)
        status = f"superseded by {found[1]}{', in part' if found[2] else ''}" if found else ""
        rows.append([f"[{path.name[:4]}]({path.name})", title, status])
    return _table(["No.", "Decision", "Status"], rows)


def parameters() -> str:
    """Return one row a parameter of template.yaml, in the template's order."""
    found = read_template()["Parameters"].items()
    rows = [
        [f"`{name}`", f"`{each['Default']}`" if each["Default"] != "" else "empty", _meaning(each)]
        for name, each in found
    ]
    return _table(["Parameter", "Default", "Meaning"], rows)


def codes() -> str:
    """Return one row a code of an error."""
    return _table(["Code", "Meaning"], ([f"`{code}`", CODES[code]] for code in CODES))


def _meaning(parameter: dict[str, Any]) -> str:
    allowed = [str(value) for value in parameter.get("AllowedValues", []) if value != ""]
    options = f" One of {', '.join(allowed)}." if allowed else ""
    return str(parameter["Description"]).strip() + options


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(header)} |", "|---" * len(header) + "|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])
