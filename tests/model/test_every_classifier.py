"""Any classifier of scikit-learn answers the same where imports are deferred."""

import os
import sys

import pytest

from tests.support.classifiers import ASK, ask_all, differs
from tests.support.transports import ROOT


@pytest.fixture(scope="module")
def answers(classifiers):
    directory, _ = classifiers
    command = [sys.executable, "-W", "ignore", "-c", ASK, str(directory)]
    return ask_all([*command, str(ROOT), str(ROOT / "functions")], env=os.environ)


def test_every_classifier_answers_the_same_in_a_fresh_interpreter(classifiers, answers):
    _, expected = classifiers

    assert len(expected) > 45
    assert set(answers) == set(expected)
    assert [name for name in expected if differs(answers[name], expected[name])] == []
