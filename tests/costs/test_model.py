"""Costs worked out by hand: this arithmetic shares nothing with the model."""

import pytest

from lab.costs.inputs import document, measured
from lab.costs.model import break_evens, months

GB = 2**30
#: t3.micro for 730 hours, its disk, its address.
HOST = 7.592 + 0.64 + 3.65
BALANCER = 0.0225 * 730


@pytest.fixture(scope="module")
def inputs():
    """The committed prices with round measurements, which a person can follow."""
    memory = {
        "512": {"billed_ms": 4.0, "sample_ms": 0.03, "slow_ms": 9.0},
        "1024": {"billed_ms": 2.0, "sample_ms": 0.02, "slow_ms": 5.0},
    }
    measurements = {"memory_mb": memory, "cold_ms": 204.0, "server_ms": 1.0}
    measurements |= {"server_sample_ms": 0.02, "log_bytes": 1000.0, "answer_bytes": 1000.0}
    return document() | {"measured": {**measurements, "answer_sample_bytes": 150, "image_gb": 0.5}}


@pytest.fixture(scope="module")
def month(inputs, node):
    def run(requests, **changes):
        [found] = months(inputs, [{"requests": requests, "form_share": 0, **changes}])
        return found

    return run


# 4 ms warm, and 200 ms more for 1 % of the requests: 6 ms of half a GB are 0.003 GB-s.
@pytest.mark.parametrize(
    ("requests", "by_hand"),
    [
        (
            10_000,
            30 * 0.0000166667  # GB-seconds
            + 0.01 * 0.20  # invocations
            + 0.01 * 1.00  # HTTP API
            + 10_000 * 1250 / GB * (0.50 + 0.03)  # logs, with 250 bytes of access log
            + 10_000 * 1000 / GB * 0.09  # answers
            + 0.70  # seven alarm metrics
            + 2.40 * (1 - 1.125e-6)  # metrics in hours with a request: 1 - e^-(10,000 / 730)
            + 0.05  # image
            + 0.002 * 0.023,  # site in the bucket
        ),
        (
            1_000_000,
            3_000 * 0.0000166667
            + 0.20
            + 1.00
            + 1e6 * 1250 / GB * 0.53
            + 1e6 * 1000 / GB * 0.09
            + 3.10
            + 0.05
            + 0.000046,
        ),
        (
            1_000_000_000,
            3_000_000 * 0.0000166667
            + 200
            + (300 * 1.00 + 700 * 0.90)  # second tier of the HTTP API
            + 1e9 * 1250 / GB * 0.53
            + 1e9 * 1000 / GB * 0.09
            + 3.15
            + 0.000046,
        ),
    ],
)
def test_lambda_costs_the_sum_worked_out_by_hand(month, requests, by_hand):
    assert month(requests)["lambda"]["usd"] == pytest.approx(by_hand, abs=0.005)


def test_the_free_tier_is_subtracted(month):
    free = month(1_500_000, free_tier=True)["lambda"]["lines"]

    assert free["compute"] == 0  # 4,500 of 400,000 GB-s
    assert free["requests"] == pytest.approx(0.10)  # half a million
    assert free["egress"] == 0  # 1.4 of 100 GB
    assert free["monitoring"] == 0
    assert free["api"] == pytest.approx(1.50)  # the HTTP API has no lasting free tier


@pytest.mark.parametrize("requests", [10_000, 1_000_000, 100_000_000])
def test_one_host_costs_its_hours_disk_address_and_egress(month, requests):
    by_hand = HOST + requests * 1000 / GB * 0.09
    assert month(requests, redundant=False)["ec2"]["usd"] == pytest.approx(by_hand)


def test_two_hosts_need_a_load_balancer_with_two_addresses(month):
    mean = 1e6 / (730 * 3600)
    balancer = BALANCER + 2 * 3.65 + mean / 25 * 0.008 * 730
    by_hand = 2 * HOST + balancer + 1e9 / GB * 0.09
    assert month(1e6)["ec2"]["usd"] == pytest.approx(by_hand)


def test_hosts_are_counted_for_the_peak_and_one_may_fail(month):
    # 761 a second, 3,805 at the peak, 1 ms each; a host gives 60 % of two processors
    found = month(2e9)["ec2"]
    assert found["units"] == 4 + 1
    assert found["size"] == "t3.micro"


def test_processor_time_above_the_baseline_is_billed(month):
    busy = 2e9 / (730 * 3600) / 1000
    micro = 7.592 + (busy - 0.2) * 0.05 * 730
    small = 15.184 + (busy - 0.4) * 0.05 * 730
    compute = month(2e9, redundant=False, peak=1)["ec2"]["lines"]["compute"]
    assert compute == pytest.approx(min(micro, small))


