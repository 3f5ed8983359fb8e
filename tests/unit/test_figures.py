import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, brier_score_loss, log_loss, roc_auc_score

from training.evaluation.figures import (
    Judged,
    calibration_error,
    calibration_line,
    ideal_calibration_error,
    measure,
)


def judged_of(seed, count=400):
    random = np.random.default_rng(seed)
    positive = random.random(count) < 0.35
    odds = np.where(positive, 1.5, -1.5) + 1.5 * random.standard_normal(count)
    probability = 1 / (1 + np.exp(-odds))
    return Judged(positive, probability, probability >= 0.2, probability <= 0.9, probability >= 0.1)


@pytest.mark.parametrize("seed", range(3))
def test_figures_equal_those_of_scikit_learn(seed):
    judged = judged_of(seed)

    found = measure(judged, np.ones(400))

    label = judged.probability >= 0.5
    assert found["accuracy"] == pytest.approx((label == judged.positive).mean())
    assert found["balanced_accuracy"] == pytest.approx(
        balanced_accuracy_score(judged.positive, label)
    )
    assert found["auc"] == pytest.approx(roc_auc_score(judged.positive, judged.probability))
    assert found["log_loss"] == pytest.approx(log_loss(judged.positive, judged.probability))
    assert found["brier"] == pytest.approx(brier_score_loss(judged.positive, judged.probability))


def test_a_weight_of_two_counts_like_a_sample_twice():
    judged = judged_of(1)
    weights = np.random.default_rng(0).integers(0, 3, 400)
    repeated = Judged(*(np.repeat(column, weights) for column in judged))

    weighted = measure(judged, weights.astype(float))
    counted = measure(repeated, np.ones(weights.sum()))

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
    judged = Judged(
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
