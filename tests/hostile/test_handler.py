"""Four thousand hostile events, the same ones in every run; ``make fuzz`` sends many more."""

import collections
import itertools
import statistics

import pytest

from tests.hostile import bar, events

CASES = 4_000


@pytest.fixture(scope="module")
def outcomes():
    """Every case with its outcome, and what normal requests got in between, and how fast."""
    artifact = bar.app.service.artifact
    source = events.generate(20261123, artifact.name, artifact.version)
    judged, normal = [], [bar.normal_answer()]
    for case in itertools.islice(source, CASES):
        judged.append((case, bar.judge(case.event)))
        if len(judged) % 100 == 0:
            normal.append(bar.normal_answer())
    return judged, normal


def test_no_hostile_event_breaks_the_bar(outcomes):
    broken = [
        (outcome.breaches, ascii(case.event)[:500])
        for case, outcome in outcomes[0]
        if outcome.breaches
    ]
    assert broken == []


def test_the_cases_reach_every_kind_of_answer(outcomes):
    counts = collections.Counter(outcome.status for _, outcome in outcomes[0])
    assert counts.keys() >= {200, 204, 400, 404, 405, 413, 415, 422}
    assert min(counts[200], counts[422]) > 200


def test_normal_requests_among_them_are_answered_as_ever_and_fast(outcomes):
    answers = {answer for answer, _ in outcomes[1]}
    assert len(answers) == 1
    assert answers.pop()[0] == 200
    # Some 0.2 ms; a hundred times as much would mean that something has piled up
    assert statistics.median(cpu_s for _, cpu_s in outcomes[1]) < 0.02
