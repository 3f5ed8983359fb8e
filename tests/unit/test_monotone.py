import json

import numpy as np
import pytest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from cytology.schema import load_schema, parse_schema
from training.fit import positive_probabilities
from training.monotone import fit_monotone

schema = load_schema()


def steps_of(pipeline, count):
    return np.diff(pipeline[-1].coef_.reshape(count, -1), axis=1)


@pytest.mark.parametrize("evenness", [0.1, 1.0, 30.0])
def test_no_step_goes_against_its_promised_direction(dataset, evenness):
    pipeline = fit_monotone(
        dataset.scores, dataset.labels, schema, regularisation=1.0, evenness=evenness
    )

    assert (steps_of(pipeline, 9) >= 0).all()


def test_the_promise_holds_where_the_positive_class_comes_first(dataset):
    mirrored = schema._replace(
        positive="benign",
        features=tuple(feature._replace(direction=-1) for feature in schema.features),
    )

    one = fit_monotone(dataset.scores, dataset.labels, schema, regularisation=1.0, evenness=1.0)
    other = fit_monotone(dataset.scores, dataset.labels, mirrored, regularisation=1.0, evenness=1.0)

    assert positive_probabilities(other, dataset.scores, mirrored) == pytest.approx(
        1 - positive_probabilities(one, dataset.scores, schema)
    )


def test_a_promised_fall_is_kept_and_an_unpromised_direction_is_free():
    random = np.random.default_rng(1)
    scores = random.integers(1, 5, (400, 2)).astype(float)
    # Both features raise the storm's odds in truth; the schema promises that the first lowers them
    storm = scores.sum(axis=1) + random.normal(0, 1, 400) > 5
    labels = np.where(storm, "storm", "calm")
    own = parse_schema(
        json.dumps(
            {
                "classes": [{"name": "calm", "code": 0}, {"name": "storm", "code": 1}],
                "positive": "storm",
                "features": [
                    {"name": "a", "min": 1, "max": 4, "direction": -1},
                    {"name": "b", "min": 1, "max": 4},
                ],
            }
        )
    )

    steps = steps_of(fit_monotone(scores, labels, own, regularisation=1.0, evenness=1.0), 2)

    assert (steps[0] <= 0).all()
    assert steps[1].sum() > 1


def test_very_even_steps_are_those_of_plain_logistic_regression(dataset):
    even = fit_monotone(dataset.scores, dataset.labels, schema, regularisation=0.3, evenness=1e5)
    plain = make_pipeline(
        SimpleImputer(strategy="median"), StandardScaler(), LogisticRegression(C=0.3)
    ).fit(dataset.scores, dataset.labels)

    difference = even.predict_proba(dataset.scores) - plain.predict_proba(dataset.scores)
    assert np.abs(difference).max() < 5e-3


def test_a_median_between_two_scores_counts_as_the_lower(dataset):
    scores = np.array([[1.0], [2.0], [3.0], [4.0], [np.nan]] * 10)
    labels = np.where(np.nan_to_num(scores[:, 0], nan=2) > 2, "storm", "calm")
    own = parse_schema(
        json.dumps(
            {
                "classes": [{"name": "calm", "code": 0}, {"name": "storm", "code": 1}],
                "positive": "storm",
                "features": [{"name": "a", "min": 1, "max": 4, "may_be_missing": True}],
            }
        )
    )

    pipeline = fit_monotone(scores, labels, own, regularisation=1.0, evenness=1.0)

    missing, two = pipeline.predict_proba(np.array([[np.nan], [2.0]]))
    assert missing.tolist() == two.tolist()
