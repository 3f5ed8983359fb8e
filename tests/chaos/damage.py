"""Turns a whole artifact into one that is damaged in a certain way."""

import hashlib
import json
from pathlib import Path

#: File, engine that needs it, what happens to it.
CASES = (
    ("model.json", "compiled", "flip"),
    ("decision.json", "compiled", "truncate"),
    ("features.json", "compiled", "remove"),
    ("model.joblib", "sklearn", "flip"),
    ("model.joblib", "sklearn", "truncate"),
    ("model.json", "compiled", "swap"),
    ("model.json", "compiled", "forge"),
)


def flip(model: Path, name: str) -> str:
    """One bit in the middle is another."""
    content = bytearray((model / name).read_bytes())
    content[len(content) // 2] ^= 1
    (model / name).write_bytes(content)
    return f"sha256 of {name}"


def truncate(model: Path, name: str) -> str:
    """The second half is missing."""
    content = (model / name).read_bytes()
    (model / name).write_bytes(content[: len(content) // 2])
    return f"sha256 of {name}"


def remove(model: Path, name: str) -> str:
    """The file is missing."""
    (model / name).unlink()
    return name


def swap(model: Path, name: str) -> str:
    """The file is whole, and another model's."""
    _shift_base(model / name)
    return f"sha256 of {name}"


def forge(model: Path, name: str) -> str:
    """As a swap, with the hash in the manifest made to fit: the manifest's own hash differs."""
    _shift_base(model / name)
    manifest = json.loads((model / "manifest.json").read_text())
    digest = hashlib.sha256((model / name).read_bytes()).hexdigest()
    manifest["files"][name]["sha256"] = digest
    (model / "manifest.json").write_text(json.dumps(manifest))
    return "sha256 of manifest.json"


def _shift_base(compiled: Path) -> None:
    document = json.loads(compiled.read_text())
    document["base"] += 2**43  # half a log-odds
    compiled.write_text(json.dumps(document))


HARM = {"flip": flip, "truncate": truncate, "remove": remove, "swap": swap, "forge": forge}
