"""Each rule stands in one place: a second definition in the sources fails here."""

import ast
import re

import pytest

from cytology.results import COLUMNS
from cytology.schema import load_schema
from deploy import site
from predict.routes import ROUTES
from runtime.settings import read_settings
from server import app
from tests.support.paths import ROOT
from tools.openapi import build
from tools.site import TARGET

FOLDERS = ("batch", "cytology", "deploy", "functions", "frontend", "tools", "training")
SUFFIXES = (".py", ".js", ".mjs", ".yaml")
#: What defines a rule → the file that may hold it.
PATTERNS = {
    r"(?i)samples?\w*\W.{0,40}\b10[_,]?000\b": "functions/runtime/settings.py",
    r"\\uff1d|\uff1d": "cytology/results.py",
    r",;\\t\|['\"]": "cytology/reading/dialect.py",
    # Two neighbours of the list; code that fills the columns by name has values between
    rf"{COLUMNS[5]}['\"`],\s*['\"`]{COLUMNS[6]}\b": "cytology/results.py",
}
#: Names of a list, of which a second list would hold most → the file that may hold it.
LISTS = {
    "functions/predict/routes.py": {route.path for route in ROUTES},
}


class WithoutDocstrings(ast.NodeTransformer):
    """Drops statements that are a text alone."""

    def visit_Expr(self, node):
        is_text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return ast.Pass() if is_text else node


@pytest.fixture(scope="module")
def sources():
    """File name → text; of Python without comments and docstrings."""
    found = {}
    for path in (path for folder in FOLDERS for path in (ROOT / folder).rglob("*")):
        if path.suffix in SUFFIXES and "vendor" not in path.parts:
            text = path.read_text(encoding="utf-8")
            if path.suffix == ".py":
                text = ast.unparse(WithoutDocstrings().visit(ast.parse(text)))
            found[path.relative_to(ROOT).as_posix()] = text
    return found


@pytest.mark.parametrize(("pattern", "path"), PATTERNS.items())
def test_a_rule_is_defined_in_one_file(sources, pattern, path):
    assert [name for name, text in sources.items() if re.search(pattern, text)] == [path]


@pytest.mark.parametrize(("path", "names"), LISTS.items())
def test_a_list_is_written_in_one_file(sources, path, names):
    def count(text):
        return sum(re.search(rf"['\"`]{re.escape(name)}['\"`]", text) is not None for name in names)

    assert [name for name, text in sources.items() if count(text) > len(names) // 3] == [path]


def test_the_specification_states_the_limit_of_the_service():
    samples = build(load_schema(), "x")["components"]["schemas"]["Samples"]["properties"]["samples"]

    assert samples["maxItems"] == read_settings({}).max_samples


def test_tools_write_the_pages_that_the_server_and_a_deployment_read():
    assert site.ADDED == (app.BUILT,) == (TARGET,)
