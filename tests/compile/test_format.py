import json
import math
import subprocess
import sys
from itertools import product

import numpy as np
import pytest

from batch.columns import probabilities
from cytology.model import InvalidModel, Model, parse_model
from tests.compile.families import FAMILIES, compiled_family, fitted, new_classifier
from tests.compile.tables import TABLES
from tests.support.paths import ROOT
from tests.support.required import needs
from training.compile import centre, compile_classifier, write_document
from training.compile.rows import as_arrays

DOCS = ROOT / "docs"
SCHEMA = json.loads((DOCS / "model.schema.json").read_text())
EXAMPLE = json.loads((DOCS / "model-format.md").read_text().split("```json")[1].split("```")[0])


@pytest.fixture(scope="module")
def validator():
    # Imported here: it builds a grammar of addresses, two seconds of every test process
    from jsonschema import Draft202012Validator

    return Draft202012Validator(SCHEMA)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_keeps_the_schema_and_is_written_the_same_twice(family, validator):
    document, table = compiled_family(family, "mixed")
    written = write_document(document)
    assert not [error.message for error in validator.iter_errors(json.loads(written))]
    again = fitted(new_classifier(family, table), table)
    assert write_document(compile_classifier(again, table.columns, "malignant")) == written


@pytest.mark.parametrize(
    "change", [{"kind": "forest"}, {"base": 0.5}, {"surplus": 1}, {"link": [{"kind": "probit"}]}]
)
def test_the_schema_refuses_what_the_evaluator_cannot_read(change, validator):
    assert validator.is_valid(EXAMPLE)
    assert not validator.is_valid({**EXAMPLE, **change})


def test_the_example_of_the_document_answers_as_it_says():
    model = parse_model(EXAMPLE, ["size", "colour"])
    assert model.log_odds((3, "red")) == 2.0
    assert model.probability((3, "red")) == 1 / (1 + math.exp(-2))


@pytest.mark.parametrize(
    ("change", "names"),
    [({"format": 2}, ["size", "colour"]), ({}, ["colour", "size"]), ({"kind": "x"}, EXAMPLE)],
)
def test_a_model_of_another_version_or_table_is_refused(change, names):
    names = EXAMPLE["columns"] if names is EXAMPLE else names
    with pytest.raises(InvalidModel):
        parse_model({**EXAMPLE, **change}, names)


def test_a_sum_needs_no_code_of_other_kinds():
    code = (
        "import sys, cytology.model as m\n"
        f"m.parse_model({EXAMPLE!r}, ['size', 'colour']).probability((1, None))\n"
        "print(*sorted(name for name in sys.modules if name.startswith('cytology.model.')))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == [
        "cytology.model.link",
        "cytology.model.node",
        "cytology.model.sum",
    ]


def one_link(*links):
    layer = {"weights": [[1.0]], "biases": [0.0], "activation": "identity"}
    return Model({"columns": ["x"], "kind": "layers", "layers": [layer], "link": list(links)})


def test_links_answer_at_their_ends():
    assert one_link({"kind": "sigmoid"}).probability((-1e9,)) == 0.0
    steps = one_link({"kind": "isotonic", "x": [0.0, 1.0], "y": [0.25, 0.75]})
    found = [steps.probability((x,)) for x in (-1.0, 0.0, 0.5, 1.0, 2.0)]
    assert found == [0.25, 0.25, 0.5, 0.75, 0.75]
    beta = one_link({"kind": "beta", "a": 1.0, "b": 1.0, "c": 0.5}, {"kind": "sigmoid"})
    assert beta.log_odds((0.5,)) == 0.5
    assert 0.0 < beta.probability((0.0,)) < beta.probability((1.0,)) < 1.0


@pytest.mark.parametrize(
    "links", [[], [{"kind": "sigmoid"}], [{"kind": "sigmoid"}, {"kind": "complement"}]]
)
def test_log_odds_are_those_of_the_probability(links):
    model = one_link(*links)
    probability = model.probability((0.3,))
    assert model.log_odds((0.3,)) == pytest.approx(math.log(probability / (1 - probability)))


def test_a_value_beyond_float32_is_larger_than_every_cut():
    tree = {"kind": "trees", "precision": "single", "base": 0.0, "divide": 1, "link": []}
    document = {**tree, "columns": ["x"], "trees": [[0, 3e38, 0.25, 0.75]]}
    rows = [(1e300,), (-1e300,), (1.0,)]
    assert Model(document).probabilities(rows) == [0.75, 0.25, 0.25]
    assert probabilities(document, [np.array(rows).ravel()]).tolist() == [0.75, 0.25, 0.25]


def test_centred_points_add_to_the_same_log_odds():
    document, table = compiled_family("logistic regression", "whole")
    centred = centre(document, table.rows)
    before, after = Model(document), Model(centred)
    assert [before.log_odds(row) for row in table.rows] == [
        after.log_odds(row) for row in table.rows
    ]
    for part in centred["tables"]:
        points = dict(zip(part["values"], part["points"], strict=True))
        known = [value for row in table.rows if (value := row[part["column"]]) is not None]
        assert abs(sum(points[value] for value in known)) <= len(known)


def kinds_of(node):
    return {node["kind"]}.union(*(kinds_of(model) for model in node.get("models", ())))


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("family", FAMILIES)
def test_columns_answer_as_rows_do_and_of_sums_and_trees_bit_for_bit(family, kind):
    document, table = compiled_family(family, kind)
    rounded = not kinds_of(document) <= {"sum", "trees", "mean"}

    of_columns = probabilities(document, as_arrays(table.rows, table.columns)).tolist()

    of_rows = Model(document).probabilities(table.rows)
    assert of_columns == (pytest.approx(of_rows, rel=0, abs=1e-12) if rounded else of_rows)


EVALUATE = """
import { parse } from "./frontend/shared/engine.js";
let text = "";
for await (const part of process.stdin) text += part;
const answers = JSON.parse(text).map(({ document, rows }) => rows.map(parse(document)));
process.stdout.write(JSON.stringify(answers));
"""


def test_the_page_evaluates_every_compiled_family_as_python_does():
    needs("node", package="nodejs")
    cases = [compiled_family(family, kind) for family, kind in product(FAMILIES, TABLES)]
    given = json.dumps([{"document": document, "rows": table.rows} for document, table in cases])
    command = ["node", "--input-type=module", "-e", EVALUATE]
    found = subprocess.run(
        command, input=given, capture_output=True, text=True, check=True, cwd=ROOT
    )

    for (document, table), answers in zip(cases, json.loads(found.stdout), strict=True):
        model = parse_model(json.loads(json.dumps(document)), document["columns"])
        assert answers == pytest.approx(model.probabilities(table.rows), abs=1e-12)
