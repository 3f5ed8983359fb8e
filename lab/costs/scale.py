"""Gives docs/scale.md its tables, from the cost model and closed forms."""

from lab.costs.model import months
from lab.costs.tables import STEADY_COLD_SHARE, assumed, cold_share, inputs
from lab.tables import figure, table, usd

DAYS_A_MONTH = 365 / 12
#: Peak rate over the mean rate: a daily peak of 3, and bursts above it.
PEAK = 10
SECONDS_A_DAY = 86_400
#: A file of many rows, and the rows that the command line sends in a request.
FILE_ROWS, ROWS_A_REQUEST = 10**7, 1_000
#: What a file adds to the bill of a month; the other lines do not depend on it.
LINES_OF_A_FILE = ("compute", "requests", "api", "egress", "logs")


def by_volume() -> str:
    """Return rates, concurrency, cold starts, latency and money from 1 to 10⁹ requests a day."""
    volumes = [10.0**power for power in range(10)]
    traffics = []
    for volume in volumes:
        month = volume * DAYS_A_MONTH
        traffics.append({"requests": month, "peak": PEAK, "cold_share": cold_share(month)})
    rows = []
    for volume, traffic, estimate in zip(
        volumes, traffics, months(inputs(), traffics), strict=True
    ):
        own = estimate["lambda"]
        share = traffic["cold_share"]
        rows.append(
            [
                f"{volume:,.0f}",
                figure(volume * PEAK / SECONDS_A_DAY),
                f"{own['units']:,}",
                f"{share:.1%}" if share > STEADY_COLD_SHARE else "< 0.1%",
                f"{own['typicalMs']:,.0f} / {own['slowMs']:,.0f}",
                usd(own["usd"]),
                usd(own["usd"] / traffic["requests"] * 1e6),
            ]
        )
    header = ["Requests a day", "Peak, requests/s", "Concurrency", "Cold starts"]
    header += ["Median / 99 %, ms", "USD a month", "USD a million"]
    return table(header, rows)


def quotas() -> str:
    """Return the requests a day at which the peak reaches each limit."""
    rate = assumed("requests_an_environment_s")
    limits = [
        ("RequestsPerSecond in the template", assumed("template_requests_s")),
        ("Concurrency quota 10 (new accounts)", 10 * rate),
        ("Concurrency quota 1,000 (usual)", assumed("account_concurrency") * rate),
        ("API Gateway quota, 10,000 requests/s", assumed("api_requests_s")),
        ("Concurrency quota 10,000", 10_000 * rate),
    ]
    rows = [
        [name, f"{limit:,.0f}", f"{limit * SECONDS_A_DAY / PEAK:,.0f}"] for name, limit in limits
    ]
    return table(["Limit", "Requests/s at the peak", "Requests a day"], rows)


def by_concurrency() -> str:
    """Return time and money of a file of 10⁷ rows, by the concurrency that scores it."""
    requests = FILE_ROWS / ROWS_A_REQUEST
    sizes = (10, 100, 1_000)
    usual = {"requests": requests, "samples": ROWS_A_REQUEST, "form_share": 0}
    traffics = [{**usual, "cold_share": size / requests} for size in sizes]
    rows = []
    for size, month in zip(sizes, months(inputs(), traffics), strict=True):
        own = month["lambda"]
        by_time = size * 1000 / own["typicalMs"]
        by_quota = min(size * assumed("requests_an_environment_s"), assumed("api_requests_s"))
        rate = min(by_time, by_quota)
        amount = sum(own["lines"][name] for name in LINES_OF_A_FILE)
        rows.append(
            [
                f"{size:,}",
                figure(rate),
                figure(rate * ROWS_A_REQUEST),
                figure(requests / rate),
                usd(amount),
            ]
        )
    return table(["Concurrency", "Requests/s", "Rows/s", "Seconds", "USD"], rows)
