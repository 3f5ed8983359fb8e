"""Learns a model: pipeline, link, decision, and the scorecard where the model is additive."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from cytology.decision import Decision
from cytology.schema import Schema
from cytology.scorecard import Scorecard
from training.candidates import CANDIDATES, Setting
from training.compile import (
    NotAdditive,
    Proof,
    as_document,
    as_scorecard,
    compile_points,
    log_odds,
    prove_equal,
)
from training.compiled import Compiled, compile_model
from training.dataset import Dataset
from training.decide import decide
from training.fit import TUNING_FOLDS, fit, predict_as_served

#: What is trained unless another estimator is asked for; the evaluation's choice must agree.
DEFAULT_ESTIMATOR = "logistic"


class Card(NamedTuple):
    """A compiled scorecard, as its file holds it, and the proof that it equals its pipeline."""

    scorecard: Scorecard
    document: dict[str, Any]
    proof: Proof


class Model(NamedTuple):
    """A fitted pipeline with its decision; ``card`` is None where the model is not additive.

    ``out_of_fold`` (n,) holds the calibrated probabilities that the decision was learnt from.
    """

    estimator: str
    pipeline: Pipeline
    setting: Setting
    out_of_fold: NDArray[np.float64]
    refits: int
    decision: Decision
    card: Card | None
    compiled: Compiled = Compiled()

    def predict(self, scores: NDArray[np.float64], schema: Schema) -> NDArray[np.float64]:
        """(n,) calibrated probabilities, averaged over missing scores, as the service answers."""
        return predict_as_served(self.pipeline, scores, schema, self.decision)


def count_fits(estimator: str, schema: Schema) -> int:
    """How often :func:`learn` calls ``tick``."""
    candidate = CANDIDATES[estimator](schema)
    return len(candidate.settings) * candidate.repeats * TUNING_FOLDS


def learn(
    estimator: str,
    dataset: Dataset,
    schema: Schema,
    tick: Callable[[], object] = lambda: None,
) -> Model:
    """Tune and fit the named candidate, learn its decision, and compile it if it is additive.

    Parameters
    ----------
    estimator
        A name in :data:`training.candidates.CANDIDATES`.
    dataset, schema
        What to learn from.
    tick
        Called after every tuning fit.

    Raises
    ------
    training.fit.WrongDirection
        No setting keeps the directions that the schema promises.
    """
    # One thread: sums in a fixed order, and no threads that outnumber the cores
    with threadpool_limits(1):
        fitted = fit(CANDIDATES[estimator](schema), dataset, schema, tick=tick)
        learnt = decide(fitted.out_of_fold, dataset, schema, fitted.link)
        decision, card = _compile(fitted.pipeline, dataset, schema, learnt)
        compiled = Compiled() if card else compile_model(fitted.pipeline, dataset, schema, decision)
    return Model(
        estimator,
        fitted.pipeline,
        fitted.setting,
        fitted.out_of_fold,
        fitted.refits,
        decision,
        card,
        compiled,
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
    document = as_document(base, points, schema)
    return decision._replace(base=base), Card(scorecard, document, proof)
