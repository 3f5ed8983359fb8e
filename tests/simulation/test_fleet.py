"""Lambda's rules, simulated: equal to closed forms, and the fast way equal to the reference."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.bucket import Bucket
from simulation.checks import checks
from simulation.day import day, quantiles, strata, usual_fleet
from simulation.pattern import DAY_S, Burst, Pattern, arrivals, exponent
from simulation.processes import simulate
from simulation.replay import replay
from simulation.rules import COLD, THROTTLED, WARM, Durations, Rules

DURATIONS = Durations(0.002, 1.0, 0.2, 0.05)


def test_every_figure_is_within_five_percent_of_its_closed_form():
    found = checks(20261123)

    assert len(found) == 10
    assert {each.name: each.off for each in found if not each.off <= 0.05} == {}


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    concurrency=st.integers(1, 6),
    requests_s=st.sampled_from([2.0, 10.0, math.inf]),
    environments=st.sampled_from([1.0, 5.0, math.inf]),
    idle_reclaim_s=st.sampled_from([0.5, 5.0, 60.0]),
    provisioned=st.integers(0, 3),
)
def test_the_fast_way_decides_every_request_as_the_reference(seed, **rules):
    random = np.random.default_rng(seed)
    times = np.cumsum(random.exponential(0.2, 300))
    warm_s, cold_s = random.exponential(0.5, 300), random.exponential(2, 300)

    outcomes, busy = simulate(times, warm_s, cold_s, Rules(**rules))
    found = replay(times, warm_s, cold_s, Rules(**rules))

    assert found.outcomes.tobytes() == outcomes
    assert found.busy.tolist() == busy


def outcome(times, rules, warm_s=0.1, cold_s=1.0):
    times = np.array(times, float)
    found = replay(times, np.full(len(times), warm_s), np.full(len(times), cold_s), rules)
    return found.outcomes.tolist()


def test_the_first_request_starts_cold_and_the_next_is_warm():
    assert outcome([0, 2], Rules()) == [COLD, WARM]


def test_a_request_beside_another_needs_an_environment_of_its_own():
    assert outcome([0, 0.5, 2, 2.05], Rules()) == [COLD, COLD, WARM, WARM]


def test_an_environment_goes_after_its_idle_time():
    assert outcome([0, 2, 602.2], Rules()) == [COLD, WARM, COLD]


def test_the_quota_refuses_what_runs_beyond_it():
    assert outcome([0, 0.1, 0.2], Rules(concurrency=2)) == [COLD, COLD, THROTTLED]


def test_starts_beyond_the_scaling_rate_are_refused_until_it_refills():
    rules = Rules(environments=2)
    assert outcome([0, 0.01, 0.02, 5.1], rules, warm_s=100) == [COLD, COLD, THROTTLED, COLD]


def test_requests_beyond_the_rate_are_refused_though_environments_wait():
    assert outcome([0, 2, 2.2, 2.4, 3.0], Rules(requests_s=1)) == [
        COLD,
        WARM,
        THROTTLED,
        THROTTLED,
        WARM,
    ]


def test_provisioned_environments_are_never_cold_and_never_go():
    rules = Rules(provisioned=1, idle_reclaim_s=1)
    assert outcome([0, 1_000, 1_000.01], rules) == [WARM, WARM, COLD]


def test_a_bucket_gains_tokens_with_time_and_holds_no_more_than_it_can():
    bucket = Bucket(2, 1)
    assert [bucket.take(now) for now in (0, 0, 0, 1, 100, 100, 100)] == [
        True,
        True,
        False,
        True,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("peak", [1, 1.7, 3, 8])
def test_a_day_has_its_requests_and_its_peak(peak):
    moments = np.linspace(0, DAY_S, 100_001)
    rate = Pattern(86_400, peak, bursts=()).rate(moments)

    assert np.trapezoid(rate, moments) == pytest.approx(86_400, rel=1e-6)
    assert rate.max() == pytest.approx(peak, rel=1e-6)
    assert exponent(peak) >= 0


def test_arrivals_follow_the_rate_bursts_included():
    pattern = Pattern(200_000, bursts=(Burst(36_000, 600, 10),))
    times = arrivals(pattern, 0, DAY_S, np.random.default_rng(5))
    inside = ((times >= 36_000) & (times < 36_600)).sum()
    expected = 10 * 600 * float(pattern.calm_rate(np.array([36_300.0]))[0])

    assert (np.diff(times) >= 0).all()
    assert inside == pytest.approx(expected, rel=0.05)
    assert len(times) - inside == pytest.approx(200_000, rel=0.02)


@pytest.mark.parametrize(("volume", "days"), [(9e4, 2), (1.8e5, 1)])
def test_few_and_many_requests_come_at_the_pattern_s_rate(volume, days):
    # Drawn all at once with many thrown away, or stretch by stretch
    pattern = Pattern(volume)
    times = arrivals(pattern, 0, days * DAY_S, np.random.default_rng(3)) % DAY_S
    found, edges = np.histogram(times, 6, (0, DAY_S))

    for count, low, high in zip(found, edges, edges[1:], strict=False):
        moments = np.linspace(low, high, 144_001)
        expected = days * np.trapezoid(pattern.rate(moments), moments)
        assert abs(count - expected) < 4 * math.sqrt(expected) + 1


def test_windows_count_as_many_requests_as_the_day_has():
    pattern = Pattern(1e8)
    random = np.random.default_rng(1)
    counted = 0.0
    for window in strata(pattern):
        times = arrivals(pattern, window.start_s, window.end_s, random)
        counted += window.weight * (times >= window.count_from_s).sum()

    moments = np.linspace(0, DAY_S, 864_001)
    assert counted == pytest.approx(np.trapezoid(pattern.rate(moments), moments), rel=0.01)


def test_windows_find_what_every_request_finds():
    rules = Rules(concurrency=10, requests_s=100)
    whole, windows = (
        day(Pattern(1e6), rules, DURATIONS, 2, whole=whole) for whole in (True, False)
    )

    assert windows.throttled_share == pytest.approx(whole.throttled_share, rel=0.1)
    assert windows.median_ms == pytest.approx(whole.median_ms, rel=0.03)
    assert windows.slow_ms == pytest.approx(whole.slow_ms, rel=0.05)
    assert windows.cold_share < 1e-4
    assert whole.cold_share < 1e-4


def test_a_busier_hour_leaves_a_larger_fleet_and_never_more_than_the_quota():
    small, large = (usual_fleet(Pattern(v), 50_400, Rules(), DURATIONS) for v in (1e5, 1e8))

    assert 1 <= small < large
    assert usual_fleet(Pattern(1e8), 50_400, Rules(concurrency=3), DURATIONS) == 3


def test_quantiles_weigh_their_values():
    values, weights = np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 98.0])

    assert quantiles(values, weights, (0.005, 0.5, 0.995)) == [1, 2, 3]
    assert all(math.isnan(each) for each in quantiles(values[:0], weights[:0], (0.5,)))
