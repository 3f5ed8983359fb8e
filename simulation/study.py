"""Turns measured inputs into docs/scale/simulation.json: days, bursts, limits and remedies."""

from collections.abc import Callable
from typing import Any

import numpy as np

from costs.homes import estimate
from costs.inputs import Inputs
from costs.traffic import Traffic
from simulation.checks import checks
from simulation.day import ONSET_S, Figures, day, usual_fleet
from simulation.pattern import DAY_S, Pattern, arrivals
from simulation.replay import replay
from simulation.rules import COLD, THROTTLED, Durations, Rules, durations_of, rules_of

SEED = 20261123
MEMORY_MB = 512
VOLUMES = tuple(10.0**power for power in range(10))
#: A new account's quota, the usual one, and one raised far enough for the largest volume.
QUOTAS = (10, 1_000, 50_000)
BURST_VOLUMES = (1e6, 1e7, 3e7, 1e8, 3e8, 1e9)
RARE = (10.0, 100.0, 1_000.0, 10_000.0)
#: RequestsPerSecond, the parameter's default in template.yaml.
STAGE_RPS = 50
#: Second-hand: one trivial Python function's restore (facts of SnapStart), no start of ours.
SNAPSTART_RESTORE_MS = 622.0
LOOK_AHEAD_S = 1.0


def study(inputs: Inputs, say: Callable[[str], object] = print) -> dict[str, Any]:
    """The whole document; a few minutes of one processor."""
    durations = durations_of(inputs, MEMORY_MB)
    say("checks against closed forms")
    checked = [{**each._asdict(), "off": each.off} for each in checks(SEED)]
    return {
        "command": "make simulate",
        "seed": SEED,
        "memory_mb": MEMORY_MB,
        "durations": durations._asdict(),
        "pattern": _pattern_facts(),
        "checks": checked,
        "methods": _methods(inputs, durations, say),
        "days": _days(inputs, durations, say),
        "bursts": [_burst(volume, durations, say) for volume in BURST_VOLUMES],
        "limits": _limits(inputs),
        "idle": _idle(inputs, durations, say),
        "provisioned": _provisioned(inputs, durations, say),
        "snapstart": _snapstart(inputs),
    }


def monthly_usd(requests_a_day: float, found: Figures, inputs: Inputs) -> float:
    """What answered requests cost a month on Lambda, the form and the API included."""
    answered = requests_a_day * (1 - found.throttled_share)
    return estimate("lambda", _month(answered, found.cold_share, inputs), inputs).usd


def _month(requests_a_day: float, cold_share: float, inputs: Inputs) -> Traffic:
    days = inputs.assumptions["hours_a_month"] / 24
    return Traffic(requests_a_day * days, memory_mb=MEMORY_MB, cold_share=cold_share)


def _pattern_facts() -> dict[str, Any]:
    pattern = Pattern(1)
    return {
        "peak": pattern.peak,
        "peak_at_h": pattern.peak_at_s / 3600,
        "bursts": [burst._asdict() for burst in pattern.bursts],
        "busiest_over_mean": busiest_over_mean(),
    }


def busiest_over_mean() -> float:
    """The busiest second's rate over the day's mean without bursts."""
    pattern = Pattern(DAY_S)
    starts = [burst.start_s for burst in pattern.bursts]
    return float(pattern.rate(np.array([*starts, pattern.peak_at_s])).max())


def _methods(
    inputs: Inputs, durations: Durations, say: Callable[[str], object]
) -> list[dict[str, Any]]:
    """Windows beside every request, where both can be had."""
    found = []
    for volume, quota in ((1e6, 10), (1e7, 1_000)):
        say(f"windows against every request, {volume:,.0f} a day")
        for whole in (True, False):
            figures = day(Pattern(volume), rules_of(inputs, quota), durations, SEED, whole=whole)
            found.append({"requests_a_day": volume, "quota": quota, **figures._asdict()})
    return found


