"""Turns a few numbers about callers into rates, bytes and visits."""

import math
from typing import NamedTuple

from lab.costs.inputs import Inputs


class Traffic(NamedTuple):
    """A month of requests, and how much loss a home must bear.

    ``peak`` is the busiest moment's rate over the mean; ``cold_share`` and ``form_share`` are
    shares of all requests; ``redundant`` homes go on after losing a host or a zone.
    """

    requests: float
    samples: float = 1
    peak: float = 5
    memory_mb: int = 512
    cold_share: float = 0.01
    form_share: float = 0.1
    free_tier: bool = False
    redundant: bool = True


class Load(NamedTuple):
    """What a traffic amounts to; rates a second, amounts a month."""

    mean_rps: float
    peak_rps: float
    answer_gb: float
    form_answer_gb: float
    page_gb: float
    page_files: float
    api_units: float


def load_of(traffic: Traffic, inputs: Inputs) -> Load:
    """Rates, bytes and visits of a month."""
    assumed, measured = inputs.assumptions, inputs.measured
    mean_rps = traffic.requests / (assumed["hours_a_month"] * 3600)
    answer_bytes = (
        measured["answer_bytes"] + (traffic.samples - 1) * measured["answer_sample_bytes"]
    )
    answer_gb = traffic.requests * answer_bytes / assumed["bytes_a_gb"]
    visits = traffic.requests * traffic.form_share / assumed["calls_a_visit"]
    largest = max(answer_bytes, traffic.samples * assumed["sample_bytes"])
    return Load(
        mean_rps=mean_rps,
        peak_rps=mean_rps * traffic.peak,
        answer_gb=answer_gb,
        form_answer_gb=answer_gb * traffic.form_share,
        page_gb=visits * assumed["page_bytes"] / assumed["bytes_a_gb"],
        page_files=visits * assumed["page_files"],
        api_units=traffic.requests * math.ceil(largest / assumed["api_unit_bytes"]),
    )


def poisson_cold_share(requests: float, idle_reclaim_s: float, hours_a_month: float) -> float:
    """Share of even, independent requests that come longer than ``idle_reclaim_s`` after the last.

    Exact while requests are so short and so rare that one environment serves them all; the
    simulation (docs/scale/simulation.md) says what peaks and bursts add.
    """
    return math.exp(-requests * idle_reclaim_s / (hours_a_month * 3600))
