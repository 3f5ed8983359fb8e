"""Compiles a fitted classifier to model.json, and proves the two equal."""

from typing import Any, NamedTuple

from sklearn.pipeline import Pipeline

from cytology.decision import Decision
from cytology.prediction import sigmoid
from cytology.schema import Schema
from cytology.scorecard import Scorecard, is_additive, parse_scorecard
from training.compile import (
    CannotCompile,
    NotEqual,
    Proof,
    centre,
    columns_of,
    compile_classifier,
    prove,
)
from training.compile.inputs import Node
from training.dataset import Dataset, as_rows

#: Rows that the proof draws beside those of training and those at every cut.
RANDOM_ROWS = 1_000_000


class Compiled(NamedTuple):
    """The content of model.json with its proof, or the reason why there is none."""

    document: Node | None = None
    proof: Proof | None = None
    refusal: str | None = None

    @property
    def parity(self) -> dict[str, Any] | None:
        """What the manifest records of the proof."""
        return self.proof._asdict() if self.proof else None

    def lines(self) -> list[str]:
        """What a command prints of the proof, or of the reason why there is none."""
        found = []
        if self.proof:
            found.append(f"proved: {self.proof.summary}")
        if self.refusal:
            found.append(f"not compiled, so scikit-learn itself serves it: {self.refusal}")
        return found

    def scorecard(self, schema: Schema, decision: Decision) -> Scorecard | None:
        """Return the engine of an additive model; None for another."""
        if self.document is None or not is_additive(self.document):
            return None
        return parse_scorecard(self.document, schema, decision)


def compile_model(
    pipeline: Pipeline,
    dataset: Dataset,
    schema: Schema,
    decision: Decision,
    random_rows: int | None = None,
) -> Compiled:
    """Compile and prove; a model for which either fails is served by scikit-learn.

    Parameters
    ----------
    pipeline
        The fitted classifier.
    dataset, schema
        What it was fitted on.
    decision
        Holds the threshold at which labels must be equal.
    random_rows
        Rows that the proof draws; left out: RANDOM_ROWS.
    """
    columns, rows = columns_of(schema), as_rows(dataset.scores)
    positive = pipeline.classes_[schema.place_of_positive(pipeline.classes_)]
    try:
        document = centre(compile_classifier(pipeline, columns, positive), rows)
        proof = prove(
            pipeline,
            document,
            columns,
            rows,
            positive=positive,
            thresholds=(sigmoid(decision.cutoff),),
            random_rows=random_rows or RANDOM_ROWS,
        )
    except (CannotCompile, NotEqual) as error:
        return Compiled(refusal=str(error))
    return Compiled(document, proof)
