"""Tables that no honest answer can be learnt from are named in words."""

import pytest

from training.evaluation.warnings import find_warnings

GOOD = {"log_loss": 0.1, "auc": 0.99}


def test_a_good_model_of_enough_samples_has_no_warning():
    assert find_warnings(GOOD, {"calm": 99, "storm": 200}) == []


@pytest.mark.parametrize(("count", "level"), [(98, "95%"), (18, "90%"), (8, "80%")])
def test_a_class_too_small_for_the_level_is_named_with_the_level_that_it_allows(count, level):
    (warning,) = find_warnings(GOOD, {"calm": 2 * count, "storm": count})

    assert f"only {count} samples are storm" in warning
    assert f"{level} instead of 99%" in warning


@pytest.mark.parametrize(("log_loss", "warned"), [(0.68, 0), (0.70, 1)])
def test_no_signal_is_a_log_loss_no_better_than_the_shares(log_loss, warned):
    found = find_warnings(GOOD | {"log_loss": log_loss}, {"calm": 100, "storm": 100})

    assert ["no signal" in warning for warning in found] == [True] * warned


def test_complete_separation_of_the_classes_is_warned_of():
    (warning,) = find_warnings(GOOD | {"auc": 1.0}, {"calm": 100, "storm": 100})

    assert "may contain the class" in warning
