"""Turns traffic and inputs into a monthly estimate for every home that the service could have.

frontend/costs-model.js says the same in JavaScript, function for function; a test holds the two
together to the cent.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from lab.costs import amounts
from lab.costs.inputs import Inputs
from lab.costs.queueing import waiting_quantile
from lab.costs.traffic import Load, Traffic, load_of


class Estimate(NamedTuple):
    """USD a month by line, how many of what size, and milliseconds in the service at the peak.

    ``typical_ms`` is the median and ``slow_ms`` the time that 99 % stay below, None where nobody
    knows it; network and gateway come on top everywhere. ``units`` is hosts, or the concurrency
    that Lambda and SageMaker Serverless must allow.
    """

    home: str
    lines: Mapping[str, float]
    size: str
    units: int
    typical_ms: float
    slow_ms: float | None
    beyond_quota: bool

    @property
    def usd(self) -> float:
        """The whole month."""
        return sum(self.lines.values())


Home = Callable[[Traffic, Load, Inputs], Estimate]


def estimate(home: str, traffic: Traffic, inputs: Inputs) -> Estimate:
    """The month in one home."""
    return HOMES[home](traffic, load_of(traffic, inputs), inputs)


def estimates(traffic: Traffic, inputs: Inputs) -> list[Estimate]:
    """The month in every home."""
    return [estimate(home, traffic, inputs) for home in HOMES]


def _lambda(traffic: Traffic, load: Load, inputs: Inputs) -> Estimate:
    prices, assumed, measured = inputs.prices, inputs.assumptions, inputs.measured
    own = measured["memory_mb"][str(traffic.memory_mb)]
    warm_ms = own["billed_ms"] + (traffic.samples - 1) * own["sample_ms"]
    cold_extra_ms = measured["cold_ms"] - own["billed_ms"]
    billed_s = traffic.requests * (warm_ms + traffic.cold_share * cold_extra_ms) / 1000
    gb_s = billed_s * traffic.memory_mb / 1024
    log_gb = amounts.log_gb_of(traffic, inputs, measured["log_bytes"] + assumed["access_log_bytes"])
    lines = {
        "compute": prices.cost(
            "lambda_gb_second", amounts.paid(gb_s, "lambda_gb_seconds", traffic, inputs)
        ),
        "requests": prices.cost(
            "lambda_request", amounts.paid(traffic.requests, "lambda_requests", traffic, inputs)
        ),
        "api": prices.cost("http_api_request", load.api_units),
        **amounts.front(traffic, load, inputs),
        "logs": amounts.logs(log_gb, traffic, inputs),
        "watching": amounts.watching(traffic, inputs),
        "image": prices.cost("ecr_gb_month", measured["image_gb"]),
    }
    rate_limit = load.peak_rps / assumed["requests_an_environment_s"]
    concurrency = math.ceil(max(load.peak_rps * warm_ms / 1000, rate_limit, 1))
    slow_ms = own["slow_ms"] + (traffic.samples - 1) * own["sample_ms"]
    if traffic.cold_share >= 0.01:
        slow_ms = warm_ms + cold_extra_ms
    typical_ms = warm_ms + cold_extra_ms if traffic.cold_share > 0.5 else warm_ms
    size = f"{traffic.memory_mb} MB"
    beyond = concurrency > assumed["account_concurrency"]
    return Estimate("lambda", lines, size, concurrency, typical_ms, slow_ms, beyond)


def _ec2(traffic: Traffic, load: Load, inputs: Inputs) -> Estimate:
    """Hosts as before: the site on them, logs on their disks, a balancer from the second on."""
    return _cheapest(
        [
            _ec2_of(size, traffic, load, inputs, "ec2", balanced=False)
            for size in inputs.sizes["ec2"]
        ]
    )


def _ecs_ec2(traffic: Traffic, load: Load, inputs: Inputs) -> Estimate:
    """The same hosts run by ECS, which is free, behind a balancer; logs go to CloudWatch."""
    return _cheapest(
        [
            _ec2_of(size, traffic, load, inputs, "ecs-ec2", balanced=True)
            for size in inputs.sizes["ec2"]
        ]
    )


def _ec2_of(
    size: Mapping[str, Any],
    traffic: Traffic,
    load: Load,
    inputs: Inputs,
    home: str,
    *,
    balanced: bool,
) -> Estimate:
    prices, assumed = inputs.prices, inputs.assumptions
    hosts = _hosts(size["vcpus"], traffic, load, inputs)
    hours = hosts * assumed["hours_a_month"]
    busy_vcpus = load.mean_rps * _server_ms(traffic, inputs) / 1000
    surplus = max(0.0, busy_vcpus - size["baseline"] * size["vcpus"] * hosts)
    balanced = balanced or hosts > 1
    addresses = hosts + (assumed["balancer_addresses"] if balanced else 0)
    lines = {
        "compute": prices.cost(size["price"], hours)
        + prices.cost("ec2_t3_surplus_vcpu_hour", surplus * assumed["hours_a_month"]),
        "balancer": amounts.balancer(load, inputs) if balanced else 0.0,
        "addresses": prices.cost("public_ipv4_hour", addresses * assumed["hours_a_month"]),
        "disk": prices.cost("ebs_gp3_gb_month", hosts * assumed["host_disk_gb"]),
        "egress": amounts.host_egress(traffic, load, inputs),
    }
    if home == "ecs-ec2":
        lines |= amounts.container_lines(traffic, inputs)
    return _served(home, lines, size, hosts, traffic, load, inputs)


def _fargate(traffic: Traffic, load: Load, inputs: Inputs) -> Estimate:
    """Tasks with public addresses, and so without a NAT gateway, behind a balancer."""
    prices, assumed = inputs.prices, inputs.assumptions
    found = []
    for size in inputs.sizes["fargate"]:
        tasks = _hosts(size["vcpus"], traffic, load, inputs)
        hours = tasks * assumed["hours_a_month"]
        addresses = tasks + assumed["balancer_addresses"]
        lines = {
            "compute": prices.cost("fargate_vcpu_hour", size["vcpus"] * hours)
            + prices.cost("fargate_gb_hour", size["gb"] * hours),
            "balancer": amounts.balancer(load, inputs),
            "addresses": prices.cost("public_ipv4_hour", addresses * assumed["hours_a_month"]),
            "egress": amounts.host_egress(traffic, load, inputs),
            **amounts.container_lines(traffic, inputs),
        }
        found.append(_served("fargate", lines, size, tasks, traffic, load, inputs))
    return _cheapest(found)


def _sagemaker(traffic: Traffic, load: Load, inputs: Inputs) -> Estimate:
    """A real-time endpoint; a REST API signs for browsers, and the site is that of Lambda."""
    found = []
    for size in inputs.sizes["sagemaker"]:
        instances = _hosts(size["vcpus"], traffic, load, inputs)
        hours = instances * inputs.assumptions["hours_a_month"]
        lines = {
            "compute": inputs.prices.cost(size["price"], hours),
            **amounts.sagemaker_front(traffic, load, inputs),
        }
        found.append(_served("sagemaker", lines, size, instances, traffic, load, inputs))
    return _cheapest(found)


def _sagemaker_serverless(traffic: Traffic, load: Load, inputs: Inputs) -> Estimate:
    """An endpoint billed by the millisecond; its cold starts were not measured, and not billed."""
    sizes = inputs.sizes["sagemaker_serverless"]
    gb = next((size for size in sizes if size * 1024 >= traffic.memory_mb), sizes[-1])
    known = sorted(int(memory) for memory in inputs.measured["memory_mb"])
    # The largest memory measured that is no larger: what is billed for is never understated
    own = inputs.measured["memory_mb"][str(max(mb for mb in known if mb <= gb * 1024))]
    warm_ms = own["billed_ms"] + (traffic.samples - 1) * own["sample_ms"]
    gb_s = traffic.requests * warm_ms / 1000 * gb
    lines = {
        "compute": inputs.prices.cost("sagemaker_serverless_gb_second", gb_s),
        **amounts.sagemaker_front(traffic, load, inputs),
    }
    concurrency = math.ceil(max(load.peak_rps * warm_ms / 1000, 1))
    unknown = traffic.cold_share >= 0.01
    slow_ms = None if unknown else own["slow_ms"] + (traffic.samples - 1) * own["sample_ms"]
    beyond = concurrency > inputs.assumptions["sagemaker_serverless_concurrency"]
    return Estimate(
        "sagemaker-serverless", lines, f"{gb} GB", concurrency, warm_ms, slow_ms, beyond
    )


HOMES: Mapping[str, Home] = {
    "lambda": _lambda,
    "ec2": _ec2,
    "ecs-ec2": _ecs_ec2,
    "fargate": _fargate,
    "sagemaker": _sagemaker,
    "sagemaker-serverless": _sagemaker_serverless,
}


def _server_ms(traffic: Traffic, inputs: Inputs) -> float:
    """Processor time of one request on a host."""
    measured = inputs.measured
    return float(measured["server_ms"] + (traffic.samples - 1) * measured["server_sample_ms"])


def _hosts(vcpus: float, traffic: Traffic, load: Load, inputs: Inputs) -> int:
    """Enough for the peak, and one more that may fail where the home must bear that."""
    needed = load.peak_rps * _server_ms(traffic, inputs) / 1000
    hosts = max(1, math.ceil(needed / (vcpus * inputs.assumptions["utilisation_at_peak"])))
    return hosts + 1 if traffic.redundant else hosts


def _served(
    home: str,
    lines: Mapping[str, float],
    size: Mapping[str, Any],
    hosts: int,
    traffic: Traffic,
    load: Load,
    inputs: Inputs,
) -> Estimate:
    """An estimate with the waiting of M/M/c at the peak; a part of a processor is a slower one."""
    speed = min(1.0, size["vcpus"])
    service_ms = _server_ms(traffic, inputs) / speed
    workers = hosts * max(1, math.floor(size["vcpus"]))
    waits = [
        waiting_quantile(workers, load.peak_rps / 1000, service_ms, share) for share in (0.5, 0.99)
    ]
    return Estimate(
        home, lines, size["name"], hosts, service_ms + waits[0], service_ms + waits[1], False
    )


def _cheapest(found: list[Estimate]) -> Estimate:
    """The first of the cheapest sizes."""
    return min(found, key=lambda each: each.usd)
