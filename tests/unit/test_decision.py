"""From a probability to a label and a set of classes."""

import pytest

from cytology.decision import Decision
from cytology.familiarity import Familiarity

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
    familiarity=Familiarity(limit=0.0, tables=()),
)


@pytest.mark.parametrize(("probability", "label"), [(0.39, "benign"), (0.4, "malignant")])
def test_the_threshold_itself_is_positive(probability, label):
    assert DECISION.label(probability) == label


@pytest.mark.parametrize(
    ("probability", "classes"),
    [
        (0.1, ("benign",)),
        (0.2, ("benign", "malignant")),
        (0.9, ("benign", "malignant")),
        (0.95, ("malignant",)),
    ],
)
def test_both_classes_stay_possible_between_the_limits(probability, classes):
    assert DECISION.prediction_set(probability) == classes


def test_limits_that_cross_leave_an_empty_set():
    crossed = DECISION._replace(negative_at_most=0.3, positive_at_least=0.6)
    assert crossed.prediction_set(0.5) == ()
