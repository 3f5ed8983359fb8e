"""Compares compilers of scikit-learn's classifiers, family by family, on two tables.

``make bench PARTS=compilers`` runs it in an environment of its own. It writes compilers.json, from
which docs/compilers.md takes its tables.
"""

import contextlib
import io
import json
import os
import pickle
import platform
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn import ensemble, svm
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_breast_cancer
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from lab.benchmarks.evaluators import LOADERS, Evaluate

ROOT = Path(__file__).resolve().parents[2]
RECORD = Path(__file__).with_suffix(".json")
SCORES = ROOT / "training" / "data" / "breast-cancer-wisconsin.csv"
ROWS = 20_000
#: Rows asked one by one for the time of one; a slow tool is asked fewer.
TIMED_ROWS, TIMED_SECONDS = 300, 1.0
COLD_STARTS = 5
SEED = 20_260_101

Floats = NDArray[np.float64]


class Table(NamedTuple):
    """Training rows with labels 0 and 1, and random rows to compare on."""

    kind: str
    rows: Floats
    labels: NDArray[np.int64]
    asked: Floats


def tables() -> dict[str, Table]:
    """Return the nine scores of the shipped model, and scikit-learn's 30 real measurements."""
    random = np.random.default_rng(SEED)
    found = np.genfromtxt(SCORES, delimiter=",", skip_header=1, missing_values="?")
    found = found[~np.isnan(found).any(axis=1)]
    scores, labels = found[:, 1:-1], (found[:, -1] == 4).astype(np.int64)
    real = load_breast_cancer()
    low, high = real.data.min(axis=0), real.data.max(axis=0)
    between = real.data[random.integers(0, len(real.data), (ROWS, 30)), np.arange(30)]
    return {
        "9 scores": Table("whole", scores, labels, random.integers(1, 11, (ROWS, 9)).astype(float)),
        "30 measurements": Table(
            "real",
            real.data,
            real.target,
            np.clip(between * random.normal(1, 0.02, between.shape), low, high),
        ),
    }


def scaled(classifier: Any) -> Any:
    """Return the classifier behind a scaler, as most people fit it."""
    return make_pipeline(StandardScaler(), classifier)


FAMILIES: dict[str, Callable[[], Any]] = {
    "logistic regression": lambda: LogisticRegression(max_iter=10_000),
    "logistic regression, scaled": lambda: scaled(LogisticRegression()),
    "linear discriminant": LinearDiscriminantAnalysis,
    "Gaussian naive Bayes": GaussianNB,
    "decision tree": lambda: DecisionTreeClassifier(random_state=0),
    "random forest, 100 trees": lambda: ensemble.RandomForestClassifier(random_state=0),
    "random forest, scaled": lambda: scaled(ensemble.RandomForestClassifier(random_state=0)),
    "extra trees": lambda: ensemble.ExtraTreesClassifier(random_state=0),
    "AdaBoost": lambda: ensemble.AdaBoostClassifier(random_state=0),
    "gradient boosting": lambda: ensemble.GradientBoostingClassifier(random_state=0),
    "histogram boosting": lambda: ensemble.HistGradientBoostingClassifier(random_state=0),
    "RBF machine, calibrated": lambda: scaled(
        CalibratedClassifierCV(svm.SVC(), ensemble=False, cv=3)
    ),
    "network 16": lambda: scaled(MLPClassifier((16,), max_iter=500, random_state=0)),
}


def ours(model: Any, table: Table, folder: Path) -> Path:
    """Write model.json."""
    from training.compile import Column, compile_classifier, write_document

    low, high = table.rows.min(axis=0).tolist(), table.rows.max(axis=0).tolist()
    limits = (
        [(1.0, 10.0)] * len(low) if table.kind == "whole" else list(zip(low, high, strict=True))
    )
    columns = [Column(f"f{i}", table.kind, *limit) for i, limit in enumerate(limits)]
    path = folder / "model.json"
    path.write_bytes(write_document(compile_classifier(model, columns, 1)))
    return path


def m2cgen(model: Any, _: Table, folder: Path) -> Path:
    """Write a module of Python."""
    import m2cgen as tool

    path = folder / "model.py"
    path.write_text(tool.export_to_python(model), encoding="utf-8")
    return path


def skl2onnx(model: Any, table: Table, folder: Path) -> Path:
    """Write a graph of ONNX; float32 inputs, as its documentation shows."""
    from skl2onnx import to_onnx

    path = folder / "model.onnx"
    graph = to_onnx(model, table.rows[:1].astype(np.float32), options={"zipmap": False})
    path.write_bytes(graph.SerializeToString())
    return path


