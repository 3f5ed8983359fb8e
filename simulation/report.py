"""Turns the simulation's document into its page and drawings. Every number is read from it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes

from costs.plots import draw
from costs.report import table, usd

Document = Mapping[str, Any]


def simulation_files(document: Document, compared: Document | None = None) -> dict[str, bytes]:
    """File name in docs/scale → content; ``compared`` is what containers made of a trace."""
    return {
        "simulation.md": page(document, compared).encode(),
        "cold.svg": draw(lambda axes: _cold(axes, document)),
        "refused.svg": draw(lambda axes: _refused(axes, document)),
        "latency.svg": draw(lambda axes: _latency(axes, document)),
    }


def page(document: Document, compared: Document | None) -> str:
    """The page as Markdown."""
    parts = [
        "# One to a billion requests a day, simulated",
        "<!-- written by make simulate from docs/scale/simulation.json -->",
        *_lead(document),
        *_days(document),
        "![Share of requests that start an environment, by volume](cold.svg)",
        "![Share of requests refused, by volume and quota](refused.svg)",
        "![Median, 99 % and 99.9 % of answers, by volume](latency.svg)",
        *_limits(document),
        *_bursts(document),
        *_remedies(document),
        *_idle(document),
        *_checks(document),
        *(_containers(compared) if compared else []),
        *_method(document),
    ]
    return "\n\n".join(parts) + "\n"


def percent(share: float) -> str:
    """Two significant digits, down to a millionth."""
    if share == 0:
        return "0"
    return f"{share:.1%}" if share >= 0.001 else f"{share:.2g}".replace("e-0", "e-")


def _lead(document: Document) -> list[str]:
    durations, pattern = document["durations"], document["pattern"]
    first = pattern["bursts"][0]
    hours = " and ".join(f"{burst['start_s'] / 3600:.0f}:00" for burst in pattern["bursts"])
    return [
        "Lambda's documented rules, simulated request by request (`make simulate`, seed "
        f"{document['seed']}): an account's concurrency quota, ten requests a second for each unit "
        "of it, at most 1,000 new environments in ten seconds, the environment used last taken "
        "first, idle ones gone after ten minutes. Simulated, not run on AWS.",
        f"The function: {document['memory_mb']} MB, {durations['warm_s'] * 1000:.1f} ms in the "
        f"median and lognormal to the measured slowest percent; a start adds "
        f"{durations['cold_s'] * 1000:.0f} ms. The day: a peak of {pattern['peak']:g} × the mean "
        f"at {pattern['peak_at_h']:.0f}:00, and at {hours} for {first['length_s']:.0f} s "
        f"{first['factor']:.0f} × as much as the hour would have. The busiest second has "
        f"{pattern['busiest_over_mean']:.0f} × the day's mean.",
    ]


def _days(document: Document) -> list[str]:
    quotas = sorted({row["quota"] for row in document["days"]})
    usual = quotas[1]
    rows = []
    for row in _of(document["days"], quota=usual):
        others = [
            next(_of(document["days"], quota=quota, requests_a_day=row["requests_a_day"]))
            for quota in quotas
        ]
        rows.append(
            [
                f"{row['requests_a_day']:,.0f}",
                percent(row["cold_share"]),
                f"{row['median_ms']:.1f}",
                f"{row['slow_ms']:.0f}",
                f"{row['slowest_ms']:.0f}",
                f"{row['busiest']:,}",
                *(percent(other["throttled_share"]) for other in others),
                usd(others[-1]["usd_a_month"]),
            ]
        )
    header = [
        "Requests a day",
        "Cold",
        "Median, ms",
        "99 %, ms",
        "99.9 %, ms",
        "Most at once",
        *(f"Refused, quota {quota:,}" for quota in quotas),
        "USD a month",
    ]
    return [
        "## A day",
        f"Cold starts, times and most at once under the usual quota of {usual:,}; times of what "
        "was answered, inside the function; USD with the highest quota, the form and the API "
        "included (docs/costs.md), no free tier.",
        table(header, rows),
        "Answers take milliseconds, so even the largest volume needs few environments at once: it "
        "is requests a second, not concurrency, that runs out. What starts cold is the first "
        "request after a quiet time: nearly all where they are days apart, next to none where they "
        "are seconds apart.",
    ]


def _limits(document: Document) -> list[str]:
    rows = [
        [each["limit"], f"{each['rate']:,.0f}", f"{each['requests_a_day']:,.0f}"]
        for each in document["limits"]
    ]
    names = {each["limit"]: each["requests_a_day"] for each in document["limits"]}
    stage, new, usual, _ = names.values()
    return [
        "## When to raise quotas",
        "Requests a day from which on the busiest second of the pattern exceeds a limit:",
        table(["Limit", "Requests a second", "Requests a day"], rows),
        f"First the template's own `RequestsPerSecond` ({stage:,.0f} a day): raise it with the "
        f"traffic; it is there to bound the bill. A new account's quota of 10 holds to {new:,.0f} "
        f"a day; ask for 1,000 before going live. The usual quota holds to {usual:,.0f} a day; "
        "beyond, ask for a tenth of the busiest second's requests as concurrency. A quota costs "
        "nothing, raised or not. API Gateway's account limit of requests a second is one more to "
        "ask about; it is not simulated.",
    ]


def _bursts(document: Document) -> list[str]:
    rows = [
        [
            f"{each['requests_a_day']:,.0f}",
            f"{each['rate']:,.0f}",
            f"{each['fleet_before']:,}",
            f"{each['started']:,}",
            f"{each['busiest']:,}",
            percent(each["refused_first_second"]),
            percent(each["refused_six_seconds"]),
            f"{each['last_refusal_s']:.2f}",
        ]
        for each in document["bursts"]
    ]
    header = [
        "Requests a day",
        "A second in the burst",
        "Fleet before",
        "Started",
        "Most at once",
        "Refused, first second",
        "Refused, six seconds",
        "Last refusal after, s",
    ]
    return [
        "## The scaling rate alone",
        "The noon burst with every quota out of the way: what 1,000 new environments in ten "
        "seconds refuse by themselves.",
        table(header, rows),
        "No quota helps here: callers retry (the form does, with growing pauses), or the "
        "environments are there before the burst (provisioned concurrency, on a schedule).",
    ]


def _remedies(document: Document) -> list[str]:
    snap = document["snapstart"]
    rows = [
        [
            f"{each['requests_a_day']:,.0f}",
            f"{each['provisioned']}",
            percent(each["cold_share"]),
            f"{each['slow_ms']:.0f}",
            usd(each["usd_a_month"]),
        ]
        for each in document["provisioned"]
    ]
    header = ["Requests a day", "Provisioned", "Cold", "99 %, ms", "USD a month for it"]
    return [
        "## Provisioned concurrency",
        table(header, rows),
        "One environment kept ready takes away nearly every cold start of a quiet service, and "
        "costs the same with no traffic at all. Worth it where somebody waits for the first answer "
        "of the day and those dollars do not matter; a busy service has nothing left to take "
        "away. `ProvisionedConcurrency` is not in the template: nothing of it runs "
        "while idle.",
        "## SnapStart",
        "It exists for container images since July 2026, and for Python from 3.12 on; published "
        "versions only, not together with provisioned concurrency (`SnapStart=PublishedVersions` "
        f"in the template). For this function it gains nothing: a restore took "
        f"{snap['restore_ms']:.0f} ms for a trivial Python function (second-hand), our whole start "
        f"{snap['cold_ms']:.0f} ms, and it costs {usd(snap['usd_a_month_a_version'])} USD a month "
        f"for each published version while idle and {usd(snap['usd_a_thousand_starts'])} USD a "
        "thousand starts (both prices second-hand). It pays for functions that take seconds to "
        "start, as the sklearn engine's does.",
    ]


def _idle(document: Document) -> list[str]:
    kept = sorted({each["idle_reclaim_s"] for each in document["idle"]})
    volumes = sorted({each["requests_a_day"] for each in document["idle"]})
    rows = [
        [
            f"{volume:,.0f}",
            *(
                percent(
                    next(_of(document["idle"], requests_a_day=volume, idle_reclaim_s=seconds))[
                        "cold_share"
                    ]
                )
                for seconds in kept
            ),
        ]
        for volume in volumes
    ]
    header = ["Requests a day", *(f"kept {seconds / 60:.0f} min" for seconds in kept)]
    return [
        "## How long an idle environment is kept",
        "AWS promises nothing; published experiments saw 5 to 60 minutes. Cold starts by what is "
        "assumed (ten minutes everywhere else on this page):",
        table(header, rows),
    ]


def _checks(document: Document) -> list[str]:
    rows = [
        [
            each["name"],
            f"{each['simulated']:.4g}",
            f"{each['formula']:.4g}",
            f"{each['off']:.1%}",
        ]
        for each in document["checks"]
    ]
    return [
        "## Checked against closed forms",
        "The test suite holds each within 5 %.",
        table(["Figure", "Simulated", "Formula", "Off by"], rows),
    ]


def _containers(compared: Document) -> list[str]:
    rows = [
        [name, *(f"{compared[key][part]}" for part in ("warm", "cold", "refused"))]
        for name, key in (("Containers", "real"), ("Simulated", "simulated"))
    ]
    return [
        "## Checked against real containers",
        f"{compared['requests']} requests of {compared['usual_ms']:.0f} ms, at random "
        f"{compared['rate']:g} a second, to at most {compared['containers']} containers of the "
        f"real image (`{compared['command']}`); the simulation is given the same moments and "
        f"durations. {compared['same_fate']:.1%} of the requests had the same fate in both.",
        table(["", "Warm", "Cold", "Refused"], rows),
    ]


def _method(document: Document) -> list[str]:
    rows = [
        [
            f"{each['requests_a_day']:,.0f}, quota {each['quota']:,}",
            each["method"],
            f"{each['simulated']:,}",
            percent(each["cold_share"]),
            percent(each["throttled_share"]),
            f"{each['slow_ms']:.1f}",
        ]
        for each in document["methods"]
    ]
    header = ["Requests a day", "Method", "Simulated", "Cold", "Refused", "99 %, ms"]
    return [
        "## Method, and what it leaves out",
        "The reference is a discrete-event simulation in SimPy, one process an environment; a "
        "faster twin without processes gives the same outcome for every single request (a test "
        "compares them) and is used here. Up to ten million requests a day every request is "
        "simulated, and as many days as give 20,000. Above, windows stand for the day: one for "
        "each calm hour, the first six seconds of each burst request by request, one window for "
        "the rest of the burst; a window begins with the fleet that the last ten minutes would "
        "have left (the M/G/∞ occupancy exceeded once in that time). Both methods beside each "
        "other; windows overstate cold starts where they are rare:",
        table(header, rows),
        "- Callers do not retry; whoever is refused is counted once and gone.\n"
        "- A request that meets no idle environment waits for its own start, even if another "
        "environment becomes free meanwhile.\n"
        "- Environments are not replaced for age, deployments or failures.\n"
        "- How AWS counts requests a second is not documented: here, a bucket of one second.\n"
        "- Network, API Gateway and CloudFront are not in the times.\n"
        "- Starts are the ones measured here, scaled to Lambda as docs/costs.md says.",
    ]


def _cold(axes: Axes, document: Document) -> None:
    days = list(_of(document["days"], quota=sorted({d["quota"] for d in document["days"]})[1]))
    volumes = [row["requests_a_day"] for row in days]
    axes.plot(volumes, [row["cold_share"] for row in days], color="#0b4f7d", marker="o")
    axes.set(xscale="log", yscale="log", xlabel="Requests a day", ylabel="Share that starts cold")


def _refused(axes: Axes, document: Document) -> None:
    looks = zip(sorted({row["quota"] for row in document["days"]}), ("-", "--", ":"), strict=True)
    for quota, dashes in looks:
        days = list(_of(document["days"], quota=quota))
        axes.plot(
            [row["requests_a_day"] for row in days],
            [row["throttled_share"] for row in days],
            linestyle=dashes,
            marker="o",
            label=f"quota {quota:,}",
        )
    axes.set(xscale="log", xlabel="Requests a day", ylabel="Share refused", ylim=(-0.02, 1.02))
    axes.legend(frameon=False)


def _latency(axes: Axes, document: Document) -> None:
    days = list(_of(document["days"], quota=sorted({d["quota"] for d in document["days"]})[1]))
    for key, label, dashes in (
        ("median_ms", "median", "-"),
        ("slow_ms", "99 %", "--"),
        ("slowest_ms", "99.9 %", ":"),
    ):
        axes.plot(
            [row["requests_a_day"] for row in days],
            [row[key] for row in days],
            linestyle=dashes,
            marker="o",
            label=label,
        )
    axes.set(xscale="log", yscale="log", xlabel="Requests a day", ylabel="Milliseconds")
    axes.legend(frameon=False)


def _of(rows: Sequence[Mapping[str, Any]], **wanted: float) -> Iterator[Mapping[str, Any]]:
    return iter([row for row in rows if all(row[key] == value for key, value in wanted.items())])
