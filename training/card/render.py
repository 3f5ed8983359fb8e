"""Turns report.json into the model card and the sheets of paper, by templates of Jinja."""

import importlib.util
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

from cytology.description import describe
from cytology.schema import Schema
from training.candidates import CANDIDATES
from training.dataset import DATA_SHA256

DOCS = Path(__file__).resolve().parents[2] / "docs"
ABOUT = Path(__file__).resolve().parents[1] / "data" / "about.json"
#: Folder of the card's drawings, beside the card.
PICTURES = "model-card"
#: Probabilities nearer to 0 or 1 than this share one line of the sheet.
_RARE = 0.01
#: Pairs of columns in the sheet's table of totals, and lines from which every second one is shown.
_PAIRS, _LONGEST = 4, 48


def model_card(report: Mapping[str, Any], schema: Schema, drawings: bool = True) -> str:
    """Return the card as Markdown.

    Parameters
    ----------
    report
        What training.evaluation.report.evaluate returned, or what training.adoption writes.
    schema
        The features and classes of the model.
    drawings
        False leaves the pictures out.
    """
    if "adopted" in report:
        return _fill("adopted.md", report, schema)
    chosen = report["candidates"][report["chosen"]["estimator"]]
    left = [name for name in CANDIDATES if name not in report["candidates"]]
    more = {"description": chosen["description"], "figures": chosen["figures"]}
    return _fill("card.md", report, schema, drawings=drawings, not_evaluated=left, **more)


def sheets(report: Mapping[str, Any], schema: Schema) -> dict[str, str]:
    """Return the model on paper in each language; only of the shipped data, whose words they hold.

    The report of one candidate alone has none.
    """
    if not report["paper"] or not _about(report):
        return {}
    totals = _totals(report["paper"]["probabilities"])
    english, german = (
        _fill(name, report, schema, totals=totals) for name in ("sheet.en.md", "sheet.de.md")
    )
    return {"sheet.en.md": english, "sheet.de.md": re.sub(r"(\d)\.(\d+ %)", r"\1,\2", german)}


def title(report: Mapping[str, Any], schema: Schema) -> str:
    """Return the card's title."""
    return f"Model card: {_about(report).get('title') or schema.title or schema.name}"


def card_files(report: Mapping[str, Any], schema: Schema) -> dict[str, bytes]:
    """Return model-card.md, its drawings, and the sheets of paper, by name.

    Drawings of the committed report are read; others are made, if matplotlib is installed.
    """
    if "adopted" in report:
        return {"model-card.md": model_card(report, schema).encode()}
    drawings = draw(report, schema) or _committed(report)
    text = model_card(report, schema, drawings=bool(drawings))
    papers = {name: sheet.encode() for name, sheet in sheets(report, schema).items()}
    return {"model-card.md": text.encode(), **papers, **drawings}


def write_card(report: Mapping[str, Any], schema: Schema, folder: Path) -> None:
    """Write every file of :func:`card_files` into a folder."""
    for name, content in card_files(report, schema).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def draw(report: Mapping[str, Any], schema: Schema) -> dict[str, bytes]:
    """Return the drawings; none without matplotlib, which ``make train`` does not install."""
    if importlib.util.find_spec("matplotlib") is None:
        return {}
    # Imported here: it takes a second
    from training.card.plots import draw_all

    return {f"{PICTURES}/{name}": svg for name, svg in draw_all(report, schema).items()}


def number(value: float | None, digits: int = 4) -> str:
    """Return the number with so many decimals, or a dash where there is none."""
    return "–" if value is None else f"{value:.{digits}f}"


def percent(share: float | None, digits: int = 1) -> str:
    """Return 0.345 as 34.5 %."""
    return "–" if share is None else f"{100 * share:.{digits}f} %"


def interval(figure: Mapping[str, Any]) -> str:
    """Return 0.9664 [0.9520, 0.9790]."""
    value = number(figure["value"])
    if figure["low"] is None:
        return value
    return f"{value} [{number(figure['low'])}, {number(figure['high'])}]"


def _fill(template: str, report: Mapping[str, Any], schema: Schema, **more: Any) -> str:
    environment = jinja2.Environment(  # noqa: S701 - Markdown, which tools.markdown escapes
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: "–" if value is None else value,
    )
    environment.filters |= {"number": number, "percent": percent, "interval": interval}
    labels, german = (
        {item["name"]: item["label"] for item in describe(schema, language)["features"]}
        for language in ("", "de")
    )
    text = environment.get_template(template).render(
        **report,
        **more,
        schema=schema,
        labels=labels,
        labels_de=german,
        about=_about(report),
        title=title(report, schema),
        Positive=schema.positive.capitalize(),
    )
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _totals(probabilities: Mapping[str, float]) -> list[list[str]]:
    """Probability by total in four pairs of columns; totals near 0 and 1 share a line."""
    found = [
        (f"≤ {name}" if share < _RARE else f"≥ {name}" if share > 1 - _RARE else name, share)
        for name, share in probabilities.items()
    ]
    low = max((i for i, (_, share) in enumerate(found) if share < _RARE), default=0)
    high = min((i for i, (_, share) in enumerate(found) if share > 1 - _RARE), default=len(found))
    cells = [[name, percent(share)] for name, share in found[low : high + 1]]
    cells[0][1], cells[-1][1] = f"< {percent(_RARE)}", f"> {percent(1 - _RARE)}"
    cells = [*cells[:-1:2], cells[-1]] if len(cells) > _LONGEST else cells
    height = -(-len(cells) // _PAIRS)
    cells += [["", ""]] * (-len(cells) % height)
    return [[cell for pair in cells[row::height] for cell in pair] for row in range(height)]


def _committed(report: Mapping[str, Any]) -> dict[str, bytes]:
    if json.loads((DOCS / "report.json").read_bytes()) != report:
        return {}
    folder = DOCS / PICTURES
    return {f"{PICTURES}/{path.name}": path.read_bytes() for path in sorted(folder.glob("*.svg"))}


def _about(report: Mapping[str, Any]) -> dict[str, Any]:
    """What people say of the shipped data; nothing for another table."""
    if report["data"]["sha256"] != DATA_SHA256:
        return {}
    about: dict[str, Any] = json.loads(ABOUT.read_text(encoding="utf-8"))
    return about
