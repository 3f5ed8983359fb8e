import json

import numpy as np
import pytest

from lab import drift
from lab.benchmarks.__main__ import line
from lab.benchmarks.billing import of_size
from lab.benchmarks.cold import rotated
from lab.benchmarks.containers import Invocation, invocations
from lab.benchmarks.handler import batch
from lab.benchmarks.images import error_of, samples
from lab.benchmarks.protocols import LAMBDA, REST, V2
from lab.benchmarks.results import Limit, entry, record, verdicts
from lab.benchmarks.variants import Caller, Variant, WrongAnswer, check
from lab.tables import figure, table

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


def test_a_limit_without_a_second_variant_bounds_the_median():
    [verdict] = verdicts(results([160.0], [1.0]), (AT_LEAST_2._replace(against=None, bound=150),))

    assert verdict == (verdict.limit, 160, True)


def test_a_limit_of_a_variant_that_was_not_measured_is_left_out():
    assert verdicts({"cold": entry("ms", 3, {"one": [1.0]})}, (AT_MOST_2,)) == []


def test_a_missed_limit_is_printed_with_its_ratio_and_bound():
    [verdict] = verdicts(results([5.0], [2.0]), (AT_MOST_2,))

    assert " ".join(line(verdict).split()) == "cold: one / other 2.50 ≤ 2.00 not met"


@pytest.mark.parametrize(
    ("value", "text"),
    [(150_000.4, "150,000"), (12.345, "12.35"), (0.12345, "0.123"), (1.23e-5, "0.0000123")],
)
def test_figures_have_three_digits_and_no_power_of_ten(value, text):
    assert figure(value) == text


def test_a_table_aligns_numbers_to_the_right():
    assert table(["a", "b"], [["x", "1"]]) == "\n| a | b |\n| --- | ---: |\n| x | 1 |\n"


def test_recording_one_measurement_keeps_the_others(tmp_path):
    path = tmp_path / "results.json"
    record({"one": {"value": 1.23456789}}, path)
    before = json.loads(path.read_text())["one"]

    after = record({"other": {"value": 2}}, path)

    assert json.loads(path.read_text())["one"] == before
    assert before["value"] == 1.2346
    assert "cores" in after["other"]["machine"]


LOG = """START RequestId: 1 Version: $LATEST
{"message":"REPORT RequestId: no line of the emulator"}
REPORT RequestId: 1\tInit Duration: 0.04 ms\tDuration: 107.21 ms\tBilled Duration: 108 ms\tMemory
REPORT RequestId: 2\tDuration: 1.42 ms\tBilled Duration: 2 ms\tMemory Size: 512 MB\t
"""


def test_report_lines_are_read_in_order():
    assert invocations(LOG) == [Invocation(107.21, 108), Invocation(1.42, 2)]


def test_billed_milliseconds_are_means_and_grow_by_sample():
    one = [Invocation(0.9, 1), Invocation(1.1, 2), Invocation(9.1, 10)]

    found = of_size(one, [Invocation(103.0, 104), Invocation(103.0, 104 + 25 / 3)])

    assert found["billed_ms"] == pytest.approx(13 / 3)
    assert found["sample_ms"] == pytest.approx((104 + 25 / 6 - 13 / 3) / 999)
    assert 1.1 < found["slow_ms"] < 9.1


def test_each_round_begins_with_another_variant():
    assert rotated([1, 2, 3], 4) == [2, 3, 1]


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


def test_each_protocol_finds_the_labels_in_its_answers():
    plain = {"predictions": [{"label": "benign"}]}

    assert REST.labels(plain) == ["benign"]
    assert LAMBDA.labels({"statusCode": 200, "body": json.dumps(plain)}) == ["benign"]
    assert V2.labels({"outputs": [{"data": ["benign"]}]}) == ["benign"]


def test_a_tensor_holds_the_rows_one_after_the_other():
    [tensor] = json.loads(V2.body([[1, 2], [3, 4]]))["inputs"]

    assert (tensor["shape"], tensor["data"]) == ([2, 2], [1, 2, 3, 4])


def test_a_failed_build_is_reported_with_the_last_error_of_pip():
    output = "Step 3/9\n\x1b[91mERROR: No matching distribution found for x\x1b[0m\nfailed"

    assert error_of(output) == "ERROR: No matching distribution found for x"
    assert error_of("Step 1/9\nno space left") == "no space left"


def test_the_data_set_is_read_with_its_labels():
    rows, labels = samples()

    assert {len(row) for row in rows} == {9}
    assert len(rows) == len(labels) > 600
    assert set(labels) == {"benign", "malignant"}


def test_the_handler_is_measured_with_every_batch_format():
    found = batch(2, rows=20, calls=2)

    assert set(found["batch"]["variants"]) == {"bare", "JSON", "CSV", "CSV to CSV"}
    times = [each["median"] for part in found.values() for each in part["variants"].values()]
    assert all(time > 0 for time in times)


def test_the_drift_simulation_counts_each_score_and_missing_ones():
    found = drift.count(np.array([[1, np.nan], [10, 3]]))

    assert found["0"] == (1, *[0] * 8, 1, 0)
    assert found["1"] == (0, 0, 1, *[0] * 7, 1)


def test_the_drift_simulation_finds_the_shift_between_the_first_and_the_last_period():
    assert drift.found_share("last period against the first", 50) > 0.9
