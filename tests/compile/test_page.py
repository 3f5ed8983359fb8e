"""engine.js gives the probabilities of cytology.model: every family, every kind, missing values."""

import json
import shutil
import subprocess
from itertools import product

import pytest

from cytology.model import parse_model
from tests.compile.families import COMPLETE_TREES, SMOOTH, TREES, encoded, prepared
from tests.compile.tables import TABLES
from tests.compile.test_families import fitted
from tests.support.image import Unavailable
from tests.support.paths import ROOT
from tests.support.required import required
from training.compile import compile_classifier

EVALUATE = """
import { parse } from "./frontend/shared/engine.js";
let text = "";
for await (const part of process.stdin) text += part;
const answers = JSON.parse(text).map(({ document, rows }) => rows.map(parse(document)));
process.stdout.write(JSON.stringify(answers));
"""
CASES = [(TREES, encoded), (COMPLETE_TREES, prepared), (SMOOTH, prepared)]


def compiled():
    for kind, (families, prepare) in product(TABLES, CASES):
        table = TABLES[kind](missing=True)
        for make in families.values():
            classifier = fitted(prepare(table.columns, make()), table)
            document = compile_classifier(classifier, table.columns, "malignant")
            yield {"document": document, "rows": table.rows}


def test_the_page_evaluates_every_compiled_family_as_python_does():
    with required():
        if shutil.which("node") is None:
            raise Unavailable("node is not installed: the form's engine is JavaScript")
    models = json.loads(json.dumps(list(compiled())))
    command = ["node", "--input-type=module", "-e", EVALUATE]
    found = subprocess.run(
        command, input=json.dumps(models), capture_output=True, text=True, check=True, cwd=ROOT
    )

    for one, answers in zip(models, json.loads(found.stdout), strict=True):
        model = parse_model(one["document"], one["document"]["columns"])
        assert answers == pytest.approx(model.probabilities(one["rows"]), abs=1e-12)
