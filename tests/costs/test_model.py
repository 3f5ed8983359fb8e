"""What a month costs, by hand: the arithmetic here knows nothing of the model's."""

import json

import pytest

from lab.costs.breakeven import crossings
from lab.costs.homes import HOMES, estimate, estimates
from lab.costs.inputs import as_inputs, document, measured
from lab.costs.prices import PRICES, Prices, load_prices
from lab.costs.queueing import erlang_b, erlang_c, waiting_quantile
from lab.costs.traffic import Traffic, poisson_cold_share

GB = 2**30


@pytest.fixture(scope="module")
def inputs():
    """The committed prices, with round measurements, so that a person can follow."""
    found = document()
    found["measured"] = {
        "memory_mb": {
            "512": {"billed_ms": 4.0, "sample_ms": 0.03, "slow_ms": 9.0},
            "1024": {"billed_ms": 2.0, "sample_ms": 0.02, "slow_ms": 5.0},
        },
        "cold_ms": 204.0,
        "cold_here_ms": 50.0,
        "server_ms": 1.0,
        "server_sample_ms": 0.02,
        "log_bytes": 1000.0,
        "answer_bytes": 1000.0,
        "answer_sample_bytes": 150.0,
        "image_gb": 0.5,
    }
    return as_inputs(found)


def pattern(requests, **changes):
    return Traffic(requests, cold_share=0.01, form_share=0)._replace(**changes)


def usd(home, traffic, inputs):
    return estimate(home, traffic, inputs).usd


# 4 ms warm and 1 % × 200 ms more when cold are 6 ms; half a GB for 6 ms is 0.003 GB-s.
@pytest.mark.parametrize(
    ("requests", "by_hand"),
    [
        # watching: 5 alarms and 8 metrics in the hours with a request: nearly all, from 10,000 on
        (
            10_000,
            30 * 0.0000166667  # GB-seconds
            + 0.01 * 0.20  # invocations
            + 0.01 * 1.00  # HTTP API
            + 10_000 * 1250 / GB * (0.50 + 0.03)  # logs, the API's line of 250 bytes included
            + 10_000 * 1000 / GB * 0.09  # answers
            + 0.50
            + 2.40 * (1 - 1.125e-6)  # e^-(10,000 / 730)
            + 0.05  # image
            + 0.002 * 0.023,  # form in the bucket
        ),
        (
            1_000_000,
            3_000 * 0.0000166667
            + 0.20
            + 1.00
            + 1e6 * 1250 / GB * 0.53
            + 1e6 * 1000 / GB * 0.09
            + 2.90
            + 0.05
            + 0.000046,
        ),
        (
            1_000_000_000,
            3_000_000 * 0.0000166667
            + 200
            + (300 * 1.00 + 700 * 0.90)  # the HTTP API's second tier
            + 1e9 * 1250 / GB * 0.53
            + 1e9 * 1000 / GB * 0.09
            + 2.95
            + 0.000046,
        ),
    ],
)
def test_lambda_costs_what_a_person_works_out(inputs, requests, by_hand):
    assert usd("lambda", pattern(requests), inputs) == pytest.approx(by_hand, abs=0.005)


def test_the_free_tier_takes_away_what_it_says(inputs):
    free = estimate("lambda", pattern(1_500_000, free_tier=True), inputs).lines

    assert free["compute"] == 0  # 4,500 GB-s of 400,000
    assert free["requests"] == pytest.approx(0.10)  # half a million of them
    assert free["egress"] == 0  # 1.4 GB of 100
    assert free["watching"] == 0
    assert free["api"] == pytest.approx(1.50)  # the HTTP API has no lasting free tier


# 730 h: t3.micro 7.592, its disk 0.64, its address 3.65
HOST = 7.592 + 0.64 + 3.65
BALANCER = 0.0225 * 730


@pytest.mark.parametrize(("requests", "lcu"), [(10_000, 0), (1_000_000, 0), (100_000_000, 0)])
def test_one_host_costs_its_hours_disk_address_and_traffic(inputs, requests, lcu):
    # 100 million a month with a peak of 5 are 190 a second, 19 % of one processor of two
    by_hand = HOST + requests * 1000 / GB * 0.09
    assert usd("ec2", pattern(requests, redundant=False), inputs) == pytest.approx(by_hand)


