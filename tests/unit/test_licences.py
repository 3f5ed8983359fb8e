"""What ships is under licences that ask for no more than to be passed on."""

import pytest

from tools import licences


def test_everything_that_ships_is_listed_and_allowed():
    found = licences.shipped()

    assert {"numpy", "scikit-learn", "starlette", "boto3", "aws-lambda-powertools"} <= set(found)
    assert licences.refused(found) == []


@pytest.mark.parametrize(
    "expression",
    ["GPL-3.0-only", "unknown", "MIT AND AGPL-3.0-only", "SSPL-1.0 OR Elastic-2.0", "Dual License"],
)
def test_what_is_not_on_the_list_is_refused_by_name(expression):
    assert licences.refused({"planted": expression}) == [f"planted: {expression}"]


@pytest.mark.parametrize("expression", ["MIT", "Apache-2.0 OR GPL-3.0-only", "MIT AND Zlib"])
def test_one_allowed_alternative_is_enough_and_every_part_is_needed(expression):
    assert licences.is_allowed(expression)


def test_what_was_read_by_hand_is_still_needed():
    assert set(licences.READ) <= set(licences.shipped())
