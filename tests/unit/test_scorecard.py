"""The table: sums, ranges and reasons, computed a second way."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cytology.artifact import COMPILED
from cytology.compiled import load_compiled
from cytology.model import parse_model
from cytology.prediction import logit, sigmoid
from cytology.scorecard import is_additive, parse_scorecard

SCORES = st.integers(1, 10)


def rows(bare_nuclei=SCORES):
    return st.tuples(*[SCORES] * 5, bare_nuclei, *[SCORES] * 3)


@pytest.fixture(scope="module")
def scorecard(artifact):
    return load_compiled(artifact)


def scorecard_link(artifact):
    return json.loads(artifact.read("decision.json"))["link"]


@settings(deadline=None)  # a busy machine
@given(row=rows(SCORES | st.none()))
def test_base_and_contributions_sum_to_the_log_odds_before_the_link(scorecard, artifact, row):
    (answer,) = scorecard.predict([row], explain=True)
    total = answer.reasons.base + sum(answer.reasons.contributions)
    # The link, as the formula of beta calibration has it
    link, p = scorecard_link(artifact), sigmoid(total)
    odds = link["a"] * math.log(p) - link["b"] * math.log1p(-p) + link["c"]
    assert odds == pytest.approx(math.log(answer.probability / (1 - answer.probability)), abs=1e-6)


@given(row=rows(st.none()))
def test_a_missing_score_gives_the_range_over_all_ten_scores(scorecard, row):
    (answer,) = scorecard.predict([row], explain=False)
    filled = [(*row[:5], score, *row[6:]) for score in range(1, 11)]
    tried = [found.probability for found in scorecard.predict(filled, explain=False)]
    assert answer.probability_range == pytest.approx((min(tried), max(tried)), abs=1e-15)


@given(row=rows(), feature=st.integers(0, 8))
def test_a_higher_score_never_lowers_the_probability(scorecard, row, feature):
    raised = list(row)
    raised[feature] = min(10, raised[feature] + 1)
    lower, higher = scorecard.predict([row, tuple(raised)], explain=False)
    assert higher.probability >= lower.probability


def test_a_missing_score_that_decides_the_label_is_warned_of(scorecard):
    undecided = (5, 1, 1, 1, 2, None, 3, 1, 1)
    (answer,) = scorecard.predict([undecided], explain=False)
    low, high = answer.probability_range
    assert low < answer.threshold <= high
    assert "decisive_missing_score" in [warning.code for warning in answer.warnings]
    assert answer.inconclusive


@pytest.mark.parametrize("value", [0.0, 800.0, -800.0, 1e308, -1e308])
def test_no_log_odds_overflow(value):
    assert 0.0 <= sigmoid(value) <= 1.0


@pytest.mark.parametrize("probability", [0.0, 1.0])
def test_a_certain_probability_has_finite_log_odds(probability):
    assert math.isfinite(logit(probability))


@given(row=rows(SCORES | st.none()))
def test_the_reasons_are_exact_and_name_the_nearest_score_that_changes_the_label(scorecard, row):
    (answer,) = scorecard.predict([row], explain=True)
    reasons = answer.reasons
    assert (reasons.exact, reasons.fragility_exact) == (True, None not in row)
    for index, named in enumerate(reasons.what_would_change):
        if named is not None:
            changed = (*row[:index], named, *row[index + 1 :])
            (other,) = scorecard.predict([changed], explain=False)
            assert other.label != answer.label


def test_contributions_stand_in_the_order_of_the_schema(scorecard):
    low, high = scorecard.predict([(1,) * 9, (10, *[1] * 8)], explain=True)
    differ = [
        one != other
        for one, other in zip(low.reasons.contributions, high.reasons.contributions, strict=True)
    ]
    assert differ == [True] + [False] * 8


def test_a_row_of_another_length_is_not_explained(scorecard):
    with pytest.raises(ValueError, match="zip"):
        scorecard.predict([(1,) * 8], explain=True)
    with pytest.raises(ValueError, match="zip"):
        scorecard.predict([(*[1] * 5, None)], explain=False)


def test_several_missing_scores_are_averaged_over_all_that_they_could_be(scorecard):
    one = scorecard.predict([(5, 1, 1, 1, 2, None, 3, 1, 1)], explain=True)[0]
    (two,) = scorecard.predict([(None, 1, 1, 1, 2, None, 3, 1, 1)], explain=True)

    assert two.probability_range[0] <= one.probability_range[0]
    assert two.probability_range[1] >= one.probability_range[1]
    assert two.reasons.contributions[0] == two.reasons.contributions[5]


@pytest.fixture(scope="module")
def document(artifact):
    return json.loads(artifact.read(COMPILED))


@given(row=rows())
def test_the_engine_adds_to_the_log_odds_of_the_format_s_evaluator(scorecard, document, row):
    assert scorecard.logit(row) == parse_model(document, document["columns"]).log_odds(row)


def test_a_model_of_the_other_class_is_turned(artifact, document, scorecard):
    turned = document | {"link": [*document["link"], {"kind": "complement"}]}
    other = parse_scorecard(turned, artifact.schema, artifact.decision)
    assert other.logit((5,) * 9) == -scorecard.logit((5,) * 9)


def test_a_feature_without_a_table_adds_nothing(artifact, document, scorecard):
    fewer = document | {"tables": document["tables"][1:]}
    other = parse_scorecard(fewer, artifact.schema, artifact.decision)
    assert other.logit((1, *[5] * 8)) == other.logit((9, *[5] * 8))


def test_a_table_that_does_not_fit_the_schema_is_not_served(artifact, document):
    first, *others = document["tables"]
    table = first | {"values": first["values"][:-1], "points": first["points"][:-1]}
    with pytest.raises(KeyError):
        parse_scorecard(document | {"tables": [table, *others]}, artifact.schema, artifact.decision)


@pytest.mark.parametrize(
    "change", [{"kind": "trees"}, {"terms": [[0, 1.0]]}, {"link": [{"kind": "isotonic"}]}]
)
def test_any_other_model_is_asked_instead(document, change):
    assert is_additive(document)
    assert not is_additive(document | change)


@pytest.mark.parametrize("probability", [0.2, 0.5, 0.8, 1e-6])
def test_log_odds_and_probability_are_each_other_s_inverse(probability):
    assert logit(probability) == pytest.approx(math.log(probability / (1 - probability)))
    assert sigmoid(logit(probability)) == pytest.approx(probability)


def test_log_odds_are_cut_at_a_billionth():
    assert logit(0.0) == logit(1e-9) == pytest.approx(math.log(1e-9))
    assert logit(1.0) == pytest.approx(-math.log(1e-9))
