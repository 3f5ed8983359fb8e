"""Writes docs/model-card.md and its drawings from docs/report.json: ``python -m training.card``."""

import json

from cytology.schema import load_schema
from training.card.render import DOCS, write_card

if __name__ == "__main__":
    write_card(json.loads((DOCS / "report.json").read_bytes()), load_schema(), DOCS)
