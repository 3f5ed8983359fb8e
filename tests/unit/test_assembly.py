"""From a probability to the whole answer: label, set, warnings, at the limits and on them."""

import json

import pytest

from cytology.assembly import Assembler
from cytology.decision import Decision
from cytology.familiarity import Familiarity
from cytology.levels import levels_of
from cytology.missing import Given
from cytology.prediction import Caution, Reasons
from cytology.schema import parse_schema

SCHEMA = parse_schema(
    json.dumps(
        {
            "classes": [{"name": "calm", "code": 0}, {"name": "storm", "code": 1}],
            "positive": "storm",
            "features": [
                {"name": "wind", "min": 1, "max": 3, "may_be_missing": True},
                {"name": "cloud", "min": 1, "max": 3, "may_be_missing": True},
            ],
        }
    )
)
#: Wind 3 and cloud 2 never occur; log-frequencies sum to -2 for 1, 1 and fall by the score.
DECISION = Decision(
    negative="calm",
    positive="storm",
    classes=("calm", "storm"),
    threshold=0.5,
    level=0.99,
    negative_at_most=0.75,
    positive_at_least=0.25,
    base=0.0,
    weights=((0.0, 0.5, 0.5, 0.0), (0.0, 0.5, 0.0, 0.5)),
    given=Given((), ()),
    familiarity=Familiarity(
        limit=-4.0,
        tables=(
            ((-1.0, -1.0, -2.0, -4.0), (-1.0, -1.0, -2.0, -4.0)),
            ((-9.0, -9.0, -9.0, -1.0), (-9.0, -9.0, -9.0, -1.0)),
        ),
        levels=levels_of(SCHEMA.features, {}),
    ),
)


def assembled(row=(1, 1), probability=0.1, possible=None, fragility=None, assembler=None):
    reasons = None
    if fragility is not None:
        reasons = Reasons(0.0, (0.0, 0.0), True, (None, None), fragility, True)
    return (assembler or Assembler(SCHEMA, DECISION)).assemble(row, probability, possible, reasons)


def codes(answer):
    return [warning.code for warning in answer.warnings]


@pytest.mark.parametrize(
    ("probability", "label", "classes"),
    [
        (0.0, "calm", ("calm",)),
        (0.2499, "calm", ("calm",)),
        (0.25, "calm", ("calm", "storm")),
        (0.4999, "calm", ("calm", "storm")),
        (0.5, "storm", ("calm", "storm")),
        (0.75, "storm", ("calm", "storm")),
        (0.7501, "storm", ("storm",)),
        (1.0, "storm", ("storm",)),
    ],
)
def test_each_limit_belongs_to_the_side_that_the_decision_says(probability, label, classes):
    answer = assembled(probability=probability)
    assert (answer.label, answer.prediction_set) == (label, classes)
    assert (answer.probability, answer.threshold) == (probability, 0.5)


def test_an_ordinary_sample_has_no_warning():
    assert assembled().warnings == ()


def test_each_missing_score_is_named():
    answer = assembled((None, None), possible=(0.1, 0.2))
    assert answer.warnings == tuple(
        Caution(
            "missing_score",
            name,
            f"{name} is missing; the probability is the average over the scores that it could "
            "have, given the others: see probability_range.",
        )
        for name in ("wind", "cloud")
    )
    assert answer.probability_range == (0.1, 0.2)


def test_each_score_that_the_data_never_show_is_named():
    assert assembled((3, 2)).warnings[:2] == (
        Caution("unseen_score", "wind", "wind 3 never occurs in the training data."),
        Caution("unseen_score", "cloud", "cloud 2 never occurs in the training data."),
    )


@pytest.mark.parametrize(
    ("row", "unusual"),
    [
        ((1, 1), False),  # -2 in the first class
        ((2, 2), False),  # -4: on the limit
        ((1, 3), True),  # -5 in one, -10 in the other
        ((3, 3), False),  # -8 in the first class, -2 in the second
    ],
)
def test_a_sample_is_unusual_where_both_classes_find_it_rare(row, unusual):
    assert ("unusual_sample" in codes(assembled(row))) is unusual


@pytest.mark.parametrize(
    ("possible", "decisive"), [((0.1, 0.4999), False), ((0.1, 0.5), True), ((0.5, 0.9), False)]
)
def test_a_missing_score_is_decisive_where_its_range_crosses_the_threshold(possible, decisive):
    answer = assembled((None, 1), possible=possible)
    assert codes(answer) == ["missing_score"] + ["decisive_missing_score"] * decisive
    # The probability alone would rule one class out
    assert answer.prediction_set == (("calm", "storm") if decisive else ("calm",))


def test_an_answer_is_fragile_above_a_tenth_and_says_how_fragile():
    assert assembled(fragility=0.10).warnings == ()
    [warning] = assembled(fragility=0.254).warnings
    assert warning == Caution(
        "fragile",
        "",
        "25% of re-scorings that move each score by at most one step give the other class.",
    )


def test_warnings_add_up():
    answer = assembled((None, 2), possible=(0.1, 0.9), fragility=0.3)
    found = ["missing_score", "unseen_score", "decisive_missing_score", "fragile"]
    assert codes(answer) == found
    rare = assembled((3, None), possible=(0.1, 0.9), fragility=0.3)
    assert codes(rare) == [
        "missing_score",
        "unseen_score",
        "decisive_missing_score",
        "unusual_sample",
        "fragile",
    ]


@pytest.mark.parametrize("weights", [((0.0, 1.0, 0.0),) * 2, ((0.0, 1.0, 0.0, 0.0),)])
def test_a_decision_that_does_not_fit_the_schema_is_not_served(weights):
    with pytest.raises(ValueError, match="zip"):
        Assembler(SCHEMA, DECISION._replace(weights=weights))


@pytest.mark.parametrize("tables", [(((-1.0,) * 3,) * 2,) * 2, (((-1.0,) * 4,),) * 2])
def test_frequencies_that_do_not_fit_the_schema_are_not_served(tables):
    short = Familiarity(0.0, tables, levels_of(SCHEMA.features, {}))
    with pytest.raises(ValueError, match="zip"):
        short.by_value()


def test_medians_of_more_or_fewer_features_than_were_learnt_are_not_given():
    with pytest.raises(ValueError, match="zip"):
        _ = DECISION._replace(weights=DECISION.weights[:1]).medians
