"""Nothing in the product unpickles but the checked loader: read from every source's syntax tree."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.paths import ROOT

#: The one module that may, and what it may.
LOADER = "functions/runtime/model_file.py"
ALLOWED = {"joblib.load", "skops.io.loads"}
FOREIGN = {
    *("pickle", "pickle.Unpickler", "skops.io.loads"),
    *("joblib.numpy_pickle.NumpyArrayWrapper", "joblib.numpy_pickle.NumpyUnpickler"),
}

#: Neither is shipped: tests load what they made themselves, benchmarks rebuild other people's ways.
APART = ("tests", "lab")

#: Modules and functions that turn bytes into objects or text into programs.
FORBIDDEN = re.compile(
    r"(_?pickle|cPickle|cloudpickle|copyreg|dill|jsonpickle|marshal|shelve|zodbpickle)(\..*)?"
    r"|joblib\.(load|Memory|numpy_pickle)(\..*)?|pandas\.read_pickle|skops\.io\.loads?"
    r"|yaml\.(load|load_all|full_load|unsafe_load|unsafe_load_all)|__import__|eval|exec|compile"
)
#: Modules whose functions may not be looked up by a name that is made at run time.
OWNERS = ("joblib", "pandas", "skops.io", "yaml")


def findings(source):
    """Every use in a source, by its full name."""
    names, used, found = {}, set(), set()
    nodes = list(ast.walk(ast.parse(source)))
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                whole = alias.name if alias.asname else alias.name.partition(".")[0]
                names[alias.asname or whole] = whole
                used.add(alias.name)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                used.add(f"{node.module}.{alias.name}")
    for node in nodes:
        if isinstance(node, ast.Attribute | ast.Name):
            used.add(dotted(node, names))
        elif isinstance(node, ast.Call):
            used |= by_text(node, names)
            found |= {"allow_pickle" for keyword in node.keywords if allows_pickle(keyword)}
    dynamic = {name for name in used if name.endswith("(…)")}
    return found | dynamic | {name for name in used if FORBIDDEN.fullmatch(name)}


def dotted(node, names):
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([names.get(node.id, node.id), *reversed(parts)])


def by_text(call, names):
    """importlib.import_module("pickle") and getattr(joblib, "load"), or with a name made up."""
    name = dotted(call.func, names)
    texts = [node.value for node in call.args if isinstance(node, ast.Constant)]
    if name.endswith("import_module"):
        return {str(text) for text in texts} or {f"{name}(…)"}
    if name != "getattr" or not call.args:
        return set()
    owner = dotted(call.args[0], names)
    made_up = {f"{owner}(…)"} if owner in OWNERS and not texts else set()
    return made_up | {f"{owner}.{text}" for text in texts}


def allows_pickle(keyword):
    """numpy.load refuses pickles unless a caller says otherwise."""
    refused = isinstance(keyword.value, ast.Constant) and keyword.value.value is False
    return keyword.arg == "allow_pickle" and not refused


def product_sources():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    return [name for name in listed if Path(name).parts[0] not in APART and (ROOT / name).is_file()]


def test_only_the_checked_loader_turns_bytes_into_objects():
    found = {name: findings((ROOT / name).read_text()) for name in product_sources()}

    assert {name: uses for name, uses in found.items() if uses} == {
        LOADER: ALLOWED,
        # Loads a model to check its artifact: versions and hash first, as the service does
        "training/formats.py": ALLOWED,
        # Adopts a file that another program wrote: every name is compared with a list first
        "training/foreign.py": FOREIGN,
        # Imports a route's module when the route is first used; the table is constant
        "functions/predict/routes.py": {"importlib.import_module(…)"},
        # Imports the module of a kind of model when the first such model is read
        "cytology/model/node.py": {"importlib.import_module(…)"},
        # Imports the module of a command when that command is run
        "cytology/command.py": {"importlib.import_module(…)"},
        # Reads CloudFormation's tags with a subclass of yaml.SafeLoader, which builds no objects
        "deploy/template.py": {"yaml.load"},
    }


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "import pickle as safe",
        "import _pickle",
        "from pickle import loads",
        "from shelve import open as open_table",
        "import marshal",
        "import cloudpickle",
        "import joblib\njoblib.load('model')",
        "import joblib as files\nread = files.load",
        "from joblib import load",
        "from joblib import load as read",
        "def later():\n    from joblib import load",
        "import joblib.numpy_pickle as pickled\nimport joblib\njoblib.numpy_pickle.load",
        "import numpy as np\nnp.load('a.npy', allow_pickle=True)",
        "from numpy import load\nload('a.npy', allow_pickle=sure)",
        "import skops.io\nskops.io.loads(b'')",
        "from skops import io as skops_io\nskops_io.load('a')",
        "import yaml\nyaml.load('', Loader=None)",
        "import importlib\nimportlib.import_module('pickle')",
        "from importlib import import_module\nimport_module(name)",
        "import joblib\ngetattr(joblib, 'load')",
        "import joblib\ngetattr(joblib, name)",
        "__import__('pickle')",
        "eval('1')",
        "exec('1')",
    ],
)
def test_every_way_to_unpickle_is_found(source):
    assert findings(source)


@pytest.mark.parametrize(
    "source",
    [
        "import json\njson.load(open('a'))",
        "import joblib\njoblib.dump(1, 'a')",
        "from joblib import Parallel, delayed",
        "import yaml\nyaml.safe_load('')",
        "import importlib\nimportlib.import_module('predict.app')",
        "import re\nre.compile('a')",
        "import numpy as np\nnp.load('a.npy', allow_pickle=False)",
        "import numpy as np\nnp.load('a.npy')",
    ],
)
def test_what_reads_plain_data_is_left_alone(source):
    assert not findings(source)
