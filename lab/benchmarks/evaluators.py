"""Loads a model as each compiler leaves it; as a command, answers one row: a cold start.

Everything is imported where it is needed: what a tool imports is part of its cold start.
"""

import json
import sys
from collections.abc import Callable, Sequence
from math import exp
from pathlib import Path

#: Rows → probability of class 1 for each.
Evaluate = Callable[[Sequence[Sequence[float]]], list[float]]


def ours(path: Path) -> Evaluate:
    """Load model.json."""
    from cytology.model import parse_model

    document = json.loads(path.read_bytes())
    return parse_model(document, document["columns"]).probabilities


def m2cgen(path: Path) -> Evaluate:
    """Load the module of Python; linear models are written as their log-odds."""
    from runpy import run_path

    score = run_path(str(path))["score"]
    return lambda rows: [
        answer[1] if isinstance(answer, list) else 1 / (1 + exp(-answer))
        for answer in map(score, rows)
    ]


def onnxruntime(path: Path) -> Evaluate:
    """Load a graph of ONNX."""
    import numpy as np
    import onnxruntime as runtime

    session = runtime.InferenceSession(path, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda rows: session.run(None, {name: np.array(rows, np.float32)})[1][:, 1].tolist()


def timber(path: Path) -> Evaluate:
    """Load the shared library that Timber compiled."""
    import numpy as np
    from timber.runtime.predictor import TimberPredictor

    predictor = TimberPredictor.from_artifact(path, build=False)
    return lambda rows: predictor.predict(np.array(rows)).tolist()


def orbital(path: Path) -> Evaluate:
    """Ask DuckDB the query that orbital wrote."""
    import duckdb
    import numpy as np

    connection, query = duckdb.connect(), path.read_text(encoding="utf-8")

    def evaluate(rows: Sequence[Sequence[float]]) -> list[float]:
        data = {f"f{place}": column for place, column in enumerate(np.array(rows).T.copy())}
        connection.register("data", data)
        return list(connection.execute(query).fetchnumpy()["output_probability.1"].tolist())

    return evaluate


LOADERS: dict[str, Callable[[Path], Evaluate]] = {
    "ours": ours,
    "m2cgen": m2cgen,
    "skl2onnx": onnxruntime,
    "Timber": timber,
    "orbital": orbital,
}

if __name__ == "__main__":
    tool, model, *cells = sys.argv[1:]
    print(LOADERS[tool](Path(model))([[float(cell) for cell in cells]]))
