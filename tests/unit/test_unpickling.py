"""Nothing in the product unpickles but the checked loader: read from every source's syntax tree."""

import ast
import subprocess
from pathlib import Path

import pytest

from tests.support.paths import ROOT

#: The one module that may, and what it may.
LOADER = "functions/runtime/model_file.py"
ALLOWED = {"joblib.load", "skops.io.loads"}

#: Neither is shipped: tests load what they made themselves, benchmarks rebuild other people's ways.
APART = ("tests", "lab")

#: Modules that exist to turn bytes into objects; to import one at all is a finding.
PICKLERS = {"_pickle", "cloudpickle", "copyreg", "cPickle", "dill", "jsonpickle", "marshal"}
PICKLERS |= {"pickle", "shelve", "zodbpickle"}

#: Functions that do, in modules that are otherwise welcome.
READERS = {
    "joblib": {"load", "Memory", "numpy_pickle"},
    "pandas": {"read_pickle"},
    "skops.io": {"load", "loads"},
    "yaml": {"load", "load_all", "full_load", "unsafe_load", "unsafe_load_all"},
}

#: Ways to reach any of them by a name that is put together at run time, or to run text.
DYNAMIC = {"__import__", "eval", "exec", "compile"}


def findings(source):
    """Every use in a source, by its full name."""
    tree = ast.parse(source)
    names = imported(tree)
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if is_pickler(alias.name)}
        elif isinstance(node, ast.ImportFrom) and node.module:
            full = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= {name for name in full if is_pickler(name) or is_reader(name)}
        elif isinstance(node, (ast.Attribute, ast.Name)):
            name = dotted(node, names)
            if name in DYNAMIC or is_pickler(name) or is_reader(name):
                found.add(name)
        elif isinstance(node, ast.Call):
            found |= by_text(node, names) | with_pickles_allowed(node)
    return found


def imported(tree):
    """What each name of a module stands for."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                whole = alias.name if alias.asname else alias.name.partition(".")[0]
                names[alias.asname or whole] = whole
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


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
    texts = [
        node.value
        for node in call.args
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    if name.endswith("import_module"):
        return {text for text in texts if is_pickler(text) or text in READERS} or (
            set() if texts else {name}
        )
    if name == "getattr" and call.args:
        owner = dotted(call.args[0], names)
        return {f"{owner}.{text}" for text in texts if is_reader(f"{owner}.{text}")} | (
            {f"getattr({owner})"} if owner in READERS and not texts else set()
        )
    return set()


def with_pickles_allowed(call):
    """numpy.load refuses pickles unless it is told otherwise."""
    return {
        "allow_pickle"
        for keyword in call.keywords
        if keyword.arg == "allow_pickle"
        and not (isinstance(keyword.value, ast.Constant) and keyword.value.value is False)
    }


def is_pickler(name):
    return name.partition(".")[0] in PICKLERS


def is_reader(name):
    module, _, function = name.rpartition(".")
    return function in READERS.get(module, ())


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
        # Imports a route's module when the route is first used; the table is constant
        "functions/predict/routes.py": {"importlib.import_module"},
        # Imports the module of a kind of model when the first such model is read
        "cytology/model/node.py": {"importlib.import_module"},
        # Imports the module of a command when that command is run
        "cytology/command.py": {"importlib.import_module"},
        # Reads CloudFormation's tags with a subclass of yaml.SafeLoader, which builds no objects
        "deploy/template.py": {"yaml.load"},
        # Scores tables for a person who has the model on this machine; the hash is checked first
        "training/drift/__main__.py": {"joblib.load"},
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
