"""Turns report.json into the model card: card.md with the report's numbers in it.

A place is ``{name[key]:format}``, as in str.format. Lines between ``[if name]`` and ``[end]`` stay
where the value is there; ``[if not name]`` is the opposite.
"""

import importlib.util
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cytology.schema import Schema
from training.card.tables import lists, tables
from training.dataset import DATA_SHA256

DOCS = Path(__file__).resolve().parents[2] / "docs"
ABOUT = Path(__file__).resolve().parents[1] / "data" / "about.json"
#: Folder of the card's drawings, beside the card.
PICTURES = "model-card"

_TEMPLATES = Path(__file__).resolve().parent
_CONDITION = re.compile(r"\[if (not )?([\w.]+)\]\n((?:(?!\[if ).)*?)\[end\]\n", re.DOTALL)


class Missing:
    """A number that the report does not have; written as a dash in any format."""

    def __format__(self, _: str) -> str:
        return "–"

    def __bool__(self) -> bool:
        return False


class Figure(dict[str, Any]):
    """A value with its interval: 0.9667 [0.9537, 0.9789]."""

    def __format__(self, spec: str) -> str:
        value, low, high = (format(self[name], spec or ".4f") for name in ("value", "low", "high"))
        return f"{value} [{low}, {high}]" if isinstance(self["low"], float) else value


def view(value: Any) -> Any:
    """Return the document with its figures and missing numbers as they are written."""
    if value is None:
        return Missing()
    if isinstance(value, list):
        return [view(item) for item in value]
    if not isinstance(value, dict):
        return value
    entries = {name: view(item) for name, item in value.items()}
    return Figure(entries) if entries.keys() == {"value", "low", "high"} else entries


def model_card(report: Mapping[str, Any], schema: Schema, drawings: bool = True) -> str:
    """Return the card as Markdown.

    Parameters
    ----------
    report
        What :func:`training.evaluation.report.evaluate` returned.
    schema
        The features and classes of the model.
    drawings
        False leaves the pictures out.
    """
    return _fill("card.md", _values(report, schema) | {"drawings": drawings})


def sheets(report: Mapping[str, Any], schema: Schema) -> dict[str, str]:
    """Return the model on paper in each language; only of the shipped data, whose words they hold.

    The report of one candidate alone has none.
    """
    if not report["paper"] or not _about(report):
        return {}
    values = _values(report, schema)
    values["paper_figures"] = values["candidates"]["whole-weights"]["figures"]
    english, german = (
        re.sub(r"(\d)%", r"\1 %", _fill(name, values)) for name in ("sheet.en.md", "sheet.de.md")
    )
    return {"sheet.en.md": english, "sheet.de.md": re.sub(r"(\d)\.(\d+ %)", r"\1,\2", german)}


def _fill(template: str, values: Mapping[str, Any]) -> str:
    text = (_TEMPLATES / template).read_text(encoding="utf-8")

    def kept(found: re.Match[str]) -> str:
        return found[3] if bool(_at(values, found[2])) != bool(found[1]) else ""

    while _CONDITION.search(text):
        text = _CONDITION.sub(kept, text)
    return re.sub(r"\n{3,}", "\n\n", text.format_map(values)).strip() + "\n"


def title(report: Mapping[str, Any], schema: Schema) -> str:
    """Return the card's title."""
    about = _about(report)
    return f"Model card: {about.get('title') or schema.title or schema.name}"


def card_files(report: Mapping[str, Any], schema: Schema) -> dict[str, bytes]:
    """Return model-card.md, its drawings, and the sheets of paper, by name.

    Drawings of the committed report are read; others are made, if matplotlib is installed.
    """
    if "adopted" in report:
        return {"model-card.md": _adopted_card(report, schema).encode()}
    drawings = draw(report, schema) or _committed(report)
    text = model_card(report, schema, drawings=bool(drawings))
    papers = {name: sheet.encode() for name, sheet in sheets(report, schema).items()}
    return {"model-card.md": text.encode(), **papers, **drawings}


def _adopted_card(report: Mapping[str, Any], schema: Schema) -> str:
    """The card of a model that was fitted elsewhere: what is known of it, which may be little."""
    lines = [f"| {name} | {value:.4f} |" for name, value in report["figures"].items()]
    head = [f"On {report['data']['rows']} rows.", "", "| Figure | Value |", "|---|---|"]
    versions = ", ".join(report["adopted"]["versions"])
    values = {
        "adopted": report["adopted"],
        "title": title(report, schema),
        "written": f" scikit-learn {versions} wrote it." if versions else "",
        "schema": schema,
        "limits": "\n".join(f"- {limit}" for limit in schema.limits_of_use),
        "figures": "\n".join([*head, *lines]) if lines else "Not evaluated here.",
        "warnings": "\n".join(f"- {warning}" for warning in report["warnings"]),
    }
    return _fill("adopted.md", values)


def draw(report: Mapping[str, Any], schema: Schema) -> dict[str, bytes]:
    """Return the drawings; none without matplotlib, which ``make train`` does not install."""
    if importlib.util.find_spec("matplotlib") is None:
        return {}
    # Imported here: it takes a second
    from training.card.plots import draw_all

    return {f"{PICTURES}/{name}": svg for name, svg in draw_all(report, schema).items()}


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


def _values(report: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    about = _about(report)
    values: dict[str, Any] = view(dict(report))
    entry = values["candidates"][values["chosen"]["estimator"]]
    return {
        **values,
        "description": entry["description"],
        "c": values["chosen"],
        "f": entry["figures"],
        "title": title(report, schema),
        "schema": schema,
        "Positive": schema.positive.capitalize(),
        "about": about,
        "table": tables(report, schema),
        "list": lists(report, schema, about),
    }


def _at(values: Mapping[str, Any], path: str) -> Any:
    found: Any = values
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else getattr(found, name)
    return found
