"""Reasons of models that are no sum, computed a second way."""

import itertools
import math
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cytology import explanation
from cytology.artifact import load_artifact
from cytology.engine import MOST_QUESTIONS, ModelEngine
from cytology.prediction import logit
from runtime.engines import load_engine

SCORES = st.integers(1, 10)
ROWS = st.tuples(*[SCORES] * 5, SCORES | st.none(), *[SCORES] * 3)


@pytest.fixture(scope="module")
def forest(forest_dir):
    return load_engine(load_artifact(str(forest_dir)), "compiled")


@pytest.fixture(scope="module")
def medians(artifact):
    return artifact.decision.medians


def curved(row):
    """A probability that no sum of points gives, of complete rows and of others."""
    filled = [3 if score is None else score for score in row]
    twisted = filled[0] * filled[1] - filled[2] * filled[5] + filled[8]
    return 1 / (1 + math.exp(-(twisted / 15 - 0.5)))


@pytest.fixture
def engine(artifact):
    asked = Counter()

    def probabilities(rows):
        asked["rows"] += len(rows)
        return [curved(row) for row in rows]

    found = ModelEngine("compiled", probabilities, artifact.schema, artifact.decision)
    found.asked = asked
    return found


def shapley(row, medians, probability):
    """By definition: the mean over all orders of what each replacement adds."""
    moved = [i for i, score in enumerate(row) if score is not None and score != medians[i]]
    found, orders = [0.0] * len(row), list(itertools.permutations(moved))
    for order in orders:
        now = list(medians)
        for index in order:
            before = logit(probability(tuple(now)))
            now[index] = row[index]
            found[index] += (logit(probability(tuple(now))) - before) / len(orders)
    return found


@pytest.mark.parametrize("replaced", [0, 1, 2, 5])
def test_contributions_are_shapley_values(engine, medians, replaced):
    row = (*[9 if score < 9 else 2 for score in medians[:replaced]], *medians[replaced:])

    (answer,) = engine.predict([row], explain=True)

    assert answer.reasons.contributions == pytest.approx(shapley(row, medians, curved), abs=1e-12)
    assert answer.reasons.exact
    assert answer.reasons.reference == "training_median"


@settings(deadline=None, max_examples=25)
@given(row=ROWS)
def test_base_and_contributions_of_a_forest_sum_to_the_log_odds(forest, row):
    (answer,) = forest.predict([row], explain=True)
    total = answer.reasons.base + math.fsum(answer.reasons.contributions)
    # Close to 1 a probability holds fewer digits of its log-odds
    rounding = 1e-15 / max(1 - answer.probability, 1e-9)
    assert total == pytest.approx(logit(answer.probability), abs=1e-9 + rounding)


@settings(deadline=None, max_examples=15)
@given(row=ROWS)
def test_the_named_change_of_a_forest_is_the_nearest_one(forest, row, medians):
    (answer,) = forest.predict([row], explain=True)
    for index, named in enumerate(answer.reasons.what_would_change):
        others = [(*row[:index], score, *row[index + 1 :]) for score in range(1, 11)]
        labels = [found.label for found in forest.predict(others, explain=False)]
        turned = [score for score in range(1, 11) if labels[score - 1] != answer.label]
        to = medians[index] if row[index] is None else row[index]
        assert named == min(turned, key=lambda score: (abs(score - to), score), default=None)


def test_rows_explained_together_or_alone_get_the_same_reasons(forest):
    rows = [(5, 4, 4, 3, 2, 2, 3, 2, 1), (1,) * 9, (8, 7, 5, 10, 7, None, 5, 5, 4)]

    together = forest.predict(rows, explain=True)

    assert together == [forest.predict([row], explain=True)[0] for row in rows]


def test_fragility_is_the_share_of_re_scorings_with_another_label(forest):
    row = (5, 4, 4, 3, 2, 2, 3, 2, 1)
    moves = [[max(score - 1, 1), score, min(score + 1, 10)] for score in row]
    (answer,) = forest.predict([row], explain=True)

    every = [
        found.label for found in forest.predict(list(itertools.product(*moves)), explain=False)
    ]

    assert answer.reasons.fragility == pytest.approx(
        sum(label != answer.label for label in every) / len(every), abs=0.1
    )
    assert not answer.reasons.fragility_exact


def test_more_scores_than_orders_can_be_counted_for_are_drawn_and_marked(engine, monkeypatch):
    monkeypatch.setattr(explanation, "EXACT_FEATURES", 3)
    row = (9, 9, 9, 9, 9, 9, 9, 9, 9)
    (answer,) = engine.predict([row], explain=True)

    assert not answer.reasons.exact
    total = answer.reasons.base + math.fsum(answer.reasons.contributions)
    assert total == pytest.approx(logit(curved(row)), abs=1e-9)


def test_drawn_contributions_lie_near_the_exact_ones(engine, monkeypatch):
    row = (9, 9, 9, 9, 9, 9, 9, 9, 9)
    (exact,) = engine.predict([row], explain=True)
    monkeypatch.setattr(explanation, "EXACT_FEATURES", 3)
    (drawn,) = engine.predict([row], explain=True)

    assert drawn.reasons.contributions == pytest.approx(exact.reasons.contributions, abs=0.5)


def test_so_many_samples_are_explained_as_their_questions_allow(engine):
    rows = [tuple(row) for row in itertools.product([9, 7], repeat=9)][:200]

    answers = engine.predict(rows, explain=True)

    explained = [answer.reasons is not None for answer in answers]
    assert explained == sorted(explained, reverse=True)
    assert 10 < sum(explained) < len(rows)
    assert engine.asked["rows"] <= MOST_QUESTIONS + len(rows)
