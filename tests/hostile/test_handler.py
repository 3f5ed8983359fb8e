"""Ten thousand hostile events, the same ones in every run; ``make fuzz`` sends many more."""

import collections
import itertools
import json
import os
import re
import statistics
import subprocess
import sys

import pytest

from tests.hostile import bar, events
from tests.support.paths import ROOT

CASES = 10_000


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
    assert min(counts[200], counts[422]) > 500


def test_normal_requests_among_them_are_answered_as_ever_and_fast(outcomes):
    answers = {answer for answer, _ in outcomes[1]}
    assert len(answers) == 1
    assert answers.pop()[0] == 200
    # Some 0.2 ms; a hundred times as much would mean that something has piled up
    assert statistics.median(cpu_s for _, cpu_s in outcomes[1]) < 0.02


@pytest.mark.skipif(sys.platform != "linux", reason="atheris has wheels for Linux only")
def test_a_short_search_guided_by_coverage_breaks_nothing():
    command = [sys.executable, "-m", "tests.hostile.guided", "--runs", "5000"]
    path = f"{ROOT}{os.pathsep}{ROOT / 'functions'}"
    ended = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-3_000:]
    # The seeds count too, and may be run beyond the number asked for
    done = re.search(r"Done (\d+) runs", ended.stderr)
    assert done
    assert int(done[1]) >= 5_000


def test_events_are_what_json_can_hold():
    for case in itertools.islice(events.generate(1, "m", "v"), 200):
        assert json.loads(json.dumps(case.event)) == case.event