def test_two_hosts_need_a_balancer_and_its_two_addresses(inputs):
    mean = 1e6 / (730 * 3600)
    by_hand = 2 * HOST + BALANCER + 2 * 3.65 + mean / 25 * 0.008 * 730 + 1e9 / GB * 0.09
    assert usd("ec2", pattern(1e6), inputs) == pytest.approx(by_hand)


def test_hosts_are_counted_for_the_peak_and_one_may_fail(inputs):
    # 2 × 10⁹ a month: 761 a second, 3,805 at the peak, 1 ms each, 60 % of two processors a host
    found = estimate("ec2", pattern(2e9), inputs)
    assert found.units == 4 + 1
    # 0.761 processors busy on average are under five small baselines of 0.4, not five of 0.2
    assert found.size == "t3.micro"


def test_processors_above_the_baseline_are_paid_for(inputs):
    found = estimate("ec2", pattern(2e9, redundant=False, peak=1), inputs)
    # One host, 0.761 of its processors busy; the cheapest baseline plus what exceeds it
    busy = 2e9 / (730 * 3600) / 1000
    micro = 7.592 + (busy - 0.2) * 0.05 * 730
    small = 15.184 + (busy - 0.4) * 0.05 * 730
    assert found.lines["compute"] == pytest.approx(min(micro, small))


def test_fargate_costs_its_parts_balancer_and_three_addresses(inputs):
    # 0.25 vCPU and 0.5 GB, as facts of 2026-09 have it: 36.39 before what requests add
    lines = estimate("fargate", pattern(10_000, redundant=False), inputs).lines
    fixed = lines["compute"] + lines["balancer"] + lines["addresses"]
    assert fixed == pytest.approx(36.39, abs=0.01)


def test_sagemaker_in_two_zones_costs_two_instances_and_a_gateway_that_signs(inputs):
    lines = estimate("sagemaker", pattern(1e6), inputs).lines
    assert lines["compute"] == pytest.approx(167.90)
    assert lines["api"] == pytest.approx(3.50)


def test_sagemaker_serverless_bills_a_whole_gigabyte(inputs):
    lines = estimate("sagemaker-serverless", pattern(1e6), inputs).lines
    assert lines["compute"] == pytest.approx(1e6 * 0.002 * 0.00002)


def test_many_samples_cost_more_time_bytes_and_units(inputs):
    found = estimate("lambda", pattern(1000, samples=5000, cold_share=0), inputs)
    assert found.lines["compute"] == pytest.approx(
        1000 * (4 + 4999 * 0.03) / 1000 * 0.5 * 0.0000166667
    )
    # 1,000 + 4,999 × 150 bytes are two units of 512 KB
    assert found.lines["api"] == pytest.approx(2000 * 1e-6)


def test_ten_requests_a_second_take_one_unit_of_lambda_s_concurrency(inputs):
    # 3 × 10¹⁰ a month, five times that at the peak: 57,078 a second of 4 ms are 228 at once,
    # but Lambda lets ten requests a second through for each unit
    found = estimate("lambda", pattern(3e10), inputs)
    assert found.units == 5708
    assert found.beyond_quota


def test_each_month_sums_its_lines_and_none_is_negative(inputs):
    for free in (False, True):
        for each in estimates(pattern(5e5, free_tier=free), inputs):
            assert each.usd == pytest.approx(sum(each.lines.values()))
            assert all(amount >= 0 for amount in each.lines.values())


def test_tiers_price_what_lies_within_them_alone():
    rows = {"x": {"tiers": [[0, 2.0], [10, 1.0], [20, 0.5]]}}
    prices = Prices({"taken": "", "prices": rows, "free": {}})
    assert prices.cost("x", 5) == 10
    assert prices.cost("x", 25) == 20 + 10 + 2.5


