import numpy as np
import pytest

from cytology.link import Link
from cytology.schema import load_schema
from training.candidates import CANDIDATES
from training.compile import (
    NotAdditive,
    as_rows,
    as_scorecard,
    compile_points,
    log_odds,
    prove_equal,
    training_weights,
)
from training.dataset import load_dataset
from training.decide import decide
from training.fit import positive_probabilities

schema = load_schema()
ADDITIVE = (
    "plain-sum",
    "logistic",
    "whole-weights",
    "monotone-additive",
    "one-hot",
    "spline",
    "boosted-stumps",
)


@pytest.fixture(scope="module")
def dataset():
    return load_dataset(schema)


@pytest.fixture(scope="module")
def decision(dataset):
    judged = np.where(dataset.labels == "malignant", 0.9, 0.1)
    return decide(judged, dataset, schema, Link())


@pytest.fixture(autouse=True)
def few_random_vectors(monkeypatch):
    monkeypatch.setattr("training.compile.RANDOM_VECTORS", 2_000)


def fitted(name, dataset):
    candidate = CANDIDATES[name](schema)
    return candidate.fit(candidate.settings[-1], dataset.scores, dataset.labels)


@pytest.mark.parametrize("name", ADDITIVE)
def test_an_additive_candidate_equals_its_scorecard(name, dataset, decision):
    pipeline = fitted(name, dataset)
    base, points = compile_points(pipeline, dataset.scores, schema)

    proof = prove_equal(
        pipeline, as_scorecard(base, points, schema, decision), dataset.scores, schema
    )

    assert proof.largest_difference <= 1e-12
    assert proof.rows > 2_000 + 683


@pytest.mark.parametrize("name", ["k-nearest", "support-vectors", "random-forest"])
def test_a_model_with_interactions_has_no_scorecard(name, dataset, decision):
    pipeline = fitted(name, dataset)
    base, points = compile_points(pipeline, dataset.scores, schema)

    with pytest.raises(NotAdditive, match="differ by"):
        prove_equal(pipeline, as_scorecard(base, points, schema, decision), dataset.scores, schema)


def test_one_tampered_point_breaks_the_proof(dataset, decision):
    pipeline = fitted("logistic", dataset)
    base, points = compile_points(pipeline, dataset.scores, schema)
    points[8][8] += 1e-9  # mitoses 9, which no sample has

    with pytest.raises(NotAdditive):
        prove_equal(pipeline, as_scorecard(base, points, schema, decision), dataset.scores, schema)


def test_points_are_centred_on_the_training_data(dataset, decision):
    pipeline = fitted("logistic", dataset)
    base, points = compile_points(pipeline, dataset.scores, schema)

    for values, (_, *shares) in zip(points, decision.weights, strict=True):
        assert np.dot(values, shares) == pytest.approx(0, abs=1e-12)
    known = dataset.scores[~np.isnan(dataset.scores).any(axis=1)]
    assert base == pytest.approx(log_odds(pipeline, known, schema).mean(), abs=0.05)


def test_log_odds_and_probabilities_say_the_same(dataset):
    for name in ("logistic", "support-vectors", "naive-bayes"):
        pipeline = fitted(name, dataset)
        odds = log_odds(pipeline, dataset.scores, schema)
        expected = positive_probabilities(pipeline, dataset.scores, schema)
        assert 1 / (1 + np.exp(-odds)) == pytest.approx(expected, abs=2e-9)


def test_a_unanimous_forest_has_finite_log_odds(dataset):
    assert np.isfinite(log_odds(fitted("extra-trees", dataset), dataset.scores, schema)).all()


def test_weights_are_the_shares_of_the_training_scores(dataset):
    weights = training_weights(dataset.scores, schema)

    assert [sum(shares) for shares in weights] == pytest.approx([1.0] * 9)
    assert weights[5][0] == pytest.approx(16 / 699)  # bare nuclei, missing
    assert weights[8][9] == 0  # mitoses is never 9


def test_rows_hold_integers_and_none():
    assert as_rows(np.array([[1.0, np.nan]])) == [(1, None)]
