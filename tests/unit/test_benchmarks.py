import json

import pytest

from lab.benchmarks import money, prices, setting
from lab.benchmarks.__main__ import PARTS, run_parts
from lab.benchmarks.containers import Invocation, init_ms, invocations
from lab.benchmarks.images import model_of, why
from lab.benchmarks.part import entry, measure
from lab.benchmarks.results import (
    Bar,
    bar_document,
    bar_line,
    figure,
    judge,
    kept_bars,
    record,
)
from lab.benchmarks.setting import Session, summary
from lab.benchmarks.variants import LAMBDA, PEERS, REST, V2, Variant, WrongAnswer, check

AT_MOST_2 = Bar("one / other", "one", "other", 2.0, at_most=True)
AT_LEAST_2 = Bar("one / other", "one", "other", 2.0, at_most=False)


def test_a_ratio_within_its_bar_holds():
    verdict = judge(AT_MOST_2, {"one": [3.0, 3.1, 2.9], "other": [2.0, 2.0, 2.0]})

    assert verdict.met
    assert verdict.ratio == pytest.approx(1.5)


@pytest.mark.parametrize(("bar", "one"), [(AT_MOST_2, 5.0), (AT_LEAST_2, 3.0)])
def test_a_bar_that_no_round_reaches_is_missed(bar, one):
    verdict = judge(bar, {"one": [one] * 9, "other": [2.0] * 9})

    assert verdict.missed
    assert not verdict.met
    assert bar_document(verdict)["failed"]


@pytest.mark.parametrize("bar", [AT_MOST_2, AT_LEAST_2])
def test_a_bar_that_a_quarter_of_the_rounds_reaches_is_missed_within_noise(bar):
    off, on = (4.2, 3.8) if bar.at_most else (3.8, 4.2)

    verdict = judge(bar, {"one": [off] * 6 + [on] * 3, "other": [2.0] * 9})

    assert not verdict.met
    assert not verdict.missed
    assert bar_document(verdict)["verdict"] == "within noise"


def test_a_bar_without_a_denominator_bounds_the_measure_itself():
    bar = Bar("rows", "one", None, 150_000, at_most=False, unit="rows/s")

    assert judge(bar, {"one": [160_000.0, 170_000.0, 165_000.0]}).met
    assert judge(bar, {"one": [100_000.0] * 9}).missed


def test_a_bar_that_is_not_held_fails_nothing():
    verdict = judge(AT_MOST_2._replace(held=False), {"one": [5.0] * 9, "other": [2.0] * 9})

    assert bar_document(verdict)["verdict"] == "not yet"
    assert not bar_document(verdict)["failed"]


def test_a_verdict_line_names_the_ratio_the_bar_and_the_word():
    line = bar_line(bar_document(judge(AT_MOST_2, {"one": [5.0] * 9, "other": [2.0] * 9})))

    assert "2.50 ×" in line
    assert "≤ 2.00" in line
    assert "MISSED" in line


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (150_000.4, "150,000"),
        (12.345, "12.35"),
        (0.12345, "0.123"),
        (0.0000123, "0.0000123"),
        (0, "0.00"),
    ],
)
def test_figures_have_three_digits_and_no_powers_of_ten(value, text):
    assert figure(value) == text


def test_recording_one_part_leaves_the_others_as_they_were(tmp_path):
    path = tmp_path / "results.json"
    record("one", {"value": 1.23456789}, path)
    before = json.loads(path.read_text())["one"]

    record("other", {"value": 2}, path)

    document = json.loads(path.read_text())
    assert document["one"] == before
    assert before["value"] == 1.23457
    assert document["other"]["machine"]["cores"]


LOG = """START RequestId: 1 Version: $LATEST
{"message":"REPORT RequestId: no line of the emulator"}
END RequestId: 1
REPORT RequestId: 1\tInit Duration: 0.04 ms\tDuration: 107.21 ms\tBilled Duration: 108 ms\tMemory
REPORT RequestId: 2\tDuration: 1.42 ms\tBilled Duration: 2 ms\tMemory Size: 512 MB\t
23 Nov 2026 19:23:04,504 [INFO] (rapid) INIT REPORT(durationMs: 105.823000)
"""


def test_report_lines_are_read_in_order():
    assert invocations(LOG) == [Invocation(107.21, 108), Invocation(1.42, 2)]


def test_the_start_of_the_function_is_read_where_there_is_one():
    assert init_ms(LOG) == pytest.approx(105.823)
    assert init_ms("START RequestId: 1") is None


def test_bills_are_means_and_durations_medians():
    warm = {1: [Invocation(0.9, 1), Invocation(1.1, 2), Invocation(9.1, 10)]}

    found = summary([Session(100.0, Invocation(103.5, 104), warm)])

    assert found["warm"]["1"]["billed_ms"] == pytest.approx(13 / 3)
    assert found["warm"]["1"]["duration_ms"]["median"] == pytest.approx(1.1)
    assert found["first_ms"] == pytest.approx(3.5)
    assert found["cold_billed_ms"] == 104


def test_a_request_costs_its_time_at_its_memory_and_two_requests():
    usd = prices.request_usd(billed_ms=100, memory_mb=1024)

    assert usd * 1e6 == pytest.approx(1.67 + 0.20 + 1.00, abs=0.005)


