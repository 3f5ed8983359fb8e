"""Trains or deletes artifact/, and keeps a model that the user made with other arguments.

``refresh`` trains only the default model; ``clean`` asks before it deletes another one.

``make clean`` runs it on any Python 3: standard library only, and syntax of Python 3.6.
"""

import hashlib
import json
import shutil
import sys
from pathlib import Path
from typing import Dict, List

ROOT = Path(__file__).resolve().parents[1]
ARTIFACT = ROOT / "artifact"
DATA = ROOT / "training" / "data" / "breast-cancer-wisconsin.csv"
SCHEMA = ROOT / "cytology" / "features.json"
#: The estimator of ``make train`` without arguments; a test compares training.model's.
DEFAULT_ESTIMATOR = "logistic"
#: Folders that the commands write, apart from the artifact.
MADE = (".venv", ".uv", "build", ".aws-sam", "node_modules", "test-results", "dist")
CACHES = (
    ".pytest_cache",
    ".ruff_cache",
    ".mypy_cache",
    ".import_linter_cache",
    ".hypothesis",
    ".schemathesis",
)


def options(artifact: Path) -> Dict[str, str]:
    """Return the arguments of the ``make train`` that wrote an artifact; none for the default."""
    try:
        manifest = json.loads((artifact / "manifest.json").read_text(encoding="utf-8"))
        made = {"ESTIMATOR": str(manifest["estimator"]), "FORMAT": "skops", "DATA": "…"}
        made["SCHEMA"] = "…"
        default_name = json.loads(SCHEMA.read_text(encoding="utf-8"))["name"]
        if made["ESTIMATOR"] == DEFAULT_ESTIMATOR:
            del made["ESTIMATOR"]
        if "model.skops" not in manifest["files"]:
            del made["FORMAT"]
        if manifest["data"]["sha256"] == hashlib.sha256(DATA.read_bytes()).hexdigest():
            del made["DATA"]
        if manifest["name"] == "{}-{}".format(default_name, manifest["estimator"]):
            del made["SCHEMA"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}  # no artifact, or a broken one
    return made


def command(made: Dict[str, str]) -> str:
    """Return the command that trains such a model again."""
    return " ".join(["make train", *("{}={}".format(*pair) for pair in made.items())])


def refresh() -> int:
    """Train the default model, or print how to retrain the present one; return the status."""
    made = options(ARTIFACT)
    if made:
        print(
            "artifact/ holds a model that you made, older than the code. It is kept. To rebuild "
            "it: {}; to replace it by the default model: make train".format(command(made)),
            file=sys.stderr,
        )
        return 0
    # Imported here: clean runs where nothing is installed
    from training.__main__ import main as train

    return train([])


def clean() -> int:
    """Delete what the commands wrote; ask before deleting a model that the user made."""
    made = options(ARTIFACT)
    if not made or _confirmed(made):
        _delete(ARTIFACT)
        _delete(ARTIFACT.with_suffix(".sha256"))
    for name in MADE + CACHES:
        _delete(ROOT / name)
    for path in list(ROOT.rglob("__pycache__")):
        _delete(path)
    return 0


def _confirmed(made: Dict[str, str]) -> bool:
    question = "artifact/ holds a model that you made ({}). Delete it? [y/N] ".format(command(made))
    try:
        confirmed = input(question).strip().lower() in ("y", "yes")
    except EOFError:
        confirmed = False
    if not confirmed:
        print("artifact/ is kept")
    return confirmed


def _delete(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink()
    else:
        shutil.rmtree(str(path), ignore_errors=True)


def main(arguments: List[str]) -> int:
    """Run ``refresh`` or ``clean``; return the exit status."""
    verbs = {"refresh": refresh, "clean": clean}
    if len(arguments) != 1 or arguments[0] not in verbs:
        print("usage: python3 tools/artifact.py refresh|clean", file=sys.stderr)
        return 2
    return verbs[arguments[0]]()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
