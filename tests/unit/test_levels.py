"""Levels of scores, bins and categories: which values belong to which, and what counts them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cytology.decision import Decision
from cytology.familiarity import Familiarity
from cytology.levels import Levels, is_binned, levels_of
from cytology.missing import Filler, Given
from cytology.population import count_values
from tests.support.ferry import SCHEMA

BINS = {"wave_height": {"bounds": [1.0, 3.0], "values": [0.5, 2.0, 7.25]}}
LEVELS = levels_of(SCHEMA.features, BINS)
DECKS, WAVES, SEAT = LEVELS


def test_scores_and_categories_are_levels_of_their_own_and_real_numbers_have_bins():
    assert [is_binned(feature) for feature in SCHEMA.features] == [False, True, False]
    assert DECKS.values == tuple(range(9))
    assert Levels(("bow", "middle", "stern"), ordered=False) == SEAT
    long = SCHEMA.features[0]._replace(maximum=20)
    assert is_binned(long)
    assert not is_binned(long._replace(maximum=19))


@pytest.mark.parametrize(
    ("value", "place"), [(0.0, 0), (0.999, 0), (1.0, 1), (2.99, 1), (3.0, 2), (15.0, 2)]
)
def test_a_bin_begins_at_its_bound(value, place):
    assert WAVES.place(value) == place
    assert WAVES.table("abc")[value] == "abc"[place]


@given(st.floats(0, 15))
def test_a_value_and_the_one_that_stands_for_it_lie_in_one_level(value):
    assert WAVES.place(WAVES.values[WAVES.place(value)]) == WAVES.place(value)


def test_values_are_counted_by_level_and_missing_ones_first():
    assert count_values(WAVES, [0.2, 0.4, None, 14.0]) == [1, 2, 0, 1]
    assert count_values(SEAT, ["stern", None, "bow", "stern"]) == [1, 1, 0, 2]


TABLES = tuple(
    ((0.0,) * 10, (-1.0, *waves), (-1.0, -1.0, -1.0, -2.0))
    for waves in ((0.0, -1.0, -3.0), (-3.0, -1.0, 0.0))
)
FAMILIARITY = Familiarity(-2.5, TABLES, LEVELS)


def test_values_of_one_bin_are_equally_familiar():
    assert FAMILIARITY.log_likelihood((4, 3.5, "bow")) == -1.0
    assert FAMILIARITY.log_likelihood((4, 14.5, "bow")) == -1.0
    assert FAMILIARITY.is_unusual((4, 2.0, "stern"))


def test_a_missing_real_number_is_filled_with_the_observed_values():
    # Deck 4 of 0 to 8 and the bow lie at 0.5 and 0.1: at 0.3 between the two of the grid
    shares = ((0.6, 0.3, 0.1), (0.1, 0.3, 0.6))
    places = (tuple(deck / 8 for deck in range(9)), (0.0, 0.5, 1.0), (0.1, 0.5, 0.9))
    found = Filler(Given(places, (shares,) * 3), LEVELS).fillings((4, None, "bow"))

    assert [row[1] for row in found.rows] == [0.5, 2.0, 7.25]
    assert found.shares == pytest.approx([0.45, 0.3, 0.25])


def test_the_median_of_categories_is_the_most_frequent_one():
    weights = ((0.0, *[0.1] * 8, 0.2), (0.0, 0.2, 0.2, 0.6), (0.4, 0.1, 0.3, 0.2))
    decision = Decision("well", "seasick", ("well", "seasick"), 0.5, 0.99, 0.9, 0.1, 0.0,
                        weights, FAMILIARITY, Given((), ()))  # fmt: skip

    assert decision.medians == (4, 7.25, "middle")
