"""Writes a fitted pipeline as a model file, in joblib's format or skops', and reads it back."""

import io
import json
import warnings
import zipfile
from collections.abc import Callable
from typing import Any, NamedTuple

import joblib
import numpy as np
import scipy
import sklearn
from sklearn.exceptions import InconsistentVersionWarning
from sklearn.pipeline import Pipeline

from cytology.artifact import MODEL, SKOPS_MODEL, Artifact, ArtifactMismatch
from cytology.trusted import TRUSTED


class Unwritable(Exception):
    """The service would refuse this model in this format; the message names another format."""


class ModelFile(NamedTuple):
    """A model file's name and content, and the versions of the libraries that read it."""

    name: str
    content: bytes
    packages: dict[str, str]


def joblib_file(pipeline: Pipeline) -> ModelFile:
    """A pickle: loads fast and holds any classifier, and runs what is in it as it loads."""
    buffer = io.BytesIO()
    joblib.dump(pipeline, buffer)
    return ModelFile(MODEL, buffer.getvalue(), _packages())


def skops_file(pipeline: Pipeline) -> ModelFile:
    """A zip file of arrays and type names: only types of a closed list are ever built from it.

    Raises
    ------
    Unwritable
        The model holds other types.
    """
    # Imported here: skops imports all of scikit-learn, and few who train ask for it
    import skops
    from skops import io as skops_io

    content = skops_io.dumps(pipeline)
    untrusted = set(skops_io.get_untrusted_types(data=content)) - set(TRUSTED)
    if untrusted:
        raise Unwritable(
            f"a skops file of this model would hold {', '.join(sorted(untrusted))}, "
            "which the service does not trust: train with FORMAT=joblib"
        )
    return ModelFile(
        SKOPS_MODEL, _without_addresses(content), _packages() | {"skops": skops.__version__}
    )


FORMATS: dict[str, Callable[[Pipeline], ModelFile]] = {"joblib": joblib_file, "skops": skops_file}


def read_model_file(artifact: Artifact) -> Pipeline:
    """Return the pipeline in an artifact's model file.

    Raises
    ------
    ArtifactMismatch
        A library has another version than in the manifest, or the file another hash.
    """
    installed = _packages()
    name, expected = artifact.model_file, artifact.manifest["packages"]
    if name == SKOPS_MODEL:
        import skops
        from skops import io as skops_io

        installed["skops"] = skops.__version__
    for package, version in expected.items():
        if installed.get(package) != version:
            raise ArtifactMismatch(f"version of {package}", version, installed.get(package))
    content = artifact.read(name)
    with warnings.catch_warnings():
        warnings.simplefilter("error", InconsistentVersionWarning)
        try:
            if name == SKOPS_MODEL:
                return skops_io.loads(content, trusted=list(TRUSTED))
            return joblib.load(io.BytesIO(content))
        except InconsistentVersionWarning as warning:
            raise ArtifactMismatch(
                name, sklearn.__version__, warning.original_sklearn_version
            ) from None


def _packages() -> dict[str, str]:
    return {
        "joblib": joblib.__version__,
        "numpy": np.__version__,
        "scikit-learn": sklearn.__version__,
        "scipy": scipy.__version__,
    }


def _without_addresses(content: bytes) -> bytes:
    """Number objects in their order, date nothing, blank padding: equal models give equal bytes.

    skops numbers objects, and names the files of their arrays, by their addresses in memory.
    """
    numbers: dict[int, int] = {}

    def number(address: int) -> int:
        return numbers.setdefault(address, len(numbers) + 1)

    def renumbered(node: Any) -> Any:
        if isinstance(node, list):
            return [renumbered(item) for item in node]
        if not isinstance(node, dict):
            return node
        return {
            key: number(value)
            if key == "__id__"
            else f"{number(int(value.removesuffix('.npy')))}.npy"
            if key == "file" and isinstance(value, str)
            else renumbered(value)
            for key, value in node.items()
        }

    with zipfile.ZipFile(io.BytesIO(content)) as source:
        document = renumbered(json.loads(source.read("schema.json")))
        files = {
            f"{number(int(name.removesuffix('.npy')))}.npy": _without_padding(source.read(name))
            for name in source.namelist()
            if name != "schema.json"
        }
    files["schema.json"] = json.dumps(document).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for name in sorted(files):
            # 1980 is where zip's calendar begins
            target.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), files[name])
    return buffer.getvalue()


def _without_padding(content: bytes) -> bytes:
    """Blank the bytes between the fields of an array's records, which are whatever was there."""
    found = np.load(io.BytesIO(content), allow_pickle=False)
    if found.dtype.names is None:
        return content
    blank = np.zeros(found.shape, found.dtype)  # zeros_like leaves padding as it is
    for name in found.dtype.names:
        blank[name] = found[name]
    buffer = io.BytesIO()
    np.save(buffer, blank, allow_pickle=False)
    return buffer.getvalue()
