"""numpy answers what the scorecard answers, to the last bit."""

import itertools

import numpy as np

from bulk.points import MISSING, points_of
from bulk.scoring import load_model
from cytology.schema import load_schema
from preflight.verdict import random_rows
from tests.conftest import ROOT

SCHEMA = load_schema()
MODEL = load_model(str(ROOT / "artifact"))


def compare(rows):
    places = np.array(
        [
            [
                MISSING if score is None else score - feature.minimum + 1
                for score, feature in zip(row, SCHEMA.features, strict=True)
            ]
            for row in rows
        ],
        np.uint8,
    ).T
    points = points_of(MODEL.engine, SCHEMA, MODEL.artifact.decision)

    found = points.score(places)

    expected = MODEL.engine.predict(rows, explain=False)
    # == and not nearly: bit for bit
    assert found.probability.tolist() == [answer.probability for answer in expected]
    assert found.positive.tolist() == [answer.label == SCHEMA.positive for answer in expected]
    assert found.inconclusive.tolist() == [answer.inconclusive for answer in expected]
    return expected


def test_random_rows_with_missing_scores_are_answered_bit_for_bit():
    answers = compare(random_rows(SCHEMA, 50_000))

    assert {answer.inconclusive for answer in answers} == {True, False}
    assert {answer.label for answer in answers} == set(SCHEMA.class_names)


def test_every_pair_of_scores_is_answered_bit_for_bit():
    usual = [1] * len(SCHEMA.features)
    rows = []
    for one, other in itertools.combinations(range(len(usual)), 2):
        features = SCHEMA.features
        choices = [
            [*features[at].scores, *([None] if features[at].may_be_missing else [])]
            for at in (one, other)
        ]
        for first, second in itertools.product(*choices):
            row = list(usual)
            row[one], row[other] = first, second
            rows.append(tuple(row))

    compare(rows)


def test_no_rows_are_no_answers():
    points = points_of(MODEL.engine, SCHEMA, MODEL.artifact.decision)

    assert len(points.score(np.empty((len(SCHEMA.features), 0), np.uint8)).probability) == 0
