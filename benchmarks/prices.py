"""Turns the few prices that the benchmarks need into one place: us-east-1, USD, on demand.

costs/prices.json has the same names, with tiers: once it is here, read them from there.
"""

#: Name → price of one unit, and where and when it was read.
PRICES: dict[str, tuple[float, str]] = {
    "lambda_gb_second": (1.66667e-05, "AWS bulk price file, 2026-08-31"),
    "lambda_request": (2e-07, "AWS bulk price file, 2026-08-31"),
    "http_api_request": (1e-06, "AWS offer file, 2026-09-11"),
    "ec2_t3_micro_hour": (0.0104, "a blog, 2026-03"),
    "ebs_gp3_gb_month": (0.08, "infracost, a bill"),
    "public_ipv4_hour": (0.005, "VPC price catalogue, 2026-09-11"),
}
HOURS_A_MONTH = 730
#: HTTP APIs count each 512 KB of a request as one.
API_UNIT_BYTES = 524_288
#: The disk of the smallest host.
HOST_DISK_GB = 8


def price(name: str) -> float:
    """USD of one unit."""
    return PRICES[name][0]


def request_usd(billed_ms: float, memory_mb: int, body_bytes: int = 0) -> float:
    """One request to a Lambda function behind an HTTP API."""
    units = max(1, -(-body_bytes // API_UNIT_BYTES))
    return (
        billed_ms / 1000 * memory_mb / 1024 * price("lambda_gb_second")
        + price("lambda_request")
        + units * price("http_api_request")
    )


def host_month_usd() -> float:
    """The smallest host for a month, with its disk and address; one host, no balancer."""
    hourly = price("ec2_t3_micro_hour") + price("public_ipv4_hour")
    return hourly * HOURS_A_MONTH + HOST_DISK_GB * price("ebs_gp3_gb_month")
