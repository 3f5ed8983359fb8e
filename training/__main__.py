"""Turns a command line into an artifact: ``python -m training``."""

import argparse
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from tqdm import tqdm

from cytology.decision import Decision
from cytology.schema import DEFAULT_SCHEMA_PATH, InvalidSchema, Schema, parse_schema
from training.candidates import CANDIDATES
from training.compile import (
    NotAdditive,
    Proof,
    as_document,
    as_scorecard,
    compile_points,
    log_odds,
    prove_equal,
    training_weights,
)
from training.dataset import DATA_PATH, Dataset, InvalidDataset, load_dataset
from training.decide import LEVEL, choose_threshold, negative_limit, positive_limit
from training.familiar import learn_familiarity
from training.fit import CONFORMAL_FOLDS, WrongDirection, fit, out_of_fold
from training.publish import ROOT, write_artifact

REPEATS = 10
#: A forest takes a hundred times as long to fit as a logistic regression.
SLOW_REPEATS = 1


def main() -> int:
    """Train, prove and write; return the exit status."""
    options = _options()
    try:
        train(options.estimator, options.data, options.schema, options.out)
    except (InvalidDataset, InvalidSchema, WrongDirection) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def train(estimator: str, data: Path, schema_path: Path, out: Path) -> None:
    """Fit the named candidate, judge it out of fold, compile it if additive, write the artifact."""
    schema_content = schema_path.read_bytes()
    schema = parse_schema(schema_content)
    dataset = load_dataset(schema, data)
    candidate = CANDIDATES[estimator]()
    repeats = REPEATS if hasattr(candidate.pipeline[-1], "decision_function") else SLOW_REPEATS
    with tqdm(total=repeats * CONFORMAL_FOLDS + 3, desc="tune", unit="step") as progress:
        pipeline = fit(candidate, dataset, schema)
        progress.update()
        progress.set_description("out of fold")
        judged = out_of_fold(pipeline, dataset, schema, repeats=repeats, tick=progress.update)
        progress.set_description("compile and prove")
        decision, card = _compile(pipeline, dataset, schema, _decide(judged, dataset, schema))
        progress.update()
        progress.set_description("write")
        manifest = write_artifact(
            out,
            pipeline=pipeline,
            estimator=estimator,
            schema=schema,
            schema_content=schema_content,
            decision=decision,
            scorecard=card.document if card else None,
            facts={
                "data": {
                    "sha256": dataset.sha256,
                    "rows": len(dataset.labels),
                    "patients": len(set(dataset.patients)),
                },
                "parity": card.proof._asdict() if card else None,
            },
        )
        progress.update()
        progress.set_description("done")
    print(f"{manifest['name']} {manifest['version']}, {manifest['engine']} engine → {out}")
    if card:
        print(
            f"scorecard equals pipeline on {card.proof.rows:,} rows "
            f"(largest difference {card.proof.largest_difference:.1e})"
        )


class Card(NamedTuple):
    """A compiled scorecard as its file holds it, and the proof that it equals its pipeline."""

    document: dict[str, Any]
    proof: Proof


def _decide(judged: NDArray[np.float64], dataset: Dataset, schema: Schema) -> Decision:
    positive = dataset.labels == schema.positive
    return Decision(
        negative=schema.negative,
        positive=schema.positive,
        classes=schema.class_names,
        threshold=choose_threshold(judged[positive]),
        level=LEVEL,
        negative_at_most=negative_limit(judged[~positive]),
        positive_at_least=positive_limit(judged[positive]),
        base=0.0,
        weights=training_weights(dataset.scores, schema),
        familiarity=learn_familiarity(dataset, schema),
    )


def _compile(
    pipeline: Pipeline, dataset: Dataset, schema: Schema, decision: Decision
) -> tuple[Decision, Card | None]:
    """Complete the decision with the mean log-odds, and the scorecard where there can be one."""
    base, points = compile_points(pipeline, dataset.scores, schema)
    scorecard = as_scorecard(base, points, schema, decision)
    try:
        proof = prove_equal(pipeline, scorecard, dataset.scores, schema)
    except NotAdditive:
        mean = float(log_odds(pipeline, dataset.scores, schema).mean())
        return decision._replace(base=mean), None
    return decision._replace(base=base), Card(as_document(base, points, schema), proof)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--estimator", choices=sorted(CANDIDATES), default="logistic")
    parser.add_argument("--data", type=Path, default=DATA_PATH, help="CSV of labelled samples")
    parser.add_argument("--schema", type=Path, default=Path(DEFAULT_SCHEMA_PATH))
    parser.add_argument("--out", type=Path, default=ROOT / "artifact")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
