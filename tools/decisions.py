"""Lists the decisions for docs/decisions/README.md."""

import re
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "decisions"


def index() -> str:
    """One table row per decision: number, title, and what superseded it."""
    rows = ["| No. | Decision | Status |", "|---|---|---|"]
    for path in sorted(FOLDER.glob("0*.md")):
        text = path.read_text(encoding="utf-8")
        title = re.sub(r"^# \d+\.? ", "", text.partition("\n")[0])
        found = re.search(r"^Superseded by \[(\d+)\]\([^)]*\)(.*)$", text, re.MULTILINE)
        status = f"superseded by {found[1]}{', in part' if found[2] else ''}" if found else ""
        rows.append(f"| [{path.name[:4]}]({path.name}) | {title} | {status} |")
    return "\n".join(rows)
