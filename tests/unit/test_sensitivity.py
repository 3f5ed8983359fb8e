import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cytology.levels import Levels
from cytology.sensitivity import (
    SAMPLED_RESCORINGS,
    Points,
    flips_with_gaps,
    fragility,
    nearest_changes,
    nearest_flips,
    rescorings,
)


def levels_of(count: int) -> list[Levels]:
    return [Levels((1, 2, 3, 4))] * count


def tables(*columns: list[float]) -> list[Points]:
    return [dict(zip([None, 1, 2, 3, 4], [0.25, *column], strict=True)) for column in columns]


def brute_force(points, row, base, cutoff):
    def positive(moved):
        return base + sum(table[s] for table, s in zip(points, moved, strict=True)) >= cutoff

    steps = list(itertools.product((-1, 0, 1), repeat=len(row)))
    flips = 0
    for step in steps:
        moved = [
            None if s is None else min(max(s + d, 1), 4) for s, d in zip(row, step, strict=True)
        ]
        flips += positive(moved) != positive(row)
    return flips / len(steps)


# Eighths add up without rounding, so that ties at the cutoff are real ties in both ways
eighths = st.integers(-40, 40).map(lambda number: number / 8)


@settings(deadline=None, max_examples=50)
@given(data=st.data(), count=st.integers(1, 5), base=eighths, cutoff=eighths)
def test_fragility_equals_the_count_over_all_rescorings(data, count, base, cutoff):
    points = tables(*(data.draw(st.lists(eighths, min_size=4, max_size=4)) for _ in range(count)))
    row = tuple(
        data.draw(st.sampled_from([1, 2, 3, 4] + ([None] if index == 0 else [])))
        for index in range(count)
    )

    found = fragility(points, levels_of(count), row, base, cutoff)

    assert found.exact
    assert found.share == pytest.approx(brute_force(points, row, base, cutoff))


def test_a_missing_score_stays_missing_when_rescored():
    assert {row[0] for row in rescorings((None, 2, 3), levels_of(3))} == {None}


def test_rescorings_stay_in_range_and_within_one_step():
    moved = rescorings((1, 4, 2), levels_of(3))

    assert len(moved) == SAMPLED_RESCORINGS
    assert [sorted({row[i] for row in moved}) for i in range(3)] == [[1, 2], [3, 4], [1, 2, 3]]


def test_beyond_twelve_features_fragility_is_sampled_and_says_so():
    levels = levels_of(13)
    points = tables(*([[-1.5, -0.5, 0.5, 1.5]] * 13))
    row = (2, 3) * 6 + (2,)

    share, exact = fragility(points, levels, row, 0.0, 0.0)

    # The row lies half a step below the cutoff: about as many re-scorings flip it as do not
    assert not exact
    assert 0.3 < share < 0.6
    assert (share, exact) == fragility(points, levels, row, 0.0, 0.0)


@settings(deadline=None, max_examples=50)
@given(data=st.data(), base=eighths, cutoff=eighths)
def test_the_named_score_changes_the_label_and_no_nearer_score_does(data, base, cutoff):
    points = tables(*(data.draw(st.lists(eighths, min_size=4, max_size=4)) for _ in range(3)))
    row = tuple(data.draw(st.sampled_from([1, 2, 3, 4])) for _ in range(3))

    def positive(moved):
        return base + sum(table[s] for table, s in zip(points, moved, strict=True)) >= cutoff

    total = base + sum(table[s] for table, s in zip(points, row, strict=True))
    changes = nearest_changes(points, levels_of(3), row, total, cutoff)

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
    def are_positive(rows):
        return [row[0] in (2, 4) for row in rows]

    # From 3 both 2 and 4 change the label and lie equally near: the lower one is named
    flips = flips_with_gaps((None,), levels_of(1), are_positive)
    assert nearest_flips((None,), levels_of(1), (3,), flips) == (2,)


def test_a_real_number_moves_to_the_next_level_and_a_category_stays():
    waves = Levels((0.5, 2.0, 7.25), bounds=(1.0, 3.0))
    seat = Levels(("bow", "middle", "stern"), ordered=False)

    moved = set(rescorings((2.75, "bow"), [waves, seat]))

    assert moved == {(0.5, "bow"), (2.75, "bow"), (7.25, "bow")}
    assert waves.steps(0.25) == (0.25, 0.25, 2.0)
    assert waves.steps(3.0) == (2.0, 3.0, 3.0)


def test_the_category_that_changes_the_label_is_the_first_in_the_schemas_order():
    seat = Levels(("bow", "middle", "stern"), ordered=False)
    points = [{"bow": 0.0, "middle": 2.0, "stern": 2.0}]

    assert nearest_changes(points, [seat], ("bow",), 0.0, 1.0) == ("middle",)
    assert nearest_changes(points, [seat], ("bow",), 0.0, 3.0) == (None,)


def test_the_observed_value_that_changes_the_label_is_the_nearest():
    waves = Levels((0.5, 2.0, 7.25), bounds=(1.0, 3.0))
    points = [waves.table([0.0, 2.0, 2.0])]

    assert nearest_changes(points, [waves], (0.75,), 0.0, 1.0) == (2.0,)


def test_twelve_features_are_still_counted():
    points = tables(*([[0.0, 0.0, 1.0, 1.0]] * 12))

    share, exact = fragility(points, levels_of(12), (2,) * 12, 0.0, 12.0)

    # Only where all twelve go up is the cutoff reached
    assert exact
    assert share == pytest.approx(3.0**-12)


def test_a_sampled_sum_on_the_cutoff_is_above_it():
    level = tables(*([[0.0] * 4] * 13))

    assert fragility(level, levels_of(13), (2,) * 13, 1.0, 1.0) == (0.0, False)


def test_sampled_sums_begin_at_the_base():
    level = tables(*([[0.5] * 4] * 13))

    assert fragility(level, levels_of(13), (2,) * 13, 1.0, 2.0) == (0.0, False)
    assert fragility(level, levels_of(13), (2,) * 13, 1.0, 7.6) == (0.0, False)


@pytest.mark.parametrize("count", [3, 13])
def test_what_does_not_fit_together_is_not_counted(count):
    points, levels, row = tables(*([[0.0] * 4] * count)), levels_of(count), (2,) * count

    with pytest.raises(ValueError, match="zip"):
        fragility(points[:-1], levels, row, 0.0, 0.0)
    with pytest.raises(ValueError, match="zip"):
        fragility(points, levels, row[:-1], 0.0, 0.0)
    with pytest.raises(ValueError, match="zip"):
        rescorings(row[:-1], levels)
    with pytest.raises(ValueError, match="zip"):
        nearest_changes(points, levels[:-1], row, 0.0, 0.0)
