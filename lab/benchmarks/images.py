"""Turns benchmarks/peers/ into images on the same base as ours, each in its own published way."""

import pickle
import re
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import joblib
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline

from cytology.schema import load_schema
from tests.support.image import BASE, ROOT, ensure_base
from training.dataset import load_dataset

PEERS = Path(__file__).parent / "peers"
#: The name under which a peer's Dockerfile takes its model → where the model is made.
MODELS = {
    "model": ROOT / "build" / "peer-forest.joblib",
    "model.joblib": ROOT / "artifact" / "model.joblib",
}


class Unbuildable(Exception):
    """A peer's image cannot be built here; the message is what the build said."""


def build(name: str) -> str:
    """Build a peer's image and return its tag; layers that did not change are not built again."""
    ensure_base()
    tag = f"tumour-classification-peer-{name}"
    with tempfile.TemporaryDirectory(prefix="peer-") as directory:
        context = Path(directory) / name
        shutil.copytree(PEERS / name, context, ignore=shutil.ignore_patterns("__pycache__"))
        if taken := model_of(name):
            shutil.copy(_made(taken), context / taken)
        command = ["docker", "build", "--quiet", "--tag", tag, str(context)]
        built = subprocess.run(command, capture_output=True, text=True, check=False)
        if built.returncode:
            raise Unbuildable(why(built.stdout + built.stderr))
    return tag


def why(output: str) -> str:
    """The line of a failed build that names the cause: pip's last error, else the last line."""
    plain = re.sub(r"\x1b\[[\d;]*m", "", output).strip().splitlines() or ["no output"]
    errors = [line for line in plain if line.startswith("ERROR: ")]
    return (errors or plain)[-1][-300:]


def model_of(name: str) -> str | None:
    """The name of the model that a peer's Dockerfile takes, or None."""
    words = (PEERS / name / "Dockerfile").read_text().split()
    return next((taken for taken in MODELS if taken in words), None)


@cache
def load_model(taken: str) -> Any:
    """The fitted model that a peer serves, to know what it must answer."""
    return joblib.load(_made(taken))


def bytes_above_base(image: str) -> int:
    """Bytes that an image adds to the base, unpacked."""
    return bytes_of(image) - bytes_of(BASE)


def bytes_of(image: str) -> int:
    """Size of an image as it is unpacked."""
    command = ["docker", "image", "inspect", "--format", "{{.Size}}", image]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _made(taken: str) -> Path:
    path = MODELS[taken]
    if taken == "model" and not _is_readable(path):
        _train_forest(path)
    return path


def _train_forest(path: Path) -> None:
    """A random forest of 100 trees, the template's own choice, trained once on the whole data."""
    path.parent.mkdir(exist_ok=True)
    dataset = load_dataset(load_schema())
    model = make_pipeline(
        SimpleImputer(strategy="median"), RandomForestClassifier(100, random_state=0)
    )
    joblib.dump(model.fit(dataset.scores, dataset.labels), path)


def _is_readable(path: Path) -> bool:
    try:
        joblib.load(path)
    except (OSError, pickle.UnpicklingError, AttributeError, ModuleNotFoundError):
        return False
    return True
