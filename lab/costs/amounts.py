"""Turns a month's load into amounts that several homes have in common."""

import math

from lab.costs.inputs import Inputs
from lab.costs.traffic import Load, Traffic


def balancer(load: Load, inputs: Inputs) -> float:
    """Hours, and capacity units of the dimension that asks for most: connections or bytes."""
    assumed, prices = inputs.assumptions, inputs.prices
    hours = assumed["hours_a_month"]
    gb_an_hour = (load.answer_gb + load.page_gb) / hours
    units = max(load.mean_rps / assumed["connections_an_lcu_s"], gb_an_hour)
    return prices.cost("alb_hour", hours) + prices.cost("alb_lcu_hour", units * hours)


def container_lines(traffic: Traffic, inputs: Inputs) -> dict[str, float]:
    """What the same image costs wherever its log goes to CloudWatch: it holds the metrics too."""
    log_gb = log_gb_of(traffic, inputs, inputs.measured["log_bytes"])
    return {
        "logs": logs(log_gb, traffic, inputs),
        "watching": watching(traffic, inputs),
        "image": inputs.prices.cost("ecr_gb_month", inputs.measured["image_gb"]),
    }


def sagemaker_front(traffic: Traffic, load: Load, inputs: Inputs) -> dict[str, float]:
    """A REST API that signs for browsers, bytes through the endpoint, and the site."""
    prices, assumed = inputs.prices, inputs.assumptions
    asked_bytes = traffic.requests * traffic.samples * assumed["sample_bytes"]
    through_gb = load.answer_gb + asked_bytes / assumed["bytes_a_gb"]
    return {
        "api": prices.cost("rest_api_request", load.api_units),
        "data": prices.cost("sagemaker_data_gb", through_gb),
        **front(traffic, load, inputs),
        **container_lines(traffic, inputs),
    }


def front(traffic: Traffic, load: Load, inputs: Inputs) -> dict[str, float]:
    """The form on S3 and CloudFront, through which its own calls go; programs call the API."""
    prices = inputs.prices
    edge_gb = paid(load.form_answer_gb + load.page_gb, "cloudfront_gb", traffic, inputs)
    edge_requests = load.page_files + traffic.requests * traffic.form_share
    direct_gb = paid(load.answer_gb - load.form_answer_gb, "egress_gb", traffic, inputs)
    return {
        "egress": prices.cost("cloudfront_gb", edge_gb) + prices.cost("egress_gb", direct_gb),
        "site": prices.cost(
            "cloudfront_request", paid(edge_requests, "cloudfront_requests", traffic, inputs)
        )
        + prices.cost("s3_get", load.page_files)
        + prices.cost("s3_gb_month", inputs.assumptions["site_gb"]),
    }


def host_egress(traffic: Traffic, load: Load, inputs: Inputs) -> float:
    """Everything leaves from the host itself."""
    gb = paid(load.answer_gb + load.page_gb, "egress_gb", traffic, inputs)
    return inputs.prices.cost("egress_gb", gb)


def log_gb_of(traffic: Traffic, inputs: Inputs, bytes_a_request: float) -> float:
    """What a month's requests write."""
    return traffic.requests * bytes_a_request / inputs.assumptions["bytes_a_gb"]


def logs(gb: float, traffic: Traffic, inputs: Inputs) -> float:
    """Taken in once, and kept."""
    prices = inputs.prices
    return prices.cost("logs_ingested_gb", paid(gb, "logs_gb", traffic, inputs)) + prices.cost(
        "logs_stored_gb_month", gb * inputs.assumptions["log_months"]
    )


def watching(traffic: Traffic, inputs: Inputs) -> float:
    """Alarms as the stack has them, and metrics in the hours in which a request sends any."""
    assumed = inputs.assumptions
    hours = 1 - math.exp(-traffic.requests / assumed["hours_a_month"])
    alarms = paid(assumed["alarms"], "alarms", traffic, inputs)
    metrics = paid(assumed["metrics"], "metrics", traffic, inputs)
    return inputs.prices.cost("alarm_month", alarms) + inputs.prices.cost(
        "metric_month", metrics * hours
    )


def paid(quantity: float, free: str, traffic: Traffic, inputs: Inputs) -> float:
    """What is left of a quantity after the free tier, where that is to be counted."""
    return max(0.0, quantity - inputs.prices.free(free)) if traffic.free_tier else quantity
