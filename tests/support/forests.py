"""Writes the artifact of a small random forest, which neither a sum nor one tree can replace."""

from pathlib import Path

from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline

from cytology.schema import DEFAULT_SCHEMA_PATH, load_schema
from training.candidates import CANDIDATES, Candidate
from training.dataset import load_dataset
from training.model import learn
from training.publish import write_artifact

NAME = "small-forest"


def write_forest(directory: Path) -> None:
    """Train 15 trees on the shipped table as training does, without its evaluation."""
    schema = load_schema()
    dataset = load_dataset(schema)
    CANDIDATES[NAME] = lambda _: Candidate(({},), _fit, repeats=1)
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


def _fit(setting, scores, labels):
    forest = RandomForestClassifier(15, max_features=2, random_state=0)
    return make_pipeline(SimpleImputer(strategy="median"), forest).fit(scores, labels)
