"""The joblib model itself, beside the compiled one."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cytology.artifact import load_artifact
from runtime.engines import load_engine
from tests.support.samples import draw_rows

SCORES = st.integers(1, 10)
ROWS = st.tuples(*[SCORES] * 5, SCORES | st.none(), *[SCORES] * 3)


@pytest.fixture(scope="module")
def engines(artifact):
    return load_engine(artifact, "compiled"), load_engine(artifact, "sklearn")


@pytest.fixture(scope="module")
def forest(forest_dir):
    return load_engine(load_artifact(str(forest_dir)), "sklearn")


@settings(deadline=None, max_examples=30)
@given(rows=st.lists(ROWS, min_size=1, max_size=20))
def test_both_engines_give_one_probability(engines, rows):
    card, reference = (engine.predict(rows, explain=False) for engine in engines)
    for ours, theirs in zip(card, reference, strict=True):
        assert ours.probability == pytest.approx(theirs.probability, abs=1e-12)
        assert ours.prediction_set == theirs.prediction_set
        assert ours.label == theirs.label


@settings(deadline=None, max_examples=20)
@given(row=ROWS)
def test_contributions_of_an_additive_model_are_its_points_less_the_median_s(
    engines, artifact, row
):
    medians = artifact.decision.medians
    (ours,), (theirs,), (median,) = (
        engines[0].predict([row], explain=True),
        engines[1].predict([row], explain=True),
        engines[0].predict([medians], explain=True),
    )
    # log-odds beyond this come from a probability that a float rounds to 1
    if None not in row and 1e-6 < ours.probability < 1 - 1e-6:
        pairs = zip(ours.reasons.contributions, median.reasons.contributions, strict=True)
        expected = [points - other for points, other in pairs]
        assert theirs.reasons.contributions == pytest.approx(expected, abs=1e-6)


@settings(deadline=None, max_examples=10)
@given(row=ROWS.filter(lambda row: row[5] is None))
def test_both_engines_give_one_range_for_a_missing_score(engines, row):
    (ours,), (theirs,) = (engine.predict([row], explain=False) for engine in engines)
    assert theirs.probability_range == pytest.approx(ours.probability_range, abs=1e-12)


def test_both_engines_name_the_same_nearest_changes(engines, schema):
    # With one gap at most, and one by one: a request asks the model a limited number of times
    rows = draw_rows(random.Random(1), 25, schema._replace(missing_at_most=1))
    pairs = [[engine.predict([row], explain=True)[0].reasons for engine in engines] for row in rows]

    for ours, theirs in pairs:
        assert ours.what_would_change == theirs.what_would_change
        assert ours.fragility == pytest.approx(theirs.fragility, abs=0.1)


def test_an_answer_that_one_step_can_turn_is_called_fragile_by_both_engines(engines):
    for engine in engines:
        (answer,) = engine.predict([(5, 4, 4, 3, 2, 2, 3, 2, 1)], explain=True)
        assert answer.reasons.fragility > 0.1
        assert "fragile" in [warning.code for warning in answer.warnings]
        (plain,) = engine.predict([(5, 4, 4, 3, 2, 2, 3, 2, 1)], explain=False)
        assert plain.reasons is None


def test_a_forest_answers_rows_in_their_order(forest):
    rows = [(1, 1, 1, 1, 2, 1, 1, 1, 1), (10, 10, 10, 10, 10, 10, 10, 10, 10)]
    labels = [answer.label for answer in forest.predict(rows, explain=True)]
    assert labels == ["benign", "malignant"]


def test_no_rows_give_no_answers(forest):
    assert forest.predict([], explain=True) == []