def test_an_api_request_counts_once_for_each_512_kilobytes():
    small, large = (prices.request_usd(1, 128, size) for size in (524_288, 524_289))

    assert large - small == pytest.approx(prices.price("http_api_request"))


def test_the_smallest_host_costs_what_the_facts_say():
    assert prices.host_month_usd() == pytest.approx(11.88, abs=0.01)


def entry_of(billed_ms, duration_ms):
    return {"warm": {"1": {"billed_ms": billed_ms, "duration_ms": {"median": duration_ms}}}}


def test_the_cheapest_memory_is_that_of_least_money_and_the_fastest_of_least_time():
    measured = {
        "ours": {"128": entry_of(4, 3.5), "256": entry_of(1.5, 1.4), "1024": entry_of(1, 1)}
    }

    usd = money.per_million(measured)

    assert money.settings(usd["ours"]) == {"1": "256"}
    assert money.fastest(measured) == {"ours": "1024"}


def test_a_batch_shares_the_price_of_a_request():
    many = {"ours": {"512": {"warm": {"100": entry_of(2, 2)["warm"]["1"]}}}}

    usd = money.per_million(many)["ours"]["512"]["100"]

    assert usd == pytest.approx(prices.request_usd(2, 512) * 10_000)


@pytest.mark.parametrize(("volume", "expected"), [(1, 1), (26_280_000, 1), (26_280_001, 2)])
def test_hosts_are_counted_for_the_busiest_hour(volume, expected):
    assert money.hosts(volume, per_s=100) == expected


def test_a_part_returns_the_bars_that_failed_and_keeps_its_entry(tmp_path):
    path = tmp_path / "results.json"
    series = {"one": [5.0] * 9, "other": [2.0] * 9}

    failed = measure(
        lambda rounds: {"cold": entry("c", "ms", rounds, series, [AT_MOST_2])}, 9, path
    )

    assert failed == ["one / other"]
    assert [bar["verdict"] for bar in kept_bars(json.loads(path.read_text()))] == ["MISSED"]


def test_a_bar_of_a_series_that_could_not_be_measured_is_left_out():
    assert entry("c", "ms", 9, {"one": [1.0, 1.0]}, [AT_MOST_2])["bars"] == []


def test_a_part_that_breaks_off_does_not_cost_the_others(tmp_path, capsys):
    def broken(rounds):
        raise WrongAnswer("malignant")

    parts = {"bad": broken, "good": lambda rounds: {"cold": {"rounds": rounds}}}
    path = tmp_path / "results.json"

    left = run_parts(["bad", "good"], 3, parts, path)

    assert left == ["bad"]
    assert json.loads(path.read_text())["cold"]["rounds"] == 3
    assert "malignant" in capsys.readouterr().err


def test_money_is_computed_after_what_it_reads_was_measured():
    order = list(PARTS)

    assert order.index("money") > max(order.index("setting"), order.index("warm"))


@pytest.mark.parametrize("name", [name for name in PEERS if name != "bare"])
def test_every_peer_serves_a_model_whose_labels_are_known(name):
    assert model_of(name) in ("model", "model.joblib")


def variant_answering(label):
    return Variant("peer", "", "", {}, (), REST, lambda rows: [label] * len(rows))


class Always:
    """Stands for a container that answers every sample with one label."""

    def labels(self, rows):
        return ["benign"] * len(rows)


def test_a_variant_that_contradicts_its_model_is_not_timed():
    check(Always(), variant_answering("benign"))

    with pytest.raises(WrongAnswer, match="malignant"):
        check(Always(), variant_answering("malignant"))


@pytest.mark.parametrize("answer", [b"", b"{}", b'{"error": "no"}', b"<html>"])
def test_an_answer_without_labels_is_a_wrong_answer(answer):
    with pytest.raises(WrongAnswer):
        variant_answering("benign").labels_in(answer)


def test_each_road_reads_the_labels_of_its_own_form():
    plain = '{"predictions": [{"label": "benign"}]}'

    assert REST.labels(json.loads(plain)) == ["benign"]
    assert LAMBDA.labels({"statusCode": 200, "body": plain}) == ["benign"]
    assert V2.labels({"outputs": [{"data": ["benign"]}]}) == ["benign"]


def test_a_tensor_holds_the_scores_row_by_row():
    [tensor] = json.loads(V2.body([[1, 2], [3, 4]]))["inputs"]

    assert tensor["shape"] == [2, 2]
    assert tensor["data"] == [1, 2, 3, 4]


def test_the_curve_spans_lambdas_smallest_size_to_one_processor():
    assert setting.SIZES_MB == (128, 256, 512, 1024, 1769)


def test_a_result_that_no_page_would_show_is_refused(tmp_path):
    path = tmp_path / "results.json"

    with pytest.raises(KeyError, match="fresh"):
        measure(lambda rounds: {"fresh": {}}, 9, path)

    assert not path.exists()


def test_a_failed_build_is_told_by_pips_last_error():
    output = (
        "Step 3/9\n\x1b[91mERROR: No matching distribution found for x\x1b[0m\nThe command failed"
    )

    assert why(output) == "ERROR: No matching distribution found for x"
    assert why("Step 1/9\nno space left") == "no space left"
