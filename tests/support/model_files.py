"""Turns an artifact's copy into one with another model file, for which its manifest vouches."""

import hashlib
import json

from training.formats import skops_file

MODEL_FILES = ("model.joblib", "model.skops")


def leave_uncompiled(directory):
    """As training writes a model that does not compile."""
    path = directory / "manifest.json"
    manifest = json.loads(path.read_text()) | {"engine": "sklearn"}
    (directory / "model.json").unlink()
    del manifest["files"]["model.json"]
    path.write_text(json.dumps(manifest))
    return directory


def exchange(directory, pipeline):
    """As ``make train FORMAT=skops`` would have written it."""
    written = skops_file(pipeline)
    sign(directory, written.name, written.content, packages=written.packages)


def sign(directory, name, content, **changes):
    """Exchange the model file and vouch for it in the manifest."""
    for old in MODEL_FILES:
        (directory / old).unlink(missing_ok=True)
    (directory / name).write_bytes(content)
    path = directory / "manifest.json"
    manifest = json.loads(path.read_text()) | changes
    files = {key: entry for key, entry in manifest["files"].items() if key not in MODEL_FILES}
    files[name] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    path.write_text(json.dumps(manifest | {"files": files}))
