"""Missing scores: the average over what they could be, computed a second way."""

import itertools
import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cytology import missing
from cytology.compiled import load_compiled
from cytology.familiarity import Familiarity
from cytology.levels import levels_of
from cytology.missing import Fillings, Frequencies, average
from cytology.schema import parse_schema
from training.missing import predict_with_gaps

SCHEMA = parse_schema(
    json.dumps(
        {
            "classes": [{"name": "calm", "code": 0}, {"name": "storm", "code": 1}],
            "positive": "storm",
            "features": [{"name": name, "min": 1, "max": 3} for name in ("wind", "cloud")],
        }
    )
)
#: Shares of the scores 1, 2 and 3 by class and feature; the prior is part of the first table.
SHARES = {"calm": ((0.7, 0.2, 0.1), (0.5, 0.3, 0.2)), "storm": ((0.1, 0.2, 0.7), (0.2, 0.2, 0.6))}
FREQUENCIES = Frequencies(
    SCHEMA,
    Familiarity(
        0.0,
        tuple(
            tuple(
                (0.0, *(math.log(share) + prior * (index == 0) for share in shares))
                for index, shares in enumerate(SHARES[name])
            )
            for name, prior in (("calm", -0.5), ("storm", -0.9))
        ),
        levels_of(SCHEMA.features, {}),
    ),
)


def test_each_filling_has_the_share_of_its_class():
    found = FREQUENCIES.fillings((None, 2))

    assert found.rows == [(1, 2), (2, 2), (3, 2)]
    assert found.negative == pytest.approx(SHARES["calm"][0])
    assert found.positive == pytest.approx(SHARES["storm"][0])


def test_two_gaps_count_as_independent_within_a_class():
    found = FREQUENCIES.fillings((None, None))

    assert found.rows == list(itertools.product((1, 2, 3), repeat=2))
    assert found.positive[5] == pytest.approx(0.2 * 0.6)
    assert sum(found.negative) == pytest.approx(1.0)


@settings(deadline=None)
@given(st.lists(st.floats(0.01, 0.99), min_size=3, max_size=3))
def test_the_average_weighs_both_classes_by_itself(probabilities):
    fillings = FREQUENCIES.fillings((None, 2))

    # Independently: iterate "what is the average if the positive class has this probability"
    found = 0.5
    for _ in range(1_000):
        weights = [
            found * p + (1 - found) * n
            for n, p in zip(fillings.negative, fillings.positive, strict=True)
        ]
        found = sum(w * q for w, q in zip(weights, probabilities, strict=True))

    assert average(probabilities, fillings) == pytest.approx(found, abs=1e-4)


def test_where_the_score_says_nothing_the_average_is_what_the_others_say():
    # A model whose probability does not depend on the missing score keeps it
    assert average([0.3, 0.3, 0.3], FREQUENCIES.fillings((None, 2))) == pytest.approx(0.3)


def test_a_score_that_decides_everything_leaves_nothing_known():
    assert average([0.0, 1.0], Fillings([], [1.0, 0.0], [0.0, 1.0], True)) == 0.5


def test_too_many_fillings_are_sampled_by_class(monkeypatch):
    exact = FREQUENCIES.fillings((None, None))
    monkeypatch.setattr(missing, "MAX_FILLINGS", 8)
    few = FREQUENCIES.fillings((None, None))
    monkeypatch.setattr(missing, "MAX_FILLINGS", 1_000)

    assert exact.complete
    assert not few.complete
    assert len(few.rows) == 16
    assert sum(few.positive) == pytest.approx(1.0)


def test_training_averages_as_the_service_does(artifact):
    scorecard = load_compiled(artifact)
    rows = [(5, 1, 1, 1, 2, None, 3, 1, 1), (1,) * 9, (3, None, 1, 1, 2, None, 3, 1, 1)]

    def predict(scores):
        filled = [tuple(int(score) for score in row) for row in scores]
        return np.array([a.probability for a in scorecard.predict(filled, explain=False)])

    found = predict_with_gaps(
        predict,
        np.array(rows, dtype=float),
        Frequencies(artifact.schema, artifact.decision.familiarity),
    )

    expected = [answer.probability for answer in scorecard.predict(rows, explain=False)]
    assert found == pytest.approx(expected, abs=1e-12)
