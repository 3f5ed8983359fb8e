"""From the census's lines no sample can be read back (docs/decisions/0058)."""

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cytology.population import PROBABILITY, histogram_names
from cytology.schema import load_schema
from predict.census import FEWEST, Census

SCHEMA = load_schema()
NAMES = histogram_names(SCHEMA)
ROW = st.tuples(*[st.integers(1, 10)] * 9)
REQUESTS = st.lists(st.integers(1, 120), min_size=1, max_size=8)


def counted(requests, first=0):
    """Every histogram that a container writes for these requests of (rows, probabilities)."""
    census = Census(SCHEMA, first)
    return [found for rows, chances in requests for found in census.add(rows, chances)]


def request(size, row, chance=0.3):
    return [row] * size, [chance] * size


@given(sizes=REQUESTS, first=st.integers(0, 255))
def test_no_histogram_describes_fewer_than_fifty_samples(sizes, first):
    found = counted([request(size, (1,) * 9) for size in sizes], first)

    assert FEWEST == 50
    assert all(sum(counts) >= FEWEST for _, counts in found)


@given(sizes=REQUESTS, big=st.integers(500, 1200), first=st.integers(0, 255))
def test_no_sample_is_counted_in_two_histograms(sizes, big, first):
    # Each sample's numbers are its own: a score of every sample's could be told from any other
    found = counted([request(size, (1,) * 9) for size in (*sizes, big)], first)

    assert sum(sum(counts) for _, counts in found) <= sum(sizes) + big


@given(data=st.data(), first=st.integers(0, 9), size=st.sampled_from([50, 51, 500, 507]))
def test_the_lines_are_the_same_whatever_the_other_eight_scores_are(data, first, size):
    """Of each sample one number is read: a line holds no more of it, however it is attacked."""
    kinds = len(NAMES)
    row, other = data.draw(ROW), data.draw(ROW)
    changed_rows, changed_chances = [], []
    for position in range(size):
        read = position % kinds if size >= FEWEST * kinds else first
        changed_rows.append(tuple(row[i] if i == read else other[i] for i in range(9)))
        changed_chances.append(0.3 if read == 9 else 0.9)

    original = counted([([row] * size, [0.3] * size)], first)

    assert original
    assert counted([(changed_rows, changed_chances)], first) == original


def test_a_container_counts_one_histogram_after_the_other():
    found = counted([request(1, (1,) * 9)] * (FEWEST * 11), first=8)

    assert [name for name, _ in found] == [NAMES[(8 + i) % 10] for i in range(11)]
    assert all(sum(counts) == FEWEST for _, counts in found)


def test_counts_are_those_of_the_samples():
    rows = [(score, *[1] * 8) for score in range(1, 11)] * 5

    [(name, counts)] = counted([(rows, [0.5] * 50)], first=0)

    assert (name, counts) == ("clump_thickness", [0] + [5] * 10)


def test_a_missing_score_is_counted_and_so_is_the_probability():
    rows = [(1, 1, 1, 1, 1, None, 1, 1, 1)] * 50

    assert counted([(rows, [0.5] * 50)], first=5) == [("bare_nuclei", [50] + [0] * 10)]
    assert counted([(rows, [1.0] * 50)], first=9) == [(PROBABILITY, [0] * 9 + [50])]


def test_a_sorted_table_fills_every_histogram_with_the_whole_of_it():
    rows = [(1,) * 9] * 500 + [(10,) * 9] * 500

    found = counted([(rows, [0.0] * 500 + [1.0] * 500)])

    assert [name for name, _ in found] == list(NAMES)
    assert {(counts[-1], sum(counts)) for _, counts in found} == {(50, 100)}


def test_what_a_large_table_fills_is_not_mixed_with_the_open_histogram():
    census = Census(SCHEMA, 0)
    census.add(*request(49, (10,) * 9))
    census.add(*request(500, (1,) * 9))

    [(name, counts)] = census.add(*request(1, (10,) * 9))

    assert (name, counts[-1]) == (NAMES[0], 50)


@pytest.mark.parametrize("first", range(10))
def test_which_histogram_is_first_does_not_depend_on_the_samples(first):
    [(name, _)] = counted([request(50, (1,) * 9)], first)

    assert name == NAMES[first]


def test_a_histogram_is_as_short_as_its_feature_s_scores():
    lengths = Counter(len(json.loads(json.dumps(c))) for _, c in counted([request(500, (1,) * 9)]))

    assert lengths == {11: 9, 10: 1}
