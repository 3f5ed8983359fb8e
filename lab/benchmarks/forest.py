"""Writes the artifact of a random forest, compiled and proven as training does it."""

from pathlib import Path
from typing import Any

from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline

from cytology.schema import DEFAULT_SCHEMA_PATH, load_schema
from training.candidates import CANDIDATES, Candidate
from training.dataset import load_dataset
from training.model import learn
from training.publish import write_artifact

NAME = "forest"


def write_forest(directory: Path, trees: int) -> None:
    """Fit a forest on the shipped table and write its artifact, without an evaluation."""

    def fit(_: Any, scores: Any, labels: Any) -> Pipeline:
        forest = RandomForestClassifier(trees, random_state=0)
        return make_pipeline(SimpleImputer(strategy="median"), forest).fit(scores, labels)

    schema = load_schema()
    dataset = load_dataset(schema)
    CANDIDATES[NAME] = lambda _: Candidate(({},), fit, repeats=1)
    try:
        model = learn(NAME, dataset, schema)
    finally:
        del CANDIDATES[NAME]
    write_artifact(
        directory,
        model=model,
        schema=schema,
        schema_content=Path(DEFAULT_SCHEMA_PATH).read_bytes(),
        population={},
        report={},
        facts={"data": {"rows": len(dataset.labels)}, "metrics": {}},
    )
