"""Learns a model: pipeline, link and decision, compiled to model.json."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from cytology.decision import Decision
from cytology.prediction import logit
from cytology.schema import Schema
from training.candidates import CANDIDATES, Setting
from training.compiled import Compiled, compile_model
from training.dataset import Dataset
from training.decide import decide
from training.fit import TUNING_FOLDS, fit, positive_probabilities, predict_as_served

#: What is trained unless another estimator is asked for; the evaluation's choice must agree.
DEFAULT_ESTIMATOR = "logistic"


class Model(NamedTuple):
    """A fitted pipeline with its decision, compiled.

    ``out_of_fold`` (n,) holds the calibrated probabilities that the decision was learnt from.
    """

    estimator: str
    pipeline: Pipeline
    setting: Setting
    out_of_fold: NDArray[np.float64]
    refits: int
    decision: Decision
    compiled: Compiled

    def predict(self, scores: NDArray[np.float64], schema: Schema) -> NDArray[np.float64]:
        """(n,) calibrated probabilities, averaged over missing scores, as the service answers."""
        return predict_as_served(self.pipeline, scores, schema, self.decision)


def count_fits(estimator: str, schema: Schema, folds: int = TUNING_FOLDS) -> int:
    """How often :func:`learn`, or a tuning on other folds, calls ``tick``."""
    candidate = CANDIDATES[estimator](schema)
    return len(candidate.settings) * candidate.repeats * folds


def learn(
    estimator: str,
    dataset: Dataset,
    schema: Schema,
    tick: Callable[[], object] = lambda: None,
    *,
    setting: Setting | None = None,
    random_rows: int | None = None,
) -> Model:
    """Tune and fit the named candidate, learn its decision, and compile it.

    Parameters
    ----------
    estimator
        A name in :data:`training.candidates.CANDIDATES`.
    dataset, schema
        What to learn from.
    tick
        Called after every tuning fit.
    setting
        Of the candidate, where it has been tuned already: half the folds are enough then.
    random_rows
        Rows that the proof draws; left out: its own number.

    Raises
    ------
    training.fit.WrongDirection
        No setting keeps the directions that the schema promises.
    """
    candidate, folds = CANDIDATES[estimator](schema), TUNING_FOLDS
    if setting is not None:
        candidate, folds = candidate._replace(settings=(setting,), repeats=1), TUNING_FOLDS // 2
    # One thread: sums in a fixed order, and no threads that outnumber the cores
    with threadpool_limits(1):
        fitted = fit(candidate, dataset, schema, folds=folds, tick=tick)
        learnt = decide(fitted.out_of_fold, dataset, schema, fitted.link)
        compiled = compile_model(fitted.pipeline, dataset, schema, learnt, random_rows)
        decision = with_base(learnt, compiled, fitted.pipeline, dataset, schema)
    return Model(
        estimator,
        fitted.pipeline,
        fitted.setting,
        fitted.out_of_fold,
        fitted.refits,
        decision,
        compiled,
    )


def with_base(
    decision: Decision, compiled: Compiled, pipeline: Pipeline, dataset: Dataset, schema: Schema
) -> Decision:
    """Return the decision with the mean log-odds of the data set's rows."""
    scorecard = compiled.scorecard(schema, decision)
    if scorecard is not None:
        return decision._replace(base=scorecard.base)
    answers = positive_probabilities(pipeline, dataset.scores, schema)
    return decision._replace(base=float(np.mean([logit(answer) for answer in answers.tolist()])))
