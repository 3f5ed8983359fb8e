"""Turns inputs into docs/costs.md. Every number in it is computed or read."""

from collections.abc import Iterable, Sequence

from lab.costs.breakeven import Crossing, crossings
from lab.costs.homes import HOMES, estimates
from lab.costs.inputs import Inputs
from lab.costs.traffic import Traffic, poisson_cold_share

VOLUMES = (1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 3e10)
TITLES = {
    "lambda": "Lambda + HTTP API",
    "ec2": "EC2",
    "ecs-ec2": "ECS on EC2",
    "fargate": "Fargate + ALB",
    "sagemaker": "SageMaker real-time",
    "sagemaker-serverless": "SageMaker Serverless",
}


def costs_page(inputs: Inputs) -> str:
    """The whole page as Markdown."""
    parts = [
        "# What this service costs",
        "<!-- written by make costs from costs/prices.json, costs/assumptions.json and "
        "benchmarks/results.json -->",
        _lead(inputs),
        *_table(inputs, redundant=True),
        *_table(inputs, redundant=False),
        "![USD a month over requests a month, homes that survive the loss of a host]"
        "(costs/by-volume.svg)",
        "![The same with one host where one is enough](costs/by-volume-one-host.svg)",
        *_breakeven(inputs),
        *_parts(inputs),
        *_latency(inputs),
        *_memory(inputs),
        *_claim(inputs),
        *_reading(inputs),
        *_prices(inputs),
    ]
    return "\n\n".join(parts) + "\n"


