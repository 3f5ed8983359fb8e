import json

import pytest

from lab.benchmarks.containers import Invocation, invocations
from lab.benchmarks.protocols import REST
from lab.benchmarks.results import Limit, entry, verdicts
from lab.benchmarks.variants import Caller, Variant, WrongAnswer, check

AT_MOST_2 = Limit("cold", "one", "other", 2.0, at_most=True)
AT_LEAST_2 = Limit("cold", "one", "other", 2.0, at_most=False)
PEER = Variant("peer", "", {}, (), REST)


def results(one, other):
    return {"cold": entry("ms", 3, {"one": one, "other": other})}


@pytest.mark.parametrize(
    ("limit", "one", "met"),
    [(AT_MOST_2, 3.9, True), (AT_MOST_2, 4.1, False), (AT_LEAST_2, 3.9, False)],
)
def test_a_limit_bounds_the_ratio_of_two_medians(limit, one, met):
    [verdict] = verdicts(results([one, one, 100.0], [2.0, 2.0, 0.1]), (limit,))

    assert verdict.found == pytest.approx(one / 2)
    assert verdict.met is met


def test_a_limit_of_a_variant_that_was_not_measured_is_left_out():
    assert verdicts({"cold": entry("ms", 3, {"one": [1.0]})}, (AT_MOST_2,)) == []


LOG = """START RequestId: 1 Version: $LATEST
{"message":"REPORT RequestId: no line of the emulator"}
REPORT RequestId: 1\tInit Duration: 0.04 ms\tDuration: 107.21 ms\tBilled Duration: 108 ms\tMemory
REPORT RequestId: 2\tDuration: 1.42 ms\tBilled Duration: 2 ms\tMemory Size: 512 MB\t
"""


def test_report_lines_are_read_in_order():
    assert invocations(LOG) == [Invocation(107.21, 108), Invocation(1.42, 2)]


class Answering(Caller):
    """A peer that gives every row the same answer."""

    def __init__(self, answer):
        super().__init__(0, PEER)
        self.answer = answer

    def send(self, body):
        return self.answer(len(json.loads(body)["samples"]))


def test_a_variant_with_wrong_labels_is_not_measured():
    always_benign = Answering(
        lambda count: json.dumps({"predictions": [{"label": "benign"}] * count}).encode()
    )

    with pytest.raises(WrongAnswer, match="of 100 labels are correct"):
        check(always_benign)


@pytest.mark.parametrize("answer", [b"", b"{}", b'{"error": "no"}', b"<html>"])
def test_an_answer_without_labels_is_a_wrong_answer(answer):
    with pytest.raises(WrongAnswer):
        Answering(lambda count: answer).labels([[1] * 9])
