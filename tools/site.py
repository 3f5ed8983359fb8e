"""Turns what lies elsewhere into build/site: the pages that the form's own folder does not hold.

The specification and the inputs of the costs page always; Swagger UI where npm has installed it
(``make test`` and ``make deploy`` install it).
"""

import json
import re
import shutil
from pathlib import Path

from lab.costs.inputs import document

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "build" / "site"
SWAGGER = ROOT / "node_modules" / "swagger-ui-dist"


def main() -> None:
    """Write the folder anew."""
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    shutil.copyfile(ROOT / "docs" / "openapi.json", TARGET / "openapi.json")
    (TARGET / "costs.json").write_text(json.dumps(document()) + "\n", encoding="utf-8")
    if not SWAGGER.is_dir():
        return
    vendor = TARGET / "vendor"
    vendor.mkdir()
    shutil.copyfile(SWAGGER / "swagger-ui-bundle.js", vendor / "swagger-ui.js")
    shutil.copyfile(SWAGGER / "LICENSE", vendor / "swagger-ui.LICENSE.txt")
    style = (SWAGGER / "swagger-ui.css").read_text(encoding="utf-8")
    # The site's content security policy allows no data: images, and nothing here needs the icons
    style = re.sub(r'url\("data:(?:[^"\\]|\\.)*"\)|url\(data:[^)]*\)', "none", style)
    style = re.sub(r"/\*# sourceMappingURL=.*?\*/", "", style)
    (vendor / "swagger-ui.css").write_text(style, encoding="utf-8")


if __name__ == "__main__":
    main()
