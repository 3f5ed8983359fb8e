import math

import numpy as np
import pytest

from cytology.schema import load_schema
from training.dataset import as_rows
from training.frequencies import learn_familiarity

schema = load_schema()


@pytest.fixture(scope="module")
def familiarity(dataset):
    return learn_familiarity(dataset, schema)


def test_one_training_sample_in_twenty_is_unusual(dataset, familiarity):
    rows = as_rows(dataset.scores)

    flagged = sum(familiarity.is_unusual(row) for row in rows)

    assert flagged / len(rows) == pytest.approx(0.05, abs=0.003)


def test_log_likelihood_is_that_of_naive_bayes_in_the_likeliest_class(dataset, familiarity):
    row = (5, 4, 4, 5, 7, 10, 3, 2, 1)

    by_hand = []
    for name in schema.class_names:
        members = dataset.scores[dataset.labels == name]
        total = math.log(len(members) / 699)
        for column, score in zip(members.T, row, strict=True):
            known = column[~np.isnan(column)]
            total += math.log(((known == score).sum() + 1) / (known.size + 10))
        by_hand.append(total)

    found = familiarity.log_likelihood(row)
    assert found == pytest.approx(max(by_hand), abs=1e-3)


def test_random_scores_are_mostly_unusual(familiarity):
    random = np.random.default_rng(1)
    rows = [tuple(row) for row in random.integers(1, 11, (500, 9)).tolist()]

    flagged = sum(familiarity.is_unusual(row) for row in rows)

    assert flagged / len(rows) > 0.6


def test_a_missing_score_alone_does_not_make_a_sample_unusual(familiarity):
    assert not familiarity.is_unusual((1, 1, 1, 1, 2, None, 1, 1, 1))


def test_a_sample_on_the_limit_itself_is_usual(familiarity):
    row = (5, 4, 4, 5, 7, 10, 3, 2, 1)
    exact = familiarity.log_likelihood(row)

    assert not familiarity._replace(limit=exact).is_unusual(row)
    assert familiarity._replace(limit=exact + 1e-9).is_unusual(row)