def _days(
    inputs: Inputs, durations: Durations, say: Callable[[str], object]
) -> list[dict[str, Any]]:
    found = []
    for volume in VOLUMES:
        for quota in QUOTAS:
            figures = day(Pattern(volume), rules_of(inputs, quota), durations, SEED)
            row = {"requests_a_day": volume, "quota": quota, **figures._asdict()}
            found.append({**row, "usd_a_month": monthly_usd(volume, figures, inputs)})
        say(f"{volume:>13,.0f} requests a day")
    return found


def _burst(volume: float, durations: Durations, say: Callable[[str], object]) -> dict[str, Any]:
    """The first seconds of the noon burst, with quotas out of the way: the scaling rate alone."""
    say(f"burst at {volume:,.0f} requests a day")
    random = np.random.default_rng(SEED)
    pattern = Pattern(volume)
    start = max(burst.start_s for burst in pattern.bursts)
    rules = Rules(concurrency=10**9)
    times = arrivals(pattern, start - LOOK_AHEAD_S, start + ONSET_S, random)
    warm_s, cold_s = durations.draw(len(times), random)
    idle = usual_fleet(pattern, start - LOOK_AHEAD_S, rules, durations)
    found = replay(times, warm_s, cold_s, rules, idle)
    inside = times >= start
    first = inside & (times < start + 1)
    refused = found.outcomes == THROTTLED
    return {
        "requests_a_day": volume,
        "rate": float(pattern.rate(np.array([start]))[0]),
        "fleet_before": idle,
        "fleet_after": found.fleet,
        "started": int((found.outcomes[inside] == COLD).sum()),
        "busiest": found.busiest,
        "refused_first_second": float(refused[first].mean()),
        "refused_six_seconds": float(refused[inside].mean()),
        "last_refusal_s": float(times[refused].max() - start) if refused.any() else 0.0,
    }


def _limits(inputs: Inputs) -> list[dict[str, Any]]:
    """Requests a day from which on a limit on the rate refuses some in the busiest second."""
    per_unit = inputs.assumptions["requests_an_environment_s"]
    rates = {"RequestsPerSecond of the template": float(STAGE_RPS)}
    rates |= {f"concurrency quota of {quota:,}": quota * per_unit for quota in QUOTAS}
    return [
        {"limit": name, "rate": rate, "requests_a_day": rate / busiest_over_mean() * DAY_S}
        for name, rate in rates.items()
    ]


def _idle(
    inputs: Inputs, durations: Durations, say: Callable[[str], object]
) -> list[dict[str, Any]]:
    say("how long an idle environment is kept")
    found = []
    for volume in RARE:
        for seconds in (300, 600, 2700):
            rules = rules_of(inputs, 1_000, idle_reclaim_s=seconds)
            figures = day(Pattern(volume), rules, durations, SEED)
            found.append({"requests_a_day": volume, "idle_reclaim_s": seconds, **figures._asdict()})
    return found


def _provisioned(
    inputs: Inputs, durations: Durations, say: Callable[[str], object]
) -> list[dict[str, Any]]:
    say("provisioned concurrency")
    found = []
    for volume in (*RARE, 1e6):
        for kept in (0, 1, 2, 5):
            rules = rules_of(inputs, 1_000, provisioned=kept)
            figures = day(Pattern(volume), rules, durations, SEED)
            found.append(
                {
                    "requests_a_day": volume,
                    "provisioned": kept,
                    **figures._asdict(),
                    "usd_a_month": provisioned_usd(kept, inputs),
                }
            )
    return found


def provisioned_usd(kept: int, inputs: Inputs) -> float:
    """A month of so many environments kept ready, whether asked or not."""
    gb_seconds = kept * MEMORY_MB / 1024 * inputs.assumptions["hours_a_month"] * 3600
    return inputs.prices.cost("lambda_provisioned_idle", gb_seconds)


def _snapstart(inputs: Inputs) -> dict[str, float]:
    gb = MEMORY_MB / 1024
    seconds = inputs.assumptions["hours_a_month"] * 3600
    return {
        "restore_ms": SNAPSTART_RESTORE_MS,
        "cold_ms": inputs.measured["cold_ms"],
        "usd_a_month_a_version": inputs.prices.cost("lambda_snapstart_cached", gb * seconds),
        "usd_a_thousand_starts": inputs.prices.cost("lambda_snapstart_restored", gb * 1000),
    }
