"""The example of docs/schema.md, which has a feature of each kind, and tables of it."""

import json
import re
from typing import Any

from cytology.schema import parse_schema
from tests.support.paths import ROOT

TEXT = re.findall("```json\n(.*?)```", (ROOT / "docs" / "schema.md").read_text(), re.DOTALL)[0]
DOCUMENT: dict[str, Any] = json.loads(TEXT)
SCHEMA = parse_schema(TEXT)
