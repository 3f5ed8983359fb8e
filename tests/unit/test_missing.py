"""Missing scores: the average over what they could be, computed a second way."""

import itertools
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cytology import missing
from cytology.compiled import load_compiled
from cytology.levels import levels_of
from cytology.missing import Filler, Given, average
from cytology.schema import parse_schema
from training.dataset import Dataset
from training.missing import learn_filler, learn_given, predict_with_gaps

SCHEMA = parse_schema(
    json.dumps(
        {
            "classes": [{"name": "calm", "code": 0}, {"name": "storm", "code": 1}],
            "positive": "storm",
            "features": [
                {"name": name, "min": 1, "max": 3, "direction": 1, "may_be_missing": True}
                for name in ("wind", "cloud", "swell")
            ],
        }
    )
)
LEVELS = levels_of(SCHEMA.features, {})
STEADY = ((0.7, 0.2, 0.1), (0.2, 0.5, 0.3), (0.1, 0.1, 0.8))
FILLER = Filler(Given(((0.0, 0.5, 1.0),) * 3, (STEADY,) * 3), LEVELS)


def test_the_shares_are_those_of_the_position_of_the_known_scores():
    # The known scores 1 and 2 lie at 0 and 0.5: on average half-way between two of the grid
    found = FILLER.fillings((None, 1, 2))

    assert found.rows == [(1, 1, 2), (2, 1, 2), (3, 1, 2)]
    assert found.shares == pytest.approx([0.45, 0.35, 0.2])


def test_two_gaps_count_as_independent_given_the_known_score():
    found = FILLER.fillings((None, 3, None))

    assert [(row[0], row[2]) for row in found.rows] == list(itertools.product((1, 2, 3), repeat=2))
    assert found.shares[5] == pytest.approx(0.1 * 0.8)
    assert sum(found.shares) == pytest.approx(1.0)


def test_the_average_weighs_each_filling_by_its_share():
    assert average([0.1, 0.2, 0.9], [0.5, 0.25, 0.25]) == pytest.approx(0.325)


def test_too_many_fillings_are_sampled(monkeypatch):
    exact = FILLER.fillings((None, None, 2))
    monkeypatch.setattr(missing, "MAX_FILLINGS", 8)
    few = FILLER.fillings((None, None, 2))

    assert exact.complete
    assert not few.complete
    assert len(few.rows) == 8
    assert sum(few.shares) == pytest.approx(1.0)


def table(rows):
    scores = np.array(rows, dtype=float)
    labels = np.where(scores.sum(axis=1) > 5, "storm", "calm")
    ids = np.arange(len(rows)).astype(str)
    return Dataset(scores, labels, ids, np.ones(len(rows), dtype=int), "")


def shares_by_hand(scores, positions, known):
    """Count one row at a time: hat functions on the grid of sixteen positions, then the prior."""
    grid = np.zeros((16, 3))
    for score, position in zip(scores, positions, strict=True):
        for place in range(16):
            grid[place, score - 1] += max(0.0, 1.0 - abs(position * 15 - place))
    whole = grid.sum(axis=0) + 1.0
    grid += 2.0 * whole / whole.sum()
    hat = [max(0.0, 1.0 - abs(known * 15 - place)) for place in range(16)]
    return np.array(hat) @ (grid / grid.sum(axis=1, keepdims=True))


@pytest.mark.parametrize("known", [1, 3])
def test_learnt_shares_are_those_counted_by_hand(known):
    # Two rows low and two high: at neither end is there anything to smooth
    found = learn_filler(table([(1,) * 3] * 2 + [(3,) * 3] * 2), SCHEMA).shares(
        (None, known, known)
    )

    expected = shares_by_hand([1, 1, 3, 3], [0.0, 0.0, 1.0, 1.0], (known - 1) / 2)
    assert found[0] == pytest.approx(expected, abs=1e-3)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(*[st.integers(1, 3)] * 3), min_size=8, max_size=40))
def test_a_higher_known_score_never_favours_a_lower_missing_one(rows):
    filler = learn_filler(table([*rows, (1, 1, 1), (3, 3, 3)]), SCHEMA)

    means = [
        np.dot(filler.shares((None, *known))[0], (1, 2, 3))
        for known in [(1, 1), (1, 2), (2, 2), (2, 3), (3, 3)]
    ]
    assert all(after >= before - 1e-3 for before, after in itertools.pairwise(means))


def test_a_row_that_is_missing_altogether_is_counted_nowhere():
    rows = [(1, 1, 1), (3, 3, 3), (2, 2, 2)]
    whole = learn_given(table(rows), SCHEMA, LEVELS)

    assert learn_given(table([*rows, (np.nan,) * 3]), SCHEMA, LEVELS) == whole


def test_training_averages_as_the_service_does(artifact):
    scorecard = load_compiled(artifact)
    rows = [(5, 1, 1, 1, 2, None, 3, 1, 1), (1,) * 9, (3, None, 1, 1, 2, None, 3, 1, 1)]

    def predict(scores):
        filled = [tuple(int(score) for score in row) for row in scores]
        return np.array([a.probability for a in scorecard.predict(filled, explain=False)])

    filler = Filler(artifact.decision.given, artifact.decision.levels)
    found = predict_with_gaps(predict, np.array(rows, dtype=float), filler)

    expected = [answer.probability for answer in scorecard.predict(rows, explain=False)]
    assert found == pytest.approx(expected, abs=1e-12)


def test_the_most_decisive_missing_score_stands_first(artifact):
    scorecard = load_compiled(artifact)
    row = (None, 3, 3, 2, 3, None, 4, 3, 1)
    [answer] = scorecard.predict([row], explain=True)

    # Independently: fill one score in every way, ask again, and add up what changes the label
    expected = {}
    shares = Filler(artifact.decision.given, artifact.decision.levels).shares(row)
    for gap, own in shares.items():
        filled = [(*row[:gap], score, *row[gap + 1 :]) for score in range(1, 11)]
        labels = [each.label for each in scorecard.predict(filled, explain=False)]
        pairs = zip(own, labels, strict=True)
        expected[gap] = sum(share for share, label in pairs if label != answer.label) / sum(own)

    found = answer.reasons.decisive_unknowns
    assert dict(found) == pytest.approx(expected)
    assert [share for _, share in found] == sorted(dict(found).values(), reverse=True)
    assert sum(expected.values()) > 0
