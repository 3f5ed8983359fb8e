"""Gives docs/scale.md its tables, from the cost model and closed forms."""

from lab.costs.model import months
from lab.costs.tables import STEADY_COLD_SHARE, assumed, cold_share, inputs
from lab.tables import figure, table, usd

DAYS_A_MONTH = 365 / 12
#: Peak rate over the mean rate: a daily peak of 3, and bursts above it.
PEAK = 10
SECONDS_A_DAY = 86_400


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
