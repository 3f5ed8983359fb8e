"""Turns a report into the files of the site that show it: page, drawings, reference."""

import importlib.util
import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from cytology.schema import Schema
from training.card.blocks import Heading, as_html, as_markdown
from training.card.content import PICTURES, model_card

_PAGE = Path(__file__).resolve().parent / "page.html"
_STYLE = Path(__file__).resolve().parent / "model-card.css"


def card_files(report: Mapping[str, Any], schema: Schema) -> dict[str, bytes]:
    """What docs/ holds: model-card.md and its drawings."""
    text = as_markdown(model_card(report, schema, drawn=True))
    return {"model-card.md": text.encode(), **draw(report, schema)}


def site_files(
    report: Mapping[str, Any], schema: Schema, drawings: Mapping[str, bytes]
) -> dict[str, bytes]:
    """What the site shows: model-card.html with its style, the drawings, reference.json."""
    blocks = model_card(report, schema, drawn=bool(drawings))
    title = next(block.text for block in blocks if isinstance(block, Heading))
    page = _PAGE.read_text(encoding="utf-8")
    page = page.replace("{title}", escape(title)).replace("{body}", as_html(blocks))
    return {
        "model-card.html": page.encode(),
        "model-card.css": _STYLE.read_bytes(),
        "reference.json": (json.dumps(report["chosen"]["reference"]) + "\n").encode(),
        **drawings,
    }


def draw(report: Mapping[str, Any], schema: Schema) -> dict[str, bytes]:
    """The drawings; none without matplotlib, which ``make train`` does not install."""
    if importlib.util.find_spec("matplotlib") is None:
        return {}
    # Imported here: it costs a second that a run with committed drawings need not spend
    from training.card.plots import draw_all

    return {f"{PICTURES}/{name}": svg for name, svg in draw_all(report, schema).items()}
