import numpy as np
import pytest

from cytology.link import Link
from cytology.schema import load_schema
from training.candidates import CANDIDATES
from training.compiled import compile_model
from training.dataset import as_rows
from training.decide import decide
from training.frequencies import count_levels, learn_levels

schema = load_schema()
ADDITIVE = (
    "plain-sum",
    "naive-bayes",
    "logistic",
    "whole-weights",
    "monotone-additive",
    "one-hot",
    "spline",
    "boosted-stumps",
)


@pytest.fixture(scope="module")
def decision(dataset):
    judged = np.where(dataset.labels == "malignant", 0.9, 0.1)
    return decide(judged, dataset, schema, Link())


@pytest.fixture(autouse=True)
def few_random_rows(monkeypatch):
    monkeypatch.setattr("training.compiled.RANDOM_ROWS", 2_000)


def compiled(name, dataset, decision):
    candidate = CANDIDATES[name](schema)
    pipeline = candidate.fit(candidate.settings[-1], dataset.scores, dataset.labels)
    return compile_model(pipeline, dataset, schema, decision)


@pytest.mark.parametrize("name", ADDITIVE)
def test_an_additive_candidate_is_a_proven_scorecard(name, dataset, decision):
    found = compiled(name, dataset, decision)

    assert found.scorecard(schema, decision) is not None
    assert found.proof.largest_difference <= 1e-12
    assert found.proof.rows > 2_000 + 683


@pytest.mark.parametrize("name", sorted(CANDIDATES.keys() - {*ADDITIVE, "k-nearest"}))
def test_any_other_candidate_compiles_and_is_no_scorecard(name, dataset, decision):
    found = compiled(name, dataset, decision)

    assert found.proof.largest_difference <= 1e-12
    assert found.proof.bit_equal or "forest" not in name
    assert found.scorecard(schema, decision) is None


def test_a_model_that_does_not_compile_has_the_reason(dataset, decision):
    found = compiled("k-nearest", dataset, decision)

    assert (found.document, found.proof) == (None, None)
    assert "breaks ties" in found.refusal


def test_a_model_that_differs_from_its_classifier_is_refused(dataset, decision, monkeypatch):
    def tampered(*arguments):
        document = compile_classifier(*arguments)
        document["tables"][8]["points"][8] += 2**20  # mitoses 9, which no sample has
        return document

    from training.compile import compile_classifier

    monkeypatch.setattr("training.compiled.compile_classifier", tampered)

    assert "differ" in compiled("logistic", dataset, decision).refusal


def test_points_are_centred_on_the_training_data(dataset, decision):
    card = compiled("logistic", dataset, decision).scorecard(schema, decision)

    for values, (_, *shares) in zip(card.by_name().values(), decision.weights, strict=True):
        assert np.dot(values, shares) == pytest.approx(0, abs=1e-12)


def test_weights_are_the_shares_of_the_training_scores(dataset):
    weights = count_levels(dataset.scores, learn_levels(dataset.scores, schema))

    assert [sum(shares) for shares in weights] == pytest.approx([1.0] * 9)
    assert weights[5][0] == pytest.approx(16 / 699)  # bare nuclei, missing
    assert weights[8][9] == 0  # mitoses is never 9


def test_rows_hold_integers_and_none():
    assert as_rows(np.array([[1.0, np.nan]])) == [(1, None)]
