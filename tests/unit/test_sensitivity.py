import itertools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cytology.schema import Schema, parse_schema
from cytology.sensitivity import (
    SAMPLED_RESCORINGS,
    Points,
    fragility,
    nearest_changes,
    rescorings,
)


def schema_of(count: int, *, lowest: int = 1, highest: int = 4) -> Schema:
    return parse_schema(
        json.dumps(
            {
                "classes": [{"name": "calm", "code": 0}, {"name": "storm", "code": 1}],
                "positive": "storm",
                "features": [
                    {"name": f"f{i}", "min": lowest, "max": highest, "may_be_missing": i == 0}
                    for i in range(count)
                ],
            }
        )
    )


def tables(*columns: list[float]) -> list[Points]:
    return [dict(zip([None, 1, 2, 3, 4], [0.25, *column], strict=True)) for column in columns]


def brute_force(points, schema, row, base, cutoff):
    def positive(moved):
        return base + sum(table[s] for table, s in zip(points, moved, strict=True)) >= cutoff

    steps = list(itertools.product((-1, 0, 1), repeat=len(row)))
    flips = 0
    for step in steps:
        moved = [
            None if s is None else min(max(s + d, f.minimum), f.maximum)
            for s, d, f in zip(row, step, schema.features, strict=True)
        ]
        flips += positive(moved) != positive(row)
    return flips / len(steps)


# Eighths add up without rounding, so that ties at the cutoff are real ties in both ways
eighths = st.integers(-40, 40).map(lambda number: number / 8)


@settings(deadline=None, max_examples=50)
@given(data=st.data(), count=st.integers(1, 5), base=eighths, cutoff=eighths)
def test_fragility_equals_the_count_over_all_rescorings(data, count, base, cutoff):
    schema = schema_of(count)
    points = tables(
        *(data.draw(st.lists(eighths, min_size=4, max_size=4)) for _ in schema.features)
    )
    row = tuple(
        data.draw(st.sampled_from([1, 2, 3, 4] + ([None] if f.may_be_missing else [])))
        for f in schema.features
    )

    found = fragility(points, schema, row, base, cutoff)

    assert found.exact
    assert found.share == pytest.approx(brute_force(points, schema, row, base, cutoff))


def test_a_missing_score_stays_missing_when_rescored():
    assert {row[0] for row in rescorings((None, 2, 3), schema_of(3))} == {None}


def test_rescorings_stay_in_range_and_within_one_step():
    moved = rescorings((1, 4, 2), schema_of(3))

    assert len(moved) == SAMPLED_RESCORINGS
    assert [sorted({row[i] for row in moved}) for i in range(3)] == [[1, 2], [3, 4], [1, 2, 3]]


def test_beyond_twelve_features_fragility_is_sampled_and_says_so():
    schema = schema_of(13)
    points = tables(*([[-1.5, -0.5, 0.5, 1.5]] * 13))
    row = (2, 3) * 6 + (2,)

    share, exact = fragility(points, schema, row, 0.0, 0.0)

    # The row lies half a step below the cutoff: about as many re-scorings flip it as do not
    assert not exact
    assert 0.3 < share < 0.6
    assert (share, exact) == fragility(points, schema, row, 0.0, 0.0)


@settings(deadline=None, max_examples=50)
@given(data=st.data(), base=eighths, cutoff=eighths)
def test_the_named_score_changes_the_label_and_no_nearer_score_does(data, base, cutoff):
    points = tables(*(data.draw(st.lists(eighths, min_size=4, max_size=4)) for _ in range(3)))
    row = tuple(data.draw(st.sampled_from([1, 2, 3, 4])) for _ in range(3))

    def positive(moved):
        return base + sum(table[s] for table, s in zip(points, moved, strict=True)) >= cutoff

    total = base + sum(table[s] for table, s in zip(points, row, strict=True))
    changes = nearest_changes(points, row, total, cutoff, (1, 1, 1))

    for index, named in enumerate(changes):
        flips = [
            s
            for s in (1, 2, 3, 4)
            if positive((*row[:index], s, *row[index + 1 :])) != positive(row)
        ]
        if named is None:
            assert not flips
        else:
            assert named in flips
            assert abs(named - row[index]) == min(abs(s - row[index]) for s in flips)


def test_a_missing_score_is_changed_from_the_training_median_on():
    points = tables([-1.0, 2.0, 0.0, 2.0])

    # From 3 both 2 and 4 change the label and lie equally near: the lower one is named
    assert nearest_changes(points, (None,), 0.25, 1.0, (3,)) == (2,)


def test_twelve_features_are_still_counted():
    points = tables(*([[0.0, 0.0, 1.0, 1.0]] * 12))

    share, exact = fragility(points, schema_of(12), (2,) * 12, 0.0, 12.0)

    # Only where all twelve go up is the cutoff reached
    assert exact
    assert share == pytest.approx(3.0**-12)


def test_a_sampled_sum_on_the_cutoff_is_above_it():
    level = tables(*([[0.0] * 4] * 13))

    assert fragility(level, schema_of(13), (2,) * 13, 1.0, 1.0) == (0.0, False)


def test_sampled_sums_begin_at_the_base():
    level = tables(*([[0.5] * 4] * 13))

    assert fragility(level, schema_of(13), (2,) * 13, 1.0, 2.0) == (0.0, False)
    assert fragility(level, schema_of(13), (2,) * 13, 1.0, 7.6) == (0.0, False)


@pytest.mark.parametrize("count", [3, 13])
def test_what_does_not_fit_together_is_not_counted(count):
    points, schema, row = tables(*([[0.0] * 4] * count)), schema_of(count), (2,) * count

    with pytest.raises(ValueError, match="zip"):
        fragility(points[:-1], schema, row, 0.0, 0.0)
    with pytest.raises(ValueError, match="zip"):
        fragility(points, schema, row[:-1], 0.0, 0.0)
    with pytest.raises(ValueError, match="zip"):
        rescorings(row[:-1], schema)
    with pytest.raises(ValueError, match="zip"):
        nearest_changes(points, row, 0.0, 0.0, (1,) * (count - 1))
