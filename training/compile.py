"""Compiles a fitted additive pipeline to a scorecard, and proves that the two are equal."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from cytology.decision import Decision
from cytology.prediction import logit, sigmoid
from cytology.schema import Schema
from cytology.scorecard import Scorecard
from training.candidates import SEED
from training.fit import positive_probabilities, sign_of_positive
from training.frequencies import as_rows

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
    """Read the table off the pipeline: (base, points), points[i] = [lowest … highest score].

    Each entry is the change in log-odds when one feature moves and the others stay. Points are
    centred so that their mean over the known training scores is zero; ``base`` is the mean log-odds
    under these means.
    """
    reference = np.nanmedian(scores, axis=0).round()
    start = float(log_odds(pipeline, reference[None, :], schema)[0])
    base = start
    points: list[list[float]] = []
    for index, feature in enumerate(schema.features):
        values = list(feature.scores)
        varied = np.repeat(reference[None, :], len(values), axis=0)
        varied[:, index] = values
        steps = log_odds(pipeline, varied, schema) - start
        counts = [(scores[:, index] == score).sum() for score in values]
        mean = float(np.average(steps, weights=counts))
        base += mean
        points.append([float(step) for step in steps - mean])
    return base, points


def as_scorecard(
    base: float, points: list[list[float]], schema: Schema, decision: Decision
) -> Scorecard:
    """The scorecard as the Lambda will load it.

    Parameters
    ----------
    base, points
        From :func:`compile_points`.
    schema, decision
        Of the same model.
    """
    tables: list[dict[int | None, float]] = [
        dict(zip(feature.scores, values, strict=True))
        for feature, values in zip(schema.features, points, strict=True)
    ]
    return Scorecard(base, tables, schema, decision)


def as_document(base: float, points: list[list[float]], schema: Schema) -> dict[str, Any]:
    """The scorecard as scorecard.json holds it."""
    return {"base": base, "points": dict(zip(schema.names, points, strict=True))}


def prove_equal(
    pipeline: Pipeline, scorecard: Scorecard, scores: NDArray[np.float64], schema: Schema
) -> Proof:
    """Compare both on training rows, 100,000 random ones, and all one-feature variations of some.

    The probabilities compared are those before the link; the link is in the scorecard's decision
    alone. Rows with a missing score are left out: the service averages over complete ones.

    Parameters
    ----------
    pipeline, scorecard
        The two that must be equal.
    scores
        (n, features) the training rows.
    schema
        The ranges that random rows are drawn from.

    Raises
    ------
    NotAdditive
        Some probability differs by more than 1e-12.
    """
    random = _random_scores(schema, RANDOM_VECTORS)
    of_one = sum(len(feature.scores) for feature in schema.features)
    varied = _variations(random[: max(1, VARIATIONS // of_one)], schema)
    known = scores[~np.isnan(scores).any(axis=1)]
    tried = np.vstack([known, varied, random])
    expected = positive_probabilities(pipeline, tried, schema)
    found = [sigmoid(scorecard.logit(row)) for row in as_rows(tried)]
    largest = float(np.abs(expected - np.array(found)).max())
    if not largest <= TOLERANCE:
        raise NotAdditive(
            f"scorecard and pipeline differ by {largest:.3g} in probability; "
            f"at most {TOLERANCE:.0e} is allowed"
        )
    return Proof(len(tried), largest)


def _random_scores(schema: Schema, count: int) -> NDArray[np.float64]:
    random = np.random.default_rng(SEED)
    columns = []
    for feature in schema.features:
        column = random.integers(feature.minimum, feature.maximum + 1, count).astype(float)
        columns.append(column)
    return np.column_stack(columns)


def _variations(vectors: NDArray[np.float64], schema: Schema) -> NDArray[np.float64]:
    varied = []
    for index, feature in enumerate(schema.features):
        for value in feature.scores:
            copy = vectors.copy()
            copy[:, index] = value
            varied.append(copy)
    return np.vstack(varied)
