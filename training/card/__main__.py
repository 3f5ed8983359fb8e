"""Turns the committed report into the committed model card: ``python -m training.card``."""

import json

from cytology.schema import load_schema
from training.card.site import card_files
from training.train import DOCS, REPORT


def main() -> None:
    """Write docs/model-card.md and its drawings from docs/report.json."""
    report = json.loads(REPORT.read_bytes())
    for name, content in card_files(report, load_schema()).items():
        path = DOCS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    main()