def month_of(requests: float, inputs: Inputs) -> Traffic:
    """The page's pattern at a volume; rare requests mostly find no environment alive."""
    assumed = inputs.assumptions
    share = poisson_cold_share(requests, assumed["idle_reclaim_s"], assumed["hours_a_month"])
    # Busier than that, starts come from peaks and bursts: the simulation finds less than this
    return Traffic(requests, cold_share=max(share, 0.001))


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A pipe table, its numbers to the right."""
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def usd(amount: float) -> str:
    """Cents below a thousand, whole dollars above."""
    return f"{amount:,.2f}" if amount < 1000 else f"{amount:,.0f}"


def _lead(inputs: Inputs) -> str:
    own = inputs.measured["memory_mb"]["512"]
    return (
        "Computed by `make costs` from on-demand prices of us-east-1 as of "
        f"{inputs.prices.taken} and from billed milliseconds measured with the real image "
        f"(`make bench-setting bench-capacity`: {own['billed_ms']:.1f} ms a warm request at "
        "512 MB). The site's page *Costs* computes the same for any traffic, in the browser, from "
        "the same files; a test holds the two equal to the cent. Where not said otherwise: one "
        "sample a request, a busiest moment five times the mean, 512 MB, a tenth of the requests "
        "from the form, no free tier, USD a month."
    )


def _table(inputs: Inputs, *, redundant: bool) -> list[str]:
    title = "Surviving the loss of a host" if redundant else "One host where one is enough"
    text = (
        "Every home of hosts has one more than the busiest moment needs, in two zones; Lambda and "
        "SageMaker Serverless span zones by themselves."
        if redundant
        else "As the service was run before: if the host is lost, so is the service. Lambda is no "
        "dearer for being redundant, so its column is the same."
    )
    rows = []
    for requests in VOLUMES:
        traffic = month_of(requests, inputs)._replace(redundant=redundant)
        found = estimates(traffic, inputs)
        least = min(each.usd for each in found)
        cells = [f"**{usd(e.usd)}**" if e.usd == least else usd(e.usd) for e in found]
        rows.append([f"{requests:,.0f}", f"{traffic.cold_share:.1%}", *cells])
    header = ["Requests a month", "Cold", *TITLES.values()]
    return [f"## {title}", text, table(header, rows)]


def _breakeven(inputs: Inputs) -> list[str]:
    rows = []
    for home in HOMES:
        if home == "lambda":
            continue
        cells = [TITLES[home]]
        for redundant, free in ((True, False), (False, False), (False, True)):
            pattern = Traffic(0, redundant=redundant, free_tier=free, cold_share=0.001)
            found = crossings("lambda", home, pattern, inputs)
            cells.append("; ".join(_crossing(each) for each in found) or _always(home, inputs))
        rows.append(cells)
    header = ["Against", "Surviving a loss", "One host", "One host, with the free tiers"]
    return [
        "## Break-even",
        "Requests a month from which on another home costs less than Lambda, solved by bisection "
        "to the request (0.1 % cold starts). Hosts come in whole numbers, so two homes may cross "
        "more than once.",
        table(header, rows),
    ]


def _crossing(found: Crossing) -> str:
    return f"{found.requests:,}" + (" (Lambda again)" if found.cheaper == "lambda" else "")


def _always(home: str, inputs: Inputs) -> str:
    low = {e.home: e.usd for e in estimates(Traffic(1000, cold_share=0.001), inputs)}
    return "never: Lambda costs less" if low["lambda"] < low[home] else "always costs less"


def _parts(inputs: Inputs) -> list[str]:
    found = estimates(month_of(1e6, inputs), inputs)
    lines = list(dict.fromkeys(line for each in found for line in each.lines))
    rows = [
        [line, *(usd(e.lines[line]) if line in e.lines else "–" for e in found)] for line in lines
    ]
    rows.append(["**sum**", *(f"**{usd(each.usd)}**" for each in found)])
    return [
        "## What the money is for, at a million requests a month",
        table(["Line", *TITLES.values()], rows),
        "*watching* is the five alarms and eight metrics that the image's own log lines make; "
        "they and *image* are all that is left of Lambda's bill while nothing runs. EC2 is counted "
        "as it was: logs on the host's disk, nobody watching.",
    ]


def _latency(inputs: Inputs) -> list[str]:
    rows = []
    for requests in (1e4, 1e7, 1e9):
        for each in estimates(month_of(requests, inputs), inputs):
            slow = "not known" if each.slow_ms is None else f"{each.slow_ms:,.1f}"
            shown = f"{each.units:,} × {each.size}"
            if each.home in ("lambda", "sagemaker-serverless"):
                shown = f"{each.units:,} at once, {each.size}"
            rows.append(
                [f"{requests:,.0f}", TITLES[each.home], shown, f"{each.typical_ms:,.1f}", slow]
            )
    header = ["Requests a month", "Home", "Capacity", "Median, ms", "99 % within, ms"]
    return [
        "## Capacity and latency in the busiest moment",
        "Time inside the service alone; network and gateway come on top everywhere. Hosts: "
        "processor time of a request to the same image as a server, filled to "
        f"{inputs.assumptions['utilisation_at_peak']:.0%} in the busiest moment, waiting by "
        "Erlang's C formula. Lambda: the slowest percent is the cold start wherever one request in "
        "a hundred meets one. Its concurrency counts ten requests a second for each unit, as "
        "Lambda does. SageMaker Serverless's cold start was not measured.",
        table(header, rows),
    ]


def _memory(inputs: Inputs) -> list[str]:
    rows = []
    for size, own in sorted(inputs.measured["memory_mb"].items(), key=lambda item: int(item[0])):
        traffic = month_of(1e6, inputs)._replace(memory_mb=int(size), cold_share=0)
        compute = estimates(traffic, inputs)[0].lines["compute"]
        rows.append(
            [
                size,
                f"{own['billed_ms']:.2f}",
                f"{own['slow_ms']:.1f}",
                f"{own['sample_ms'] * 1000:.0f}",
                usd(compute),
            ]
        )
    header = [
        "MB",
        "Billed ms, one sample",
        "99 % within, ms",
        "ms for each 1,000 samples more",
        "Compute, USD a million",
    ]
    return ["## Memory", table(header, rows)]


def _claim(inputs: Inputs) -> list[str]:
    hours = inputs.assumptions["hours_a_month"]
    small = inputs.prices.cost("sagemaker_t2_medium_hour", hours)
    return [
        "## SageMaker's “54 % lower total cost of ownership”",
        "AWS's whitepaper of that claim compares SageMaker with machine learning that a company "
        "runs itself on EC2 and EKS: three years, four sizes of business, infrastructure plus "
        "operations plus security and compliance, for building, training and deploying. Only its "
        "opening was readable, so none of its figures is quoted here. What could be read mentions "
        "neither Lambda nor a single small model behind a form, so it says nothing about this "
        "case: here there is no notebook, no training cluster and no fleet of models whose "
        "operation a platform could save. The smallest instance for an endpoint, ml.t2.medium, "
        f"would be {usd(small)} USD a month for one at a price that could not be verified.",
    ]


def _reading(inputs: Inputs) -> list[str]:
    measured = inputs.measured
    items = [
        "Not counted: people's hours, tax, savings plans, reserved instances, support plans.",
        "Data leaving AWS is charged at the first tier throughout: an upper bound beyond 10 TB.",
        "SageMaker's endpoints take signed requests only, so a REST API, which signs, stands "
        "before them; the form is on S3 and CloudFront as for Lambda.",
        "Cold starts are billed: image functions always were. The start measured here, "
        f"{measured['cold_here_ms']:.0f} ms, is scaled to {measured['cold_ms']:.0f} ms by what a "
        "bare function's initialisation takes longer on Lambda (assumptions.json).",
        "Hosts run the same image as an HTTP server. An earlier host that unpickles scikit-learn "
        "for its answers handles fewer requests, and needs more memory.",
        "t3 hosts pay for processor time above their baseline, which counts at high volumes.",
        "arm64 costs a fifth less for each GB-second; the milliseconds were measured on x86-64 "
        "only, so the page does not offer it.",
        f"A request leaves {measured['log_bytes']:,.0f} bytes of log and "
        f"{measured['answer_bytes']:,.0f} bytes of answer, both measured.",
    ]
    return ["## How to read this", "\n".join(f"- {item}" for item in items)]


def _prices(inputs: Inputs) -> list[str]:
    document = inputs.prices.document
    rows = [
        [
            f"`{name}`",
            " / ".join(f"{price:.12f}".rstrip("0").rstrip(".") for _, price in row["tiers"]),
            row["unit"],
            f"`{row['usagetype']}`" if row["usagetype"] else "–",
            row["source"],
            row["date"],
            "yes" if row["verified"] else "**no**",
        ]
        for name, row in document["prices"].items()
    ]
    header = ["Price", "USD", "Unit", "Usage type", "Source", "Date", "Verified"]
    free = "; ".join(
        f"{entry['amount']:,} {entry['unit']} ({name})" + ("" if entry["verified"] else " *")
        for name, entry in document["free"].items()
    )
    return [
        "## Prices",
        "`make prices` asks AWS's Price List API for the rows that name a usage type. Not "
        "verified: in no price list or public copy or quotation of one.",
        table(header, rows),
        f"Free, with the free tiers on: {free}. The starred ones are not verified.",
    ]
