"""Writes a compiled model as a JavaScript module, and as a page that works without a network."""

import json
import os
import re
from pathlib import Path
from typing import Any

from batch.export import Model, NoExport, additive
from cytology.schema import WHOLE

_HERE = Path(__file__).parent
#: The site of an installed package, or the folder of a checkout.
_SITE = Path(os.environ.get("SITE_DIR") or _HERE.parents[1] / "frontend")
_IMPORT = re.compile(r"^import .*;\n", re.MULTILINE)


def write_module(model: Model) -> str:
    """Return a module that exports ``answer(row)``, ``features`` and ``about``.

    Raises
    ------
    NoExport
        A feature is no whole number.
    """
    shared = [_SITE / "shared" / f"{name}.js" for name in ("link", "engine", "missing")]
    texts = [path.read_text("utf-8") for path in (*shared, _HERE / "answer.js")]
    code = _IMPORT.sub("", "\n".join(texts))
    about = {
        "title": model.schema.title,
        "version": model.version,
        "positive": model.schema.positive,
        "limits": model.schema.limits_of_use,
    }
    exported = f"export const {{ answer, features }} = answering({_json(_described(model))});"
    return f"{code}\nexport const about = {_json(about)};\n{exported}\n"


def write_page(model: Model) -> str:
    """Return one HTML file with the model; errors as :func:`write_module`."""
    page = (_HERE / "page.html").read_text("utf-8")
    return page.replace("/* module */", write_module(model))


def _described(model: Model) -> dict[str, Any]:
    found, decision, schema = additive(model.document), model.decision, model.schema
    if any(feature.kind != WHOLE for feature in schema.features):
        raise NoExport("scripts and pages hold whole numbers; FORMAT=sql writes other values too")
    document, ends = dict(model.document), None
    if found:
        columns = {name: place for place, name in enumerate(schema.names)}
        points = {columns[table.name]: table.points for table in found.tables}
        tables = [
            {"column": column, "values": list(own), "points": list(own.values())}
            for column, own in points.items()
        ]
        document = {"kind": "sum", "base": found.base, "tables": tables}
        ordered = [points[column] for column in range(len(columns))]
        ends = [[min(own, key=own.__getitem__), max(own, key=own.__getitem__)] for own in ordered]
    return {
        "document": document,
        "link": None if decision.link.is_identity else decision.link._asdict(),
        "ends": ends,
        "threshold": decision.threshold,
        "negative": decision.negative,
        "positive": decision.positive,
        "features": [
            {"name": f.name, "label": f.label, "min": f.minimum, "max": f.maximum}
            for f in schema.features
        ],
        "given": decision.given._asdict(),
    }


def _json(value: Any) -> str:
    # In a page, </script> would end the script wherever it stands
    return json.dumps(value, ensure_ascii=False).replace("</", "<\\/")
