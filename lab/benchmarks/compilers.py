"""Compares compilers of scikit-learn's classifiers, family by family, on two tables.

``make bench PARTS=compilers`` runs it in an environment of its own. It writes compilers.json, from
which docs/compilers.md takes its tables.
"""

import json
import pickle
import platform
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from importlib.metadata import version
from multiprocessing import get_context
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

from lab.benchmarks.evaluators import LOADERS

ROOT = Path(__file__).resolve().parents[2]
RECORD = Path(__file__).with_suffix(".json")
SCORES = ROOT / "training" / "data" / "breast-cancer-wisconsin.csv"
ROWS = 10_000
#: Rows asked one by one for the time of one; a slow tool is asked fewer.
TIMED_ROWS, TIMED_SECONDS = 200, 0.3
COLD_STARTS = 3
#: A tool that needs more for one family, to compile, answer and be measured, is ended.
MOST_SECONDS = 30
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
    scores = random.integers(1, 11, (ROWS, 9)).astype(float)
    real = load_breast_cancer()
    between = real.data[random.integers(0, len(real.data), (ROWS, 30)), np.arange(30)]
    near = between * random.normal(1, 0.02, between.shape)
    measured = np.clip(near, real.data.min(axis=0), real.data.max(axis=0))
    return {
        "9 scores": Table("whole", found[:, 1:-1], (found[:, -1] == 4).astype(np.int64), scores),
        "30 measurements": Table("real", real.data, real.target, measured),
    }


_FOREST = ensemble.RandomForestClassifier(random_state=0)
FAMILIES = {
    "logistic regression": LogisticRegression(max_iter=10_000),
    "logistic regression, scaled": make_pipeline(StandardScaler(), LogisticRegression()),
    "linear discriminant": LinearDiscriminantAnalysis(),
    "Gaussian naive Bayes": GaussianNB(),
    "decision tree": DecisionTreeClassifier(random_state=0),
    "random forest, 100 trees": _FOREST,
    "random forest, scaled": make_pipeline(StandardScaler(), _FOREST),
    "extra trees": ensemble.ExtraTreesClassifier(random_state=0),
    "AdaBoost": ensemble.AdaBoostClassifier(random_state=0),
    "gradient boosting": ensemble.GradientBoostingClassifier(random_state=0),
    "histogram boosting": ensemble.HistGradientBoostingClassifier(random_state=0),
    "RBF machine, calibrated": make_pipeline(
        StandardScaler(), CalibratedClassifierCV(svm.SVC(), ensemble=False, cv=3)
    ),
    "network 16": make_pipeline(StandardScaler(), MLPClassifier((16,), random_state=0)),
}


def ours(model: Any, table: Table, path: Path) -> None:
    """Write model.json."""
    from training.compile import Column, compile_classifier, write_document

    limits = zip(table.rows.min(axis=0).tolist(), table.rows.max(axis=0).tolist(), strict=True)
    columns = [Column(f"f{place}", table.kind, *limit) for place, limit in enumerate(limits)]
    if table.kind == "whole":
        columns = [column._replace(minimum=1, maximum=10) for column in columns]
    path.write_bytes(write_document(compile_classifier(model, columns, 1)))


def m2cgen(model: Any, _: Table, path: Path) -> None:
    """Write a module of Python."""
    import m2cgen as tool

    path.write_text(tool.export_to_python(model), encoding="utf-8")


def skl2onnx(model: Any, table: Table, path: Path) -> None:
    """Write a graph of ONNX; float32 inputs, as its documentation shows."""
    from skl2onnx import to_onnx

    graph = to_onnx(model, table.rows[:1].astype(np.float32), options={"zipmap": False})
    path.write_bytes(graph.SerializeToString())


def timber(model: Any, _: Table, path: Path) -> None:
    """Write C and compile it to a shared library, in a folder."""
    from timber.codegen.c99 import C99Emitter, TargetSpec
    from timber.frontends import parse_model
    from timber.optimizer.pipeline import OptimizerPipeline
    from timber.runtime.predictor import TimberPredictor

    pickled = path.with_suffix(".pkl")
    pickled.write_bytes(pickle.dumps(model))
    parsed = parse_model(str(pickled), format_hint="sklearn")
    C99Emitter(target=TargetSpec()).emit(OptimizerPipeline().run(parsed).ir).write(path)
    TimberPredictor.from_artifact(path)


