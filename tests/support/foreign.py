"""Five tables from what packages ship, and the model that start makes of them."""

import fcntl
import hashlib
from argparse import Namespace
from pathlib import Path
from unittest.mock import patch

import numpy as np
from sklearn.datasets import load_breast_cancer, load_iris, load_wine

from tests.support.paths import ROOT
from training import start
from training.evaluation.protocol import Protocol

#: Name of the table → column to predict, and the value that is asked for.
TARGETS = {
    "tumours": ("diagnosis", "malignant"),
    "wine": ("cultivar", "1"),
    "iris": ("species", None),
    "passengers": ("Survived", None),
    "large": ("churned", None),
}
#: Less than start's own, so that five tables take seconds; what start itself takes, a test shows.
_PROTOCOL = Protocol("fast", repeats=1, folds=3, tuning_folds=2, bootstraps=5)


def write_table(name: str, folder: Path) -> Path:
    """Write one table as CSV."""
    header, rows = _TABLES[name]()
    path = folder / f"{name}.csv"
    lines = [header, *rows]
    path.write_text("\n".join(",".join(map(str, line)) for line in lines) + "\n")
    return path


def table_of(name: str) -> Path:
    """The CSV beside the artifact of :func:`artifact_of`."""
    return artifact_of(name).with_name(f"{name}.csv")


def artifact_of(name: str) -> Path:
    """The artifact that start makes of the table; kept under build/ while the sources stay."""
    sources = sorted([*ROOT.glob("training/**/*.py"), *ROOT.glob("cytology/**/*.py")])
    content = b"".join(path.read_bytes() for path in [*sources, Path(__file__)])
    folder = ROOT / "build" / "test" / f"foreign-{hashlib.sha256(content).hexdigest()[:12]}" / name
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        # Another process of the tests may be making the same model
        fcntl.flock(lock, fcntl.LOCK_EX)
        _make(name, folder)
    return folder / "artifact"


def _make(name: str, folder: Path) -> None:
    if not (folder / "artifact" / "manifest.json").exists():
        target, positive = TARGETS[name]
        options = Namespace(
            csv=write_table(name, folder),
            target=target,
            positive=positive,
            schema=None,
            estimator=None,
            full=False,
            out=folder / "artifact",
        )
        with (
            patch.object(start, "FAST", _PROTOCOL),
            patch.object(start, "_RANDOM_ROWS", 2_000),
            patch.object(start, "CACHE", folder / "cache"),
        ):
            start.start(options)


def _tumours():
    data = load_breast_cancer()
    names = data.target_names[data.target]
    return [*data.feature_names, "diagnosis"], _with(data.data, names)


def _wine():
    data = load_wine()
    return [*data.feature_names, "cultivar"], _with(data.data, data.target)


def _iris():
    data = load_iris()
    two = data.target > 0
    names = data.target_names[data.target[two]]
    return [*data.feature_names, "species"], _with(data.data[two], names)


def _with(values, labels):
    return [[*row, label] for row, label in zip(values.tolist(), labels, strict=True)]


def _passengers():
    """Categories, gaps and an id; women and first class survive more often."""
    random, rows = np.random.default_rng(1), []
    for number in range(600):
        sex, place = random.choice(["female", "male"]), int(random.integers(1, 4))
        age = "" if random.random() < 0.2 else int(random.integers(1, 80))
        fare = round(float(random.lognormal(3, 0.8)), 2)
        port = "" if random.random() < 0.02 else random.choice(["S", "C", "Q"])
        odds = 2.2 * (sex == "female") - 0.9 * (place - 2) - 0.4
        survived = int(random.random() < 1 / (1 + np.exp(-odds)))
        rows.append([number + 1, sex, place, age, fare, port, survived])
    return ["PassengerId", "Sex", "Pclass", "Age", "Fare", "Embarked", "Survived"], rows


def _large():
    random, count = np.random.default_rng(2), 50_000
    numbers = random.normal(size=(count, 4)).round(3)
    region = random.choice(["north", "south", "east"], count)
    months = random.integers(0, 60, count)
    odds = numbers[:, 0] - 0.7 * numbers[:, 1] * numbers[:, 2] + (region == "north") + months / 30
    churned = np.where(random.random(count) < 1 / (1 + np.exp(1.5 - odds)), "yes", "no")
    rows = [
        [*values, place, length, label]
        for values, place, length, label in zip(
            numbers.tolist(), region, months.tolist(), churned, strict=True
        )
    ]
    return ["spend", "calls", "age", "income", "region", "months", "churned"], rows


_TABLES = {
    "tumours": _tumours,
    "wine": _wine,
    "iris": _iris,
    "passengers": _passengers,
    "large": _large,
}
