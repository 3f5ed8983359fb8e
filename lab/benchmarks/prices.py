"""Turns the snapshot of costs/prices.json into what a request and a host cost."""

from lab.costs.prices import load_prices

#: Names of the prices used here.
USED = (
    *("lambda_gb_second", "lambda_request", "http_api_request"),
    *("ec2_t3_micro_hour", "ebs_gp3_gb_month", "public_ipv4_hour"),
)
_SNAPSHOT = load_prices()
#: Name → price of one unit at the first tier, and where and when it was read.
PRICES: dict[str, tuple[float, str]] = {
    name: (_SNAPSHOT.cost(name, 1), f"{row['source']}, {row['date']}")
    for name, row in _SNAPSHOT.document["prices"].items()
    if name in USED
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
