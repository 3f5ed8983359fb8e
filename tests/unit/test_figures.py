import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from training.evaluation.calibration import (
    calibration_curve,
    calibration_error,
    calibration_line,
    calibration_offset,
    ideal_calibration_error,
    shape_p_value,
)
from training.evaluation.curves import likelihood_ratios, prevalences
from training.evaluation.figures import Predicted, measure, sets_of


def judged_of(seed, count=400):
    random = np.random.default_rng(seed)
    positive = random.random(count) < 0.35
    odds = np.where(positive, 1.5, -1.5) + 1.5 * random.standard_normal(count)
    probability = 1 / (1 + np.exp(-odds))
    return Predicted(
        positive, probability, probability >= 0.2, probability <= 0.9, probability >= 0.1
    )


@pytest.mark.parametrize("seed", range(3))
def test_figures_equal_those_of_scikit_learn(seed):
    judged = judged_of(seed)

    found = measure(judged, np.ones(400))

    label = judged.probability >= 0.5
    assert found["accuracy_at_half"] == pytest.approx((label == judged.positive).mean())
    assert found["accuracy"] == pytest.approx((judged.called == judged.positive).mean())
    assert found["auc"] == pytest.approx(roc_auc_score(judged.positive, judged.probability))
    assert found["log_loss"] == pytest.approx(log_loss(judged.positive, judged.probability))
    assert found["brier"] == pytest.approx(brier_score_loss(judged.positive, judged.probability))


def test_a_weight_of_two_counts_like_a_sample_twice():
    judged = judged_of(1)
    weights = np.random.default_rng(0).integers(0, 3, 400)
    repeated = Predicted(*(np.repeat(column, weights) for column in judged))

    weighted = measure(judged, weights.astype(float))
    counted = measure(repeated, np.ones(weights.sum()))

    # A test of samples that count as independent has no value for samples that are repeated
    del weighted["calibration_shape"], counted["calibration_shape"]
    assert weighted == pytest.approx(counted)


def test_sensitivity_is_read_where_the_specificity_is_kept():
    judged = judged_of(2)

    found = measure(judged, np.ones(400))["sensitivity_at_specificity_95"]

    best = max(
        (judged.probability[judged.positive] >= cut).mean()
        for cut in np.append(judged.probability, 1.1)
        if (judged.probability[~judged.positive] < cut).mean() >= 0.95
    )
    assert found == pytest.approx(best)


def test_the_calibration_line_is_the_logistic_regression_on_the_log_odds():
    judged = judged_of(3)
    odds = np.log(judged.probability / (1 - judged.probability))[:, None]
    expected = LogisticRegression(C=np.inf, tol=1e-10).fit(odds, judged.positive)

    intercept, slope = calibration_line(judged.positive, judged.probability, np.ones(400))

    assert intercept == pytest.approx(expected.intercept_[0], abs=1e-4)
    assert slope == pytest.approx(expected.coef_[0, 0], abs=1e-4)


def test_completely_separated_classes_have_no_calibration_line():
    positive = np.arange(40) >= 20
    probability = np.where(positive, 0.9, 0.1) + np.linspace(-0.05, 0.05, 40)

    assert np.isnan(calibration_line(positive, probability, np.ones(40))).all()


def test_a_calibrated_model_shows_its_ideal_calibration_error():
    random = np.random.default_rng(5)
    probability = random.random(5_000)
    positive = random.random(5_000) < probability

    found = calibration_error(positive, probability, np.ones(5_000))
    ideal = ideal_calibration_error(probability, random)

    assert found == pytest.approx(ideal, abs=0.01)
    assert calibration_error(positive, probability**3, np.ones(5_000)) > 5 * ideal


def test_set_figures_count_what_the_sets_hold():
    judged = Predicted(
        positive=np.array([True, True, True, False, False]),
        probability=np.array([0.9, 0.5, 0.1, 0.1, 0.5]),
        called=np.array([True, True, False, False, True]),
        negative_possible=np.array([False, True, True, True, True]),
        positive_possible=np.array([True, True, False, False, True]),
    )

    found = measure(judged, np.ones(5))

    assert found["coverage_positive"] == pytest.approx(2 / 3)
    assert found["coverage_negative"] == 1
    assert found["inconclusive"] == pytest.approx(2 / 5)
    assert found["conclusive_accuracy"] == pytest.approx(2 / 3)
    assert found["nested_sensitivity"] == pytest.approx(2 / 3)
    assert found["nested_specificity"] == pytest.approx(1 / 2)


def calibrated(seed, bend=1.0):
    """Labels drawn from the probabilities, which are then bent."""
    random = np.random.default_rng(seed)
    probability = 1 / (1 + np.exp(-2.5 * random.standard_normal(700)))
    return random.random(700) < probability, probability**bend


def test_the_test_of_shape_finds_a_bend_that_the_line_hides():
    values = [shape_p_value(*calibrated(seed)) for seed in range(40)]

    assert np.mean(np.array(values) < 0.05) < 0.2
    assert all(shape_p_value(*calibrated(seed, bend=2.0)) < 0.01 for seed in range(10))


def test_the_calibration_curve_lies_in_its_band_and_on_the_diagonal_of_a_calibrated_model():
    positive, probability = calibrated(7)
    weights = np.random.default_rng(0).poisson(1, (100, 700)).astype(float)

    curve = calibration_curve(positive, probability, weights)

    assert all(point["low"] <= point["observed"] <= point["high"] for point in curve)
    inside = [point["low"] <= point["predicted"] <= point["high"] for point in curve]
    assert np.mean(inside) > 0.9


def test_without_an_overlap_there_is_no_calibration_curve():
    positive = np.arange(100) >= 50
    probability = np.where(positive, 0.9, 0.1) + np.linspace(-0.05, 0.05, 100)

    assert calibration_curve(positive, probability, np.ones((5, 100))) == []


def test_the_offset_makes_the_mean_right():
    positive, probability = calibrated(3)
    shifted = 1 / (1 + np.exp(-(np.log(probability / (1 - probability)) - 0.8)))

    offset = calibration_offset(positive, shifted)

    moved = 1 / (1 + np.exp(-(np.log(shifted / (1 - shifted)) + offset)))
    assert moved.mean() == pytest.approx(positive.mean())
    assert np.isnan(calibration_offset(np.ones(3, bool), np.full(3, 0.5)))


def test_predictive_values_are_counts_of_a_population():
    figures = {"nested_sensitivity": 0.99, "nested_specificity": 0.96}

    row = next(row for row in prevalences(figures, 0.345) if row["prevalence"] == 0.1)

    # Of 10,000: 1,000 positive, 990 found; 9,000 negative, 360 called positive
    assert row["positive_predictive"] == pytest.approx(990 / (990 + 360))
    assert row["negative_predictive"] == pytest.approx(8640 / (8640 + 10))
    ratios = likelihood_ratios(figures)
    assert ratios == pytest.approx({"positive": 0.99 / 0.04, "negative": 0.01 / 0.96})


def test_sets_of_several_runs_are_averaged():
    positive = np.array([True, False])
    runs = [
        {"positive_possible": [True, False], "negative_possible": [False, True]},
        {"positive_possible": [False, False], "negative_possible": [True, True]},
    ]

    assert sets_of(positive, runs)["coverage_positive"] == pytest.approx(0.5)
    assert sets_of(positive, []) is None
