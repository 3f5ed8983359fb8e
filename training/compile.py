"""Turns a fitted additive pipeline into a scorecard, and proves that the two are equal."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from cytology.decision import Decision
from cytology.measurements import Row
from cytology.prediction import logit
from cytology.schema import Schema
from cytology.scorecard import Scorecard
from training.candidates import SEED
from training.fit import positive_probabilities, sign_of_positive

TOLERANCE = 1e-12
VARIATIONS = 10_000
RANDOM_VECTORS = 100_000


class NotAdditive(ValueError):
    """The pipeline is no sum of one term per feature, so no table can stand in for it."""


class Proof(NamedTuple):
    """Largest difference in probability between pipeline and scorecard, and over how many rows."""

    rows: int
    largest_difference: float


def log_odds(
    pipeline: Pipeline, scores: NDArray[np.float64], schema: Schema
) -> NDArray[np.float64]:
    """(n,) log-odds of the positive class, from decision_function where the model has one."""
    if hasattr(pipeline, "decision_function"):
        values: NDArray[np.float64] = pipeline.decision_function(scores)
        return values * sign_of_positive(pipeline, schema)
    # A forest can be unanimous: logit() cuts infinite log-odds where the service cuts them
    probabilities = positive_probabilities(pipeline, scores, schema)
    return np.array([logit(value) for value in probabilities.tolist()])


def training_weights(scores: NDArray[np.float64], schema: Schema) -> tuple[tuple[float, ...], ...]:
    """Per feature, the share of training rows at each value: missing first, then every score."""
    weights = []
    for column, feature in zip(scores.T, schema.features, strict=True):
        counts = [int(np.isnan(column).sum())]
        counts += [int((column == score).sum()) for score in feature.scores]
        weights.append(tuple(count / len(column) for count in counts))
    return tuple(weights)


def compile_points(
    pipeline: Pipeline, scores: NDArray[np.float64], schema: Schema
) -> tuple[float, list[list[float]]]:
    """Read the table off the pipeline: (base, points), points[i] = [missing, lowest … highest].

    Each entry is the change in log-odds when one feature moves and the others stay; points are
    centred so that their mean over the training rows is zero and ``base`` is the mean log-odds.
    """
    reference = np.nanmedian(scores, axis=0).round()
    start = float(log_odds(pipeline, reference[None, :], schema)[0])
    base = start
    points: list[list[float]] = []
    for index, feature in enumerate(schema.features):
        values = [np.nan, *feature.scores]
        varied = np.repeat(reference[None, :], len(values), axis=0)
        varied[:, index] = values
        steps = log_odds(pipeline, varied, schema) - start
        weights = training_weights(scores[:, [index]], schema._replace(features=(feature,)))[0]
        mean = float(np.dot(weights, steps))
        base += mean
        points.append([float(step) for step in steps - mean])
    return base, points


def as_scorecard(
    base: float, points: list[list[float]], schema: Schema, decision: Decision
) -> Scorecard:
    """The scorecard as the Lambda will load it."""
    tables: list[dict[int | None, float]] = []
    for feature, values in zip(schema.features, points, strict=True):
        table: dict[int | None, float] = dict(zip(feature.scores, values[1:], strict=True))
        if feature.may_be_missing:
            table[None] = values[0]
        tables.append(table)
    return Scorecard(base, tables, schema, decision)


def as_document(base: float, points: list[list[float]], schema: Schema) -> dict[str, Any]:
    """The scorecard as scorecard.json holds it; points of a missing score come first."""
    named = {
        feature.name: [values[0] if feature.may_be_missing else None, *values[1:]]
        for feature, values in zip(schema.features, points, strict=True)
    }
    return {"base": base, "points": named}


def prove_equal(
    pipeline: Pipeline, scorecard: Scorecard, scores: NDArray[np.float64], schema: Schema
) -> Proof:
    """Compare both on training rows, 100,000 random ones, and all one-feature variations of some.

    Raises
    ------
    NotAdditive
        Some probability differs by more than 1e-12.
    """
    random = _random_scores(schema, RANDOM_VECTORS)
    of_one = sum(len(feature.scores) + feature.may_be_missing for feature in schema.features)
    varied = _variations(random[: max(1, VARIATIONS // of_one)], schema)
    tried = np.vstack([scores, varied, random])
    expected = positive_probabilities(pipeline, tried, schema)
    found = [answer.probability for answer in scorecard.predict(as_rows(tried), explain=False)]
    largest = float(np.abs(expected - np.array(found)).max())
    if not largest <= TOLERANCE:
        raise NotAdditive(
            f"scorecard and pipeline differ by {largest:.3g} in probability; "
            f"at most {TOLERANCE:.0e} is allowed"
        )
    return Proof(len(tried), largest)


def as_rows(scores: NDArray[np.float64]) -> list[Row]:
    """(n, features) with NaN → rows of int or None, as the service handles them."""
    return [tuple(None if np.isnan(value) else int(value) for value in vector) for vector in scores]


def _random_scores(schema: Schema, count: int) -> NDArray[np.float64]:
    random = np.random.default_rng(SEED)
    columns = []
    for feature in schema.features:
        column = random.integers(feature.minimum, feature.maximum + 1, count).astype(float)
        if feature.may_be_missing:
            column[random.random(count) < 0.1] = np.nan
        columns.append(column)
    return np.column_stack(columns)


def _variations(vectors: NDArray[np.float64], schema: Schema) -> NDArray[np.float64]:
    varied = []
    for index, feature in enumerate(schema.features):
        values = [*feature.scores, *([np.nan] if feature.may_be_missing else [])]
        for value in values:
            copy = vectors.copy()
            copy[:, index] = value
            varied.append(copy)
    return np.vstack(varied)