def timber(model: Any, _: Table, folder: Path) -> Path:
    """Write C and compile it."""
    from timber.codegen.c99 import C99Emitter, TargetSpec
    from timber.frontends import parse_model
    from timber.optimizer.pipeline import OptimizerPipeline
    from timber.runtime.predictor import TimberPredictor

    (folder / "model.pkl").write_bytes(pickle.dumps(model))
    parsed = parse_model(str(folder / "model.pkl"), format_hint="sklearn")
    target = folder / "compiled"
    C99Emitter(target=TargetSpec()).emit(OptimizerPipeline().run(parsed).ir).write(target)
    TimberPredictor.from_artifact(target)
    return target


def orbital(model: Any, table: Table, folder: Path) -> Path:
    """Write SQL for DuckDB."""
    import orbital as tool
    from orbital.types import DoubleColumnType

    path = folder / "model.sql"
    features = {f"f{place}": DoubleColumnType() for place in range(table.rows.shape[1])}
    pipeline = model if hasattr(model, "steps") else make_pipeline(model)
    parsed = tool.parse_pipeline(pipeline, features=features)
    path.write_text(tool.export_sql("data", parsed, dialect="duckdb"), encoding="utf-8")
    return path


COMPILERS = {
    "ours": ours,
    "m2cgen": m2cgen,
    "skl2onnx": skl2onnx,
    "Timber": timber,
    "orbital": orbital,
}


def compare(tool: str, model: Any, table: Table) -> dict[str, Any]:
    """Compile with one tool and measure; what it raises is its refusal."""
    with tempfile.TemporaryDirectory() as name:
        try:
            with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                path = COMPILERS[tool](model, table, Path(name))
                evaluate = LOADERS[tool](path)
                found = np.array(evaluate(table.asked.tolist()))
        except Exception as error:  # noqa: BLE001 - a refusal has whatever class the tool gives it
            return {"refused": f"{type(error).__name__}: {error}".splitlines()[0][:200]}
        expected = model.predict_proba(table.asked)[:, 1]
        wrong = (found > 0.5) != model.predict(table.asked)
        return {
            "labels": int(wrong.sum()),
            "difference": float(np.abs(found - expected).max()),
            "microseconds": 1e6 * _one_row(evaluate, table.asked.tolist()),
            "bytes": sum(f.stat().st_size for f in _files(path)),
            "cold_ms": 1e3 * _cold(tool, path, table.asked[0].tolist()),
        }


def _one_row(evaluate: Evaluate, rows: list[list[float]]) -> float:
    """Processor time of one row, in seconds: the median."""
    times, until = [], perf_counter() + TIMED_SECONDS
    for row in rows[:TIMED_ROWS]:
        start = process_time()
        evaluate([row])
        times.append(process_time() - start)
        if perf_counter() > until:
            break
    return median(times)


def _cold(tool: str, path: Path, row: list[float]) -> float:
    """Seconds from the start of a process to its first answer: the median."""
    command = [sys.executable, "-m", "lab.benchmarks.evaluators", tool, str(path), *map(str, row)]
    times = []
    for _ in range(COLD_STARTS):
        start = perf_counter()
        subprocess.run(command, check=True, capture_output=True, cwd=ROOT, env=dict(os.environ))
        times.append(perf_counter() - start)
    return median(times)


def _files(path: Path) -> Iterator[Path]:
    """What must be delivered: of a folder, the shared library."""
    return path.glob("*.so") if path.is_dir() else iter([path])


def main() -> None:
    """Run everything and write the record."""
    versions = {name: version(name) for name in ("scikit-learn", "m2cgen", "skl2onnx")}
    versions |= {name: version(name) for name in ("onnxruntime", "timber-compiler", "orbital")}
    record: dict[str, Any] = {
        "python": platform.python_version(),
        "versions": versions | {"duckdb": version("duckdb")},
        "rows": ROWS,
        "tables": {},
    }
    for name, table in tables().items():
        models = {family: make().fit(table.rows, table.labels) for family, make in FAMILIES.items()}
        found: dict[str, Any] = {family: {} for family in FAMILIES}
        record["tables"][name] = found
        for tool in COMPILERS:
            for family, model in models.items():
                print(f"{name}: {tool}, {family}", flush=True)
                found[family][tool] = compare(tool, model, table)
                RECORD.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
