"""Models that scikit-learn 1.5 wrote (tests/model/old/write.py), their answers, and a table."""

import json
from pathlib import Path

from tests.support.paths import ROOT

OLD = ROOT / "tests" / "model" / "old"
ANSWERS = json.loads((OLD / "answers.json").read_text())
COLUMNS = ["mean radius", "mean texture", "mean smoothness", "mean concavity", "worst area"]


def labelled(folder: Path, labels: tuple[object, object]) -> Path:
    """Write rows of the models' table with two labels in turns."""
    rows = [",".join([*COLUMNS, "diagnosis"])]
    rows += [",".join(map(str, [*row, labels[k % 2]])) for k, row in enumerate(ANSWERS["rows"] * 3)]
    (folder / "labelled.csv").write_text("\n".join(rows))
    return folder / "labelled.csv"