def orbital(model: Any, table: Table, path: Path) -> None:
    """Write SQL for DuckDB."""
    import orbital as tool
    from orbital.types import DoubleColumnType

    features = {f"f{place}": DoubleColumnType() for place in range(table.rows.shape[1])}
    pipeline = model if hasattr(model, "steps") else make_pipeline(model)
    parsed = tool.parse_pipeline(pipeline, features=features)
    path.write_text(tool.export_sql("data", parsed, dialect="duckdb"), encoding="utf-8")


Compile = Callable[[Any, Table, Path], None]
COMPILERS: dict[str, Compile] = {
    "ours": ours,
    "m2cgen": m2cgen,
    "skl2onnx": skl2onnx,
    "Timber": timber,
    "orbital": orbital,
}


def compare(tool: str, model: Any, table: Table) -> dict[str, Any]:
    """Compile, answer every row, and measure; what the tool raises is its refusal."""
    expected, labels = model.predict_proba(table.asked)[:, 1], model.predict(table.asked)
    rows = table.asked.tolist()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / "model"
        try:
            COMPILERS[tool](model, table, path)
            evaluate = LOADERS[tool](path)
            found = np.array(evaluate(rows))
        except Exception as error:  # noqa: BLE001 - a refusal has whatever class the tool gives it
            return {"refused": f"{type(error).__name__}: {error}".splitlines()[0][:200]}
        files = path.glob("*.so") if path.is_dir() else [path]
        return {
            "labels": int(((found > 0.5) != labels).sum()),
            "difference": float(np.abs(found - expected).max()),
            "microseconds": 1e6 * _one_row(lambda row: evaluate([row]), rows),
            "bytes": sum(file.stat().st_size for file in files),
            "cold_ms": 1e3 * median(_cold(tool, path, rows[0]) for _ in range(COLD_STARTS)),
        }


def _one_row(evaluate: Callable[[list[float]], object], rows: list[list[float]]) -> float:
    """Return the processor time of one row, in seconds: the median."""
    times: list[float] = []
    until = perf_counter() + TIMED_SECONDS
    while len(times) < TIMED_ROWS and (perf_counter() < until or not times):
        start = process_time()
        evaluate(rows[len(times)])
        times.append(process_time() - start)
    return median(times)


def _cold(tool: str, path: Path, row: list[float]) -> float:
    """Return the seconds from the start of a process to its first answer."""
    command = [sys.executable, "-m", "lab.benchmarks.evaluators", tool, str(path), *map(str, row)]
    start = perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    return perf_counter() - start


def limited(tool: str, model: Any, table: Table) -> dict[str, Any]:
    """Compare in a process of its own, and end it if it takes too long."""
    receiver, sender = get_context("fork").Pipe(duplex=False)
    # No limit by the system: with RLIMIT_CPU its clock of processor time counts in ticks
    work = get_context("fork").Process(target=lambda: sender.send(compare(tool, model, table)))
    work.start()
    sender.close()
    try:
        if not receiver.poll(MOST_SECONDS):
            return {"refused": f"no answer in {MOST_SECONDS} s"}
        found: dict[str, Any] = receiver.recv()
    except EOFError:
        return {"refused": "the process ended without an answer"}
    finally:
        work.kill()
        work.join()
    return found


def main() -> None:
    """Run everything and write the record."""
    names = ("scikit-learn", "m2cgen", "skl2onnx", "onnxruntime", "timber-compiler", "orbital")
    record: dict[str, Any] = {
        "python": platform.python_version(),
        "versions": {name: version(name) for name in (*names, "duckdb")},
        "rows": ROWS,
        "tables": {},
    }
    for name, table in tables().items():
        found = record["tables"][name] = {}
        for family, unfitted in FAMILIES.items():
            model = unfitted.fit(table.rows, table.labels)
            print(f"{name}: {family}", flush=True)
            found[family] = {tool: limited(tool, model, table) for tool in COMPILERS}
    RECORD.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
