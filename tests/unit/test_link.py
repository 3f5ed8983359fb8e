"""The calibration link: computed a second way, monotone, inverted, and learnt."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from cytology.link import Link
from training.link import apply_link, choose_link, fit_beta

NUMBERS = st.floats(0.0, 3.0)
LINKS = st.builds(Link, NUMBERS, NUMBERS, st.floats(-3.0, 3.0))


def halves(count):
    rows = np.arange(count)
    return [(rows[::2], rows[1::2]), (rows[1::2], rows[::2])]


@given(link=LINKS, raw=st.floats(-12, 12))
def test_the_probability_is_that_of_the_published_formula(link, raw):
    p = 1 / (1 + math.exp(-raw))
    odds = p**link.a / (1 - p) ** link.b * math.exp(link.c)

    assert link.probability(raw) == pytest.approx(odds / (1 + odds), rel=1e-6, abs=1e-12)


@given(link=LINKS, one=st.floats(-700, 700), other=st.floats(-700, 700))
def test_higher_log_odds_never_give_a_lower_probability(link, one, other):
    low, high = sorted((one, other))

    assert link.log_odds(low) <= link.log_odds(high) + 1e-9


@given(
    link=st.builds(Link, st.floats(0.3, 3.0), st.floats(0.3, 3.0), st.floats(-3, 3)),
    probability=st.floats(0.001, 0.999),
)
def test_the_inverse_gives_the_log_odds_back(link, probability):
    assert link.probability(link.raw_log_odds(probability)) == pytest.approx(probability)


def test_the_identity_changes_no_bit():
    assert [Link().log_odds(raw) for raw in (-3.3, 0.1, 40.0)] == [-3.3, 0.1, 40.0]


def test_the_vectorised_link_is_that_of_the_service():
    raw, link = np.linspace(-20, 20, 101), Link(1.9, 0.3, 2.0)

    assert apply_link(link, raw) == pytest.approx([link.probability(value) for value in raw])


def test_the_fit_is_the_logistic_regression_on_both_logarithms():
    random = np.random.default_rng(1)
    raw = 3 * random.standard_normal(4_000)
    truth = random.random(4_000) < apply_link(Link(1.5, 0.5, 0.7), raw)
    p = 1 / (1 + np.exp(-raw))
    terms = np.column_stack([np.log(p), -np.log(1 - p)])
    expected = LogisticRegression(C=np.inf, tol=1e-10).fit(terms, truth)

    link = fit_beta(raw, truth)

    assert [link.a, link.b] == pytest.approx(expected.coef_[0], abs=1e-3)
    assert link.c == pytest.approx(expected.intercept_[0], abs=1e-3)


def test_no_link_is_learnt_that_turns_the_order_round():
    raw = np.linspace(-3, 3, 200)

    link = fit_beta(raw, raw < 0)

    assert link.a >= 0
    assert link.b >= 0


def test_classes_that_are_told_apart_completely_give_finite_numbers():
    raw = np.linspace(-3, 3, 200)

    assert all(math.isfinite(number) for number in fit_beta(raw, raw > 0))


@pytest.mark.parametrize(("slope", "linked"), [(1.0, False), (3.0, True)])
def test_a_link_is_chosen_only_where_it_helps_on_held_out_folds(slope, linked):
    random = np.random.default_rng(3)
    raw = 2 * random.standard_normal(2_000)
    truth = random.random(2_000) < 1 / (1 + np.exp(-raw))

    link = choose_link(slope * raw, truth, halves(2_000))

    assert link.is_identity is not linked
