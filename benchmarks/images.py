"""Turns benchmarks/peers/ into images on the same base as ours, each in its own published way."""

import pickle
import shutil
import subprocess
import tempfile
from pathlib import Path

import joblib
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline

from cytology.schema import load_schema
from training.dataset import load_dataset

PEERS = Path(__file__).parent / "peers"


def build(name: str) -> str:
    """Build a peer's image and return its tag; layers that did not change are not built again."""
    tag = f"tumour-classification-peer-{name}"
    with tempfile.TemporaryDirectory(prefix="peer-") as directory:
        context = Path(directory) / name
        shutil.copytree(PEERS / name, context)
        if "COPY model" in (context / "Dockerfile").read_text():
            shutil.copy(_forest(), context / "model")
        command = ["docker", "build", "--quiet", "--tag", tag, str(context)]
        built = subprocess.run(command, capture_output=True, text=True, check=False)
        if built.returncode:
            raise SystemExit(f"{name} cannot be built:\n{built.stderr[-2000:]}")
    return tag


def _forest() -> Path:
    """A random forest of 100 trees, the template's own choice, trained once on the whole data."""
    path = PEERS.parents[1] / "build" / "peer-forest.joblib"
    if not _is_readable(path):
        path.parent.mkdir(exist_ok=True)
        dataset = load_dataset(load_schema())
        model = make_pipeline(
            SimpleImputer(strategy="median"), RandomForestClassifier(100, random_state=0)
        )
        joblib.dump(model.fit(dataset.scores, dataset.labels), path)
    return path


def _is_readable(path: Path) -> bool:
    try:
        joblib.load(path)
    except (OSError, pickle.UnpicklingError, AttributeError, ModuleNotFoundError):
        return False
    return True
