"""Whole weights: what the sheet of paper says is what the pipeline answers."""

import numpy as np
import pytest

from cytology.schema import load_schema
from training.candidates import CANDIDATES
from training.evaluation.paper import paper_sheet
from training.fit import positive_probabilities
from training.whole_weights import weights_of

schema = load_schema()


@pytest.fixture(scope="module")
def fitted(dataset):
    candidate = CANDIDATES["whole-weights"](schema)
    return candidate.fit(candidate.settings[-1], dataset.scores, dataset.labels)


def test_weights_are_whole_and_at_most_three(fitted):
    weights, slope = weights_of(fitted)

    assert set(weights.tolist()) <= {0, 1, 2, 3}
    assert slope > 0


def test_the_probability_depends_on_the_total_alone(fitted, dataset):
    weights, slope = weights_of(fitted)
    known = dataset.scores[~np.isnan(dataset.scores).any(axis=1)]
    odds = fitted[-1].intercept_[0] + slope * (known @ weights)

    assert positive_probabilities(fitted, known, schema) == pytest.approx(1 / (1 + np.exp(-odds)))


def test_a_weight_against_its_direction_is_zero(dataset):
    first = schema.features[0]._replace(direction=-1)
    turned = schema._replace(features=(first, *schema.features[1:]))
    candidate = CANDIDATES["whole-weights"](turned)

    pipeline = candidate.fit(candidate.settings[-1], dataset.scores, dataset.labels)

    assert weights_of(pipeline)[0][0] == 0


def test_the_sheet_calls_positive_from_the_threshold_on(dataset):
    sheet = paper_sheet(dataset, schema)

    probabilities = {int(total): p for total, p in sheet["probabilities"].items()}
    called = [total for total, p in probabilities.items() if p >= sheet["threshold"]]
    assert sheet["positive_from"] == min(called)
    assert sorted(probabilities) == list(range(sheet["lowest"], sheet["highest"] + 1))
    assert list(probabilities.values()) == sorted(probabilities.values())
    assert sheet["inconclusive_from"] <= sheet["positive_from"] <= sheet["inconclusive_to"]


def test_a_feature_without_a_direction_leaves_no_sheet(dataset):
    free = schema.features[0]._replace(direction=0)

    assert paper_sheet(dataset, schema._replace(features=(free, *schema.features[1:]))) is None
