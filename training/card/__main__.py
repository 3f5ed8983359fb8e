"""Writes docs/model-card.md and its drawings from docs/report.json: ``python -m training.card``."""

import json

from cytology.schema import load_schema
from training.card.render import DOCS, card_files


def main() -> None:
    """Write the card and its drawings."""
    report = json.loads((DOCS / "report.json").read_bytes())
    for name, content in card_files(report, load_schema()).items():
        path = DOCS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    main()
