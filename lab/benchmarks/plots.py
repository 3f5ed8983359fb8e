"""Turns results.json into the drawings of docs/performance.md: the same bytes for the same file."""

import io
from collections.abc import Callable, Mapping
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lab.benchmarks.money import VOLUMES, request_month

_OURS, _BARE, _OTHER, _INK = "#1d5fa8", "#1a1a1a", "#a8a8a8", "#1a1a1a"
_MARKS = "osD^vPX*"

_STYLE: Any = {  # matplotlib spells its 300 keys out as a type; naming it here helps nobody
    "svg.hashsalt": "performance",
    "svg.fonttype": "none",  # text stays text: small, and read out
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#dddddd",
}

Draw = Callable[[Figure], None]


def draw_all(results: Mapping[str, Any]) -> dict[str, bytes]:
    """File name → SVG, for what has been measured."""
    drawings: dict[str, Draw] = {}
    for name, label in (
        ("cold", "ms from start to first answer"),
        ("warm", "ms of a warm answer"),
        ("memory", "MB of memory held at most"),
        ("size", "MB above the base image"),
    ):
        if found := results.get(name):
            drawings[f"{name}.svg"] = _bars_of(found["variants"], label)
    if found := results.get("setting"):
        drawings["setting.svg"] = _curves_of(found["memory_mb"])
    if found := results.get("money"):
        drawings["money.svg"] = lambda figure: _months(figure, found)
    with mpl.rc_context(_STYLE):
        return {name: _drawn(drawing) for name, drawing in drawings.items()}


def _drawn(drawing: Draw) -> bytes:
    figure = Figure(figsize=(7.2, 4.2), layout="constrained")
    drawing(figure)
    content = io.BytesIO()
    # No date, and no version of the library: they would change the bytes and say nothing
    figure.savefig(content, format="svg", metadata={"Date": None, "Creator": None})
    return content.getvalue()


def _colour(name: str) -> str:
    if name == "bare":
        return _BARE
    return _OURS if name in ("scorecard", "sklearn", "scorecard-server") else _OTHER


def _bars_of(series: Mapping[str, Any], label: str) -> Draw:
    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        names = sorted(series, key=lambda name: -float(series[name]["median"]))
        medians = [series[name]["median"] for name in names]
        low = [series[name]["median"] - series[name]["lowest"] for name in names]
        high = [series[name]["highest"] - series[name]["median"] for name in names]
        # Points, not bars: on a log scale a bar's length means nothing
        for row, name in enumerate(names):
            axes.errorbar(
                medians[row],
                row,
                xerr=[[low[row]], [high[row]]],
                fmt="o",
                color=_colour(name),
                capsize=3,
            )
        axes.set_yticks(range(len(names)), names)
        smallest = min(value for value in medians if value > 0)
        axes.set(xscale="log", xlabel=label, xlim=(smallest / 2, max(medians) * 4))
        for row, median in enumerate(medians):
            axes.annotate(
                f"{median:,.3g}" if median < 100 else f"{median:,.0f}",
                (median + high[row], row),
                xytext=(5, 0),
                textcoords="offset points",
                va="center",
            )

    return draw


def _curves_of(measured: Mapping[str, Any]) -> Draw:
    def draw(figure: Figure) -> None:
        left, right = figure.subplots(1, 2)
        for name in ("scorecard", "sam-apigw-scikit"):
            by_size = measured.get(name, {})
            sizes = sorted(by_size, key=int)
            at = [int(size) for size in sizes]
            cold = [by_size[size]["cold_ms"]["median"] for size in sizes]
            _curve(left, at, cold, name)
            _curve(right, at, [_warm_ms(by_size[size]) for size in sizes], name)
        left.set(title="first answer after start", ylabel="ms")
        right.set(title="warm answer, one sample")
        for axes in (left, right):
            axes.set(xscale="log", yscale="log", xlabel="Memory, MB")
            axes.set_xticks([128, 256, 512, 1024, 1769], ["128", "256", "512", "1024", "1769"])
            axes.minorticks_off()
        left.legend(frameon=False)

    return draw


def _warm_ms(entry: Mapping[str, Any]) -> float:
    return float(entry["warm"]["1"]["duration_ms"]["median"])


def _curve(axes: Axes, at: list[int], values: list[float], name: str) -> None:
    axes.plot(at, values, color=_colour(name), marker="o", label=name)
    for where, value in zip(at, values, strict=True):
        axes.annotate(
            f"{value:,.3g}" if value < 100 else f"{value:,.0f}",
            (where, value),
            xytext=(0, 6),
            textcoords="offset points",
            ha="center",
            fontsize=8,
        )


def _months(figure: Figure, money: Mapping[str, Any]) -> None:
    axes = figure.add_subplot()
    months = {int(volume): found for volume, found in money["month"].items()}
    servers = sorted({name for found in months.values() for name in found})
    for mark, name in zip(_MARKS, servers, strict=False):
        usd = [months[volume][name] for volume in VOLUMES]
        axes.plot(
            VOLUMES, usd, color=_colour(name), marker=mark, linestyle=":", label=f"{name}, hosts"
        )
    for mark, name in zip(_MARKS, ("scorecard", "sam-apigw-scikit"), strict=False):
        if name in money["per_million"]:
            usd = [request_month(money, name, volume) for volume in VOLUMES]
            axes.plot(VOLUMES, usd, color=_colour(name), marker=mark, label=f"{name}, Lambda")
    axes.set(xscale="log", yscale="log", xlabel="Predictions a month", ylabel="USD a month")
    axes.legend(frameon=False, fontsize=8)
