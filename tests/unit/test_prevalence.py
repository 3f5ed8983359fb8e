"""Another prevalence: Bayes' rule on a counted population, and a label that stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cytology.prediction import Prediction
from cytology.prevalence import at_prevalence

ANSWER = Prediction("storm", 0.4, ("calm", "storm"), 0.2, (0.1, 0.8), None, (), 0.99)


@given(probability=st.floats(0.01, 0.99), other=st.floats(0.01, 0.99))
def test_the_probability_is_that_of_a_population_with_other_shares(probability, other):
    # Of 1000 samples 345 are positive; the probability says how often these scores occur in each
    # class. Count again with another share of positives.
    trained = 0.345
    in_positive = probability / trained
    in_negative = (1 - probability) / (1 - trained)
    expected = in_positive * other / (in_positive * other + in_negative * (1 - other))

    moved = at_prevalence(ANSWER._replace(probability=probability), other, trained)

    assert moved.probability == pytest.approx(expected)


@given(other=st.floats(0.001, 0.999))
def test_label_set_and_order_stay(other):
    moved = at_prevalence(ANSWER, other, 0.345)

    assert (moved.label, moved.prediction_set) == (ANSWER.label, ANSWER.prediction_set)
    assert moved.probability_range[0] < moved.threshold < moved.probability
    assert moved.probability < moved.probability_range[1]


def test_the_training_data_s_own_prevalence_changes_nothing():
    moved = at_prevalence(ANSWER, 0.345, 0.345)

    assert moved.probability == pytest.approx(ANSWER.probability)
    assert (
        at_prevalence(ANSWER._replace(probability_range=None), 0.1, 0.3).probability_range is None
    )
