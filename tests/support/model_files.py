"""Turns an artifact's copy into one with another model file, for which its manifest vouches."""

import hashlib
import json

from training.formats import skops_file


def exchange(directory, pipeline):
    """As ``make train FORMAT=skops`` would have written it."""
    written = skops_file(pipeline)
    sign(directory, written.name, written.content, packages=written.packages)


def sign(directory, name, content, **changes):
    """Exchange the model file and vouch for it in the manifest."""
    for old in directory.glob("model.*"):
        old.unlink()
    (directory / name).write_bytes(content)
    path = directory / "manifest.json"
    manifest = json.loads(path.read_text()) | changes
    files = {key: entry for key, entry in manifest["files"].items() if "model." not in key}
    files[name] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    path.write_text(json.dumps(manifest | {"files": files}))
