"""Writes build/site: the pages and data that are generated, not in the form's folder.

Swagger UI is added if npm has installed it (``make test`` and ``make deploy`` do).
"""

import json
import os
import re
import shutil
import sys
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

from cytology.schema import load_schema
from lab.costs.inputs import document
from tools import openapi
from tools.markdown import as_html, contents
from training.card.render import card_files, title

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "build" / "site"
SWAGGER = ROOT / "node_modules" / "swagger-ui-dist"
_SHEET_PAGE = Path(__file__).with_name("sheet.html")
_PAGE = ROOT / "frontend" / "404.html"


def main() -> None:
    """Replace the folder as a whole: a server that runs meanwhile has the old files, or the new."""
    TARGET.parent.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=TARGET.parent, prefix="site-") as work:
        new = Path(work) / "new"
        write_site(new)
        if TARGET.exists():
            TARGET.rename(new.with_name("old"))
        new.rename(TARGET)


def write_site(target: Path) -> None:
    """Write the files of the served model into a new folder."""
    target.mkdir()
    (target / "costs.json").write_text(json.dumps(document()) + "\n", encoding="utf-8")
    model_dir = Path(os.environ.get("MODEL_DIR") or ROOT / "artifact")
    schema = load_schema(str(model_dir / "features.json"))
    manifest = json.loads((model_dir / "manifest.json").read_bytes())
    # Of the model that is served, which may be of another schema than docs/openapi.json
    (target / "openapi.json").write_text(openapi.text(schema, manifest["name"]), encoding="utf-8")
    write_card(model_dir, target)
    if (model_dir / "model.json").is_file():
        shutil.copyfile(model_dir / "model.json", target / "model.json")
    # The pages show what exists, and counts and sheets of the served model only
    sheets = sorted(path.name.split(".")[1] for path in target.glob("sheet.*.html"))
    about = {
        "model": manifest["version"],
        "counts": (target / "reference.json").is_file(),
        "reference": SWAGGER.is_dir(),
        "sheets": sheets,
    }
    (target / "site.json").write_text(json.dumps(about) + "\n", encoding="utf-8")
    if not SWAGGER.is_dir():
        return
    vendor = target / "vendor"
    vendor.mkdir()
    shutil.copyfile(SWAGGER / "swagger-ui-bundle.js", vendor / "swagger-ui.js")
    shutil.copyfile(SWAGGER / "LICENSE", vendor / "swagger-ui.LICENSE.txt")
    style = (SWAGGER / "swagger-ui.css").read_text(encoding="utf-8")
    # The site's content security policy forbids data: images
    style = re.sub(r'url\("data:(?:[^"\\]|\\.)*"\)|url\(data:[^)]*\)', "none", style)
    style = re.sub(r"/\*# sourceMappingURL=.*?\*/", "", style)
    (vendor / "swagger-ui.css").write_text(style, encoding="utf-8")


def write_card(model_dir: Path, target: Path) -> None:
    """Write the pages of the model's card and sheet, drawings, and counts that the form shows.

    The report in ``model_dir`` holds every number of them.
    """
    report = json.loads((model_dir / "report.json").read_bytes())
    schema = load_schema(str(model_dir / "features.json"))
    files = card_files(report, schema)
    text = files.pop("model-card.md").decode()
    for name in [name for name in files if name.startswith("sheet.")]:
        _, language, _ = name.split(".")
        sheet = files.pop(name).decode()
        page = _SHEET_PAGE.read_text(encoding="utf-8").replace("{language}", language)
        page = page.replace("{title}", sheet.partition("\n")[0].lstrip("# "))
        files[f"sheet.{language}.html"] = page.replace("{body}", as_html(sheet)).encode()
    files["model-card.html"] = _card_page(title(report, schema), text).encode()
    if "chosen" in report:  # an adopted model has no reference
        files["reference.json"] = (json.dumps(report["chosen"]["reference"]) + "\n").encode()
    for name, content in files.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _card_page(heading: str, text: str) -> str:
    """Return the model card in the head and menu of the page for unknown addresses."""
    head, _, foot = re.split("<main[^>]*>|</main>", _PAGE.read_text(encoding="utf-8"))
    about = "How the model was trained and evaluated, and what it must not be used for."
    described = (
        f'<title>{escape(heading)}</title>\n    <meta name="description" content="{about}" />'
    )
    link = 'href="/model-card.html"'
    head = re.sub("<title>.*</title>", lambda _: described, head)
    head = head.replace(link, f'{link} aria-current="page"')
    notice = '<p class="notice" id="english-only"></p>'
    listed = f'<details class="contents"><summary>Contents</summary>\n{contents(text)}\n</details>'
    main = f"{notice}\n{listed}\n{as_html(text)}"
    return f'{head}<main class="model-card" id="start" tabindex="-1">\n{main}\n</main>{foot}'


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
