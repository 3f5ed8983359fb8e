"""From a probability to a label and a set of classes."""

import json

import pytest

from cytology.decision import Decision, parse_decision
from cytology.familiarity import Familiarity
from cytology.levels import Levels
from cytology.link import Link
from cytology.missing import Given

DECISION = Decision(
    negative="benign",
    positive="malignant",
    classes=("benign", "malignant"),
    threshold=0.4,
    level=0.99,
    negative_at_most=0.9,
    positive_at_least=0.2,
    base=0.0,
    weights=(),
    familiarity=Familiarity(limit=0.0, tables=(), levels=(Levels((1, 2, 3)),)),
    given=Given((), ()),
)


def test_limits_that_cross_leave_an_empty_set():
    crossed = DECISION._replace(negative_at_most=0.3, positive_at_least=0.6)
    assert crossed.prediction_set(0.5) == ()


@pytest.mark.parametrize(
    ("shares", "median"),
    [
        ((0.0, 1.0, 0.0, 0.0), 1),
        ((0.0, 0.0, 0.0, 1.0), 3),
        ((0.0, 0.4, 0.3, 0.3), 2),
        ((0.0, 0.25, 0.25, 0.5), 2),  # half lie at 2 or below: the lower of two
        ((0.5, 0.125, 0.125, 0.25), 2),  # missing scores do not count
        ((0.5, 0.0, 0.125, 0.375), 3),
    ],
)
def test_the_median_is_the_lower_one_of_the_scores_that_are_known(shares, median):
    assert DECISION._replace(weights=(shares,)).medians == (median,)


def test_every_part_of_the_decision_is_read(artifact):
    content = artifact.read("decision.json")
    raw, found = json.loads(content), parse_decision(content, artifact.schema)
    assert (found.level, found.base) == (raw["conformal"]["level"], raw["base"])
    assert (found.prevalence, found.link._asdict()) == (raw["prevalence"], raw["link"])
    assert found.level == 0.99
    assert (found.threshold, found.classes) == (raw["threshold"], ("benign", "malignant"))


def test_the_cutoff_is_the_threshold_as_log_odds():
    assert DECISION._replace(threshold=0.5).cutoff == 0.0
    assert DECISION.cutoff == pytest.approx(-0.4054651)


def test_the_cutoff_lies_before_the_link():
    linked = DECISION._replace(link=Link(a=2.0, b=1.0, c=0.5))
    assert linked.link.probability(linked.cutoff) == pytest.approx(0.4)