def test_fargate_costs_its_task_balancer_and_three_addresses(month):
    # 0.25 vCPU and 0.5 GB: 730 h × (0.25 × 0.04048 + 0.5 × 0.004445) + balancer + 3 addresses
    lines = month(1, redundant=False)["fargate"]["lines"]
    fixed = lines["compute"] + lines["balancer"] + lines["addresses"]
    assert fixed == pytest.approx(9.01 + BALANCER + 3 * 3.65, abs=0.01)


def test_ecs_adds_logs_monitoring_and_image_to_its_hosts(month):
    lines = month(1e6)["ecs-ec2"]["lines"]
    assert lines["logs"] == pytest.approx(1e6 * 1000 / GB * 0.53)
    assert lines["monitoring"] == pytest.approx(3.10)
    assert lines["image"] == pytest.approx(0.05)


def test_the_form_adds_its_files_and_sends_its_answers_through_cloudfront(inputs, month):
    assumed = {name: row["value"] for name, row in inputs["assumptions"]["values"].items()}
    lines = month(1e6, form_share=0.3)["lambda"]["lines"]

    visits = 0.3e6 / assumed["calls_a_visit"]
    files = visits * assumed["page_files"]
    site = (files + 0.3e6) * 1e-6 + files * 4e-7 + 0.000046
    edge_gb = (0.3e9 + visits * assumed["page_bytes"]) / GB
    assert lines["site"] == pytest.approx(site)
    assert lines["egress"] == pytest.approx(edge_gb * 0.085 + 0.7e9 / GB * 0.09)


def test_sagemaker_costs_two_instances_and_a_rest_api(month):
    lines = month(1e6)["sagemaker"]["lines"]
    assert lines["compute"] == pytest.approx(2 * 730 * 0.115)
    assert lines["api"] == pytest.approx(3.50)


def test_sagemaker_serverless_bills_whole_gigabytes(month):
    lines = month(1e6)["sagemaker-serverless"]["lines"]
    assert lines["compute"] == pytest.approx(1e6 * 0.002 * 0.00002)


def test_many_samples_cost_more_time_and_api_units(month):
    lines = month(1000, samples=5000, cold_share=0)["lambda"]["lines"]
    seconds = 1000 * (4 + 4999 * 0.03) / 1000
    assert lines["compute"] == pytest.approx(seconds * 0.5 * 0.0000166667)
    # 1,000 + 4,999 × 150 bytes are two units of 512 KB
    assert lines["api"] == pytest.approx(2000 * 1e-6)


def test_ten_requests_a_second_need_one_unit_of_concurrency(month):
    # 57,078 a second at the peak; of 4 ms, they are only 228 at once
    found = month(3e10)["lambda"]
    assert found["units"] == 5708
    assert found["beyondQuota"]


def test_a_cold_start_is_the_slowest_percent_if_one_request_in_a_hundred_meets_one(month):
    assert month(1e6, cold_share=0.01)["lambda"]["slowMs"] == 204
    assert month(1e6, cold_share=0.009)["lambda"]["slowMs"] == 9


def test_waiting_follows_erlang_c(month):
    # Two processors, 0.8 requests a ms of 1 ms each: 22.86 % wait, ln(0.2286 / 0.01) / (2 - 0.8) ms
    requests = 800 / 5 * 730 * 3600
    found = month(requests, redundant=False)["ec2"]
    assert found["units"] == 1
    assert found["typicalMs"] == 1
    assert found["slowMs"] == pytest.approx(1 + 2.608, abs=0.001)


def test_break_even_against_one_host_follows_from_two_prices(inputs, month):
    traffic = {"redundant": False, "form_share": 0}
    pair = {"options": ["lambda", "ec2"], "traffic": traffic}
    [[found]] = break_evens(inputs, [pair])

    million = 0.0500001 + 1.20 + 1e6 * 1250 / GB * 0.53
    assert found["requests"] == pytest.approx((HOST - 3.150046) / million * 1e6, abs=2)
    assert found["cheaper"] == "ec2"
    before, after = (month(found["requests"] - less, redundant=False) for less in (1, 0))
    assert before["lambda"]["usd"] <= before["ec2"]["usd"]
    assert after["lambda"]["usd"] > after["ec2"]["usd"]


def test_the_cold_start_is_scaled_to_lambda():
    cold = {"variants": {"bare": {"median": 40}, "ours": {"median": 50}}}
    memory = {"512": {"billed_ms": 4.0, "sample_ms": 0.1, "slow_ms": 9.0}}
    billing = {"memory_mb": memory, "log_bytes": 1000, "answer_bytes": 900}
    results = {
        "cold": cold,
        "billing": {**billing, "answer_sample_bytes": 100},
        "rate": {"variants": {"ours-server": {"median": 800}}},
        "size": {"image_gb": 0.4},
    }

    found = measured(results, {"published_bare_init_ms": {"value": 160}})

    assert found["cold_ms"] == 200
    assert found["server_ms"] == 1.25
