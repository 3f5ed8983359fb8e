import numpy as np
import pytest
from crepes import ConformalClassifier
from hypothesis import given, settings
from hypothesis import strategies as st

from cytology.link import Link
from cytology.schema import load_schema
from training.decide import (
    LEVEL,
    choose_threshold,
    decide,
    learn_limits,
    negative_limit,
    positive_limit,
)

schema = load_schema()


def judged_of(dataset, seed):
    """Out-of-fold probabilities as a fair model would give: overlapping, no two alike."""
    random = np.random.default_rng(seed)
    odds = np.where(dataset.labels == "malignant", 3.0, -3.0) + 1.8 * random.standard_normal(699)
    return 1 / (1 + np.exp(-odds))


@pytest.mark.parametrize("seed", range(5))
def test_prediction_sets_equal_those_of_crepes(dataset, seed):
    judged = judged_of(dataset, seed)
    decision = decide(judged, dataset, schema, Link())
    tried = np.random.default_rng(seed + 100).random(2_000)

    # Independent: crepes computes p-values per class from nonconformity 1 - p(class)
    both = np.column_stack([1 - judged, judged])
    classes = np.array([schema.negative, schema.positive])
    mine = np.searchsorted([schema.negative, schema.positive], dataset.labels)
    conformal = ConformalClassifier()
    conformal.fit(1 - both[np.arange(699), mine], bins=dataset.labels)
    p_values = np.column_stack(
        [
            conformal.predict_p(
                np.column_stack([tried, 1 - tried]),
                bins=np.full(tried.size, name),
                smoothing=False,
            )[:, index]
            for index, name in enumerate(classes)
        ]
    )
    expected = p_values > 1 - LEVEL

    found = [decision.prediction_set(p) for p in tried.tolist()]
    assert [schema.negative in names for names in found] == expected[:, 0].tolist()
    assert [schema.positive in names for names in found] == expected[:, 1].tolist()


def test_the_threshold_calls_ninety_nine_percent_of_the_positive_class(dataset):
    judged = judged_of(dataset, 1)
    positive = judged[dataset.labels == "malignant"]

    threshold = choose_threshold(positive)

    assert (positive < threshold).sum() == 2  # one in a hundred of 241
    assert not np.isclose(positive, threshold).any()


def test_with_fewer_than_a_hundred_positive_samples_none_is_missed():
    positive = np.linspace(0.2, 0.9, 50)

    assert choose_threshold(positive) == pytest.approx(0.1)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(0.01, 0.99), min_size=99, max_size=300, unique=True))
def test_each_class_keeps_its_coverage_on_its_own_scores(scores):
    values = np.array(scores)

    assert (values >= positive_limit(values)).mean() >= LEVEL - 1 / values.size
    assert (values <= negative_limit(values)).mean() >= LEVEL - 1 / values.size


@pytest.mark.parametrize("count", [99, 199, 241, 299])
def test_a_label_is_always_in_its_own_set(count):
    # With 199 positive samples the conformal limit lies above the threshold
    random = np.random.default_rng(count)
    positive = np.arange(600) < count
    probability = 1 / (1 + np.exp(-np.where(positive, 3, -3) - 2 * random.standard_normal(600)))

    limits = learn_limits(probability, positive)

    assert limits.positive_at_least <= limits.threshold <= limits.negative_at_most


def test_too_few_scores_rule_no_class_out():
    few = np.linspace(0.1, 0.9, 50)

    assert positive_limit(few) == 0.0
    assert negative_limit(few) == 1.0
