"""Trains or deletes artifact/, and keeps a model that the user made with other arguments.

``refresh`` trains only the default model; ``clean`` asks before it deletes another one.

``make clean`` runs it on any Python 3: standard library only, and syntax of Python 3.6.
"""

import hashlib
import json
import shutil
import sys
from pathlib import Path
from typing import Any, Dict, List

ROOT = Path(__file__).resolve().parents[1]
ARTIFACT = ROOT / "artifact"
#: The command of the default model; a test compares training.provenance's.
DEFAULT_COMMAND = "make train"
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


def made(artifact: Path) -> Dict[str, Any]:
    """Return how an artifact was made; nothing for the default model, or where there is none."""
    try:
        manifest = json.loads((artifact / "manifest.json").read_text(encoding="utf-8"))
        found = dict(manifest["made"])
        return {} if found["command"] == DEFAULT_COMMAND else found
    except (OSError, ValueError, KeyError, TypeError):
        return {}  # no artifact, or a broken one


def changed(found: Dict[str, Any]) -> List[str]:
    """Name the files that are no longer as they were when the model was made."""
    names = []
    for entry in found.get("files", {}).values():
        path = ROOT / entry["path"]
        content = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(content).hexdigest() != entry["sha256"]:
            names.append(entry["path"])
    return names


def refresh() -> int:
    """Train the default model, or print how to retrain the present one; return the status."""
    found = made(ARTIFACT)
    if found:
        newer = ", ".join(["the code", *changed(found)])
        print(
            "artifact/ holds a model that you made, older than {}. It is kept. To rebuild it: "
            "{}; to replace it by the default model: make train".format(newer, found["command"]),
            file=sys.stderr,
        )
        return 0
    # Imported here: clean runs where nothing is installed
    from training.__main__ import main as train

    return train([])


def clean() -> int:
    """Delete what the commands wrote; ask before deleting a model that the user made."""
    found = made(ARTIFACT)
    if not found or _confirmed(found["command"]):
        _delete(ARTIFACT)
        _delete(ARTIFACT.with_suffix(".sha256"))
    for name in MADE + CACHES:
        _delete(ROOT / name)
    for path in list(ROOT.rglob("__pycache__")):
        _delete(path)
    return 0


def _confirmed(command: str) -> bool:
    question = "artifact/ holds a model that you made ({}). Delete it? [y/N] ".format(command)
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
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