def test_break_even_is_exact_to_the_request(inputs):
    traffic = pattern(0, redundant=False)
    for home in HOMES:
        for found in crossings("lambda", home, traffic, inputs) if home != "lambda" else []:
            before = traffic._replace(requests=found.requests - 1)
            after = traffic._replace(requests=found.requests)
            dearer = usd("lambda", after, inputs) > usd(home, after, inputs)
            assert dearer is (found.cheaper == home)
            assert dearer is not (usd("lambda", before, inputs) > usd(home, before, inputs))


def test_break_even_against_one_host_follows_from_two_prices(inputs):
    # Where nothing but a host's 11.88 stands against the price of a request, it is their ratio:
    # 0.05 + 0.20 + 1.00 + 0.617 a million, and watching, image and bucket from the start
    [found] = crossings("lambda", "ec2", pattern(0, redundant=False), inputs)
    million = 0.0500001 + 1.20 + 1e6 * 1250 / GB * 0.53
    assert found.requests == pytest.approx((HOST - 2.950046) / million * 1e6, abs=2)


def test_every_price_says_where_and_when_it_was_read():
    for name, row in load_prices().document["prices"].items():
        assert row["source"], name
        assert row["date"], name
        assert row["unit"], name
        assert isinstance(row["verified"], bool), name
        assert row["tiers"][0][0] == 0, name
    assert {"ec2_t3_surplus_vcpu_hour", "sagemaker_t2_medium_hour"} <= set(load_prices().unverified)


def test_the_committed_prices_are_in_their_one_form():
    text = PRICES.read_text()
    assert text == json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"


def test_erlang_s_formulas_give_the_tables_values():
    # Published tables: 10 lines and 5 erlangs lose 1.84 %; 2 agents at 1 erlang wait 1 in 3
    assert erlang_b(10, 5) == pytest.approx(0.018385, abs=1e-6)
    assert erlang_c(2, 1) == pytest.approx(1 / 3)
    # One server: the wait of M/M/1, where half wait under ln(2ρ) / (μ − λ)
    assert waiting_quantile(1, 0.8, 1, 0.5) == pytest.approx(2.35, abs=0.001)
    assert waiting_quantile(1, 1, 1, 0.5) == float("inf")


def test_requests_an_hour_apart_find_no_environment():
    assert poisson_cold_share(730, 600, 730) == pytest.approx(0.846, abs=0.001)
    assert poisson_cold_share(1e9, 600, 730) == 0


def results(**more):
    entry = {
        "billed_ms": 4.0,
        "billed_ms_many": 103.9,
        "duration_ms": {"median": 1.0, "percentile_99": 9.0},
        "log_bytes": 1000,
        "answer_bytes": 1000,
        "answer_bytes_many": 100_900,
    }
    start = {"median": 50, "lower_quartile": 45, "upper_quartile": 55}
    return {
        "cold": {"variants": {"bare": {"median": 40}, "scorecard": start}},
        "capacity": {
            "memory_mb": {"512": entry},
            "many": 1000,
            "server": {"processor_ms": 1.0},
            "image_mb": 500,
        },
        **more,
    }


def test_measurements_are_read_by_their_keys():
    found = measured(results(), {"published_bare_init_ms": {"value": 160}})

    assert found["memory_mb"]["512"]["billed_ms"] == 4
    assert found["memory_mb"]["512"]["sample_ms"] == pytest.approx(0.1)
    assert found["cold_ms"] == 200
    assert found["answer_sample_bytes"] == pytest.approx(100)
    assert found["server_ms"] == 1


def test_the_benchmark_against_peers_is_preferred_where_it_was_run():
    warm = {"1": {"billed_ms": 2.0}, "100": {"billed_ms": 9}, "10000": {"billed_ms": 501.95}}
    more = {
        "setting": {"memory_mb": {"scorecard": {"512": {"warm": warm}}}},
        "rate": {"variants": {"scorecard-server": {"median": 800}}},
    }
    found = measured(results(**more), {"published_bare_init_ms": {"value": 160}})

    assert found["memory_mb"]["512"]["billed_ms"] == 2
    assert found["memory_mb"]["512"]["sample_ms"] == pytest.approx(0.05)
    assert found["server_ms"] == 1.25
