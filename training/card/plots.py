"""Turns a report into its drawings: SVG on a transparent ground, the same bytes each time."""

import io
from collections.abc import Callable, Mapping
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cytology.schema import Schema

#: Contrast of at least 4 with white and with the dark mode's ground.
_INK, _LINE, _FAINT = "#757575", "#3d7fc4", "#8a8a8a"

_STYLE: Any = {  # matplotlib's own type lists 300 keys
    "svg.hashsalt": "model-card",
    "svg.fonttype": "none",  # text stays text: small, and read out
    "font.family": "sans-serif",
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#8a8a8a",
    "grid.alpha": 0.3,
    "text.color": _INK,
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "savefig.transparent": True,
    "path.simplify_threshold": 0.5,
}


def draw_all(report: Mapping[str, Any], schema: Schema) -> dict[str, bytes]:
    """File name → SVG."""
    chosen = report["chosen"]
    drawings: dict[str, Callable[[Axes], None]] = {
        "decision-curve.svg": lambda axes: _decision_curve(axes, chosen),
    }
    if chosen["calibration"]:
        drawings["calibration.svg"] = lambda axes: _calibration(axes, chosen)
    if chosen["learning_curve"]:
        drawings["learning-curve.svg"] = lambda axes: _learning_curve(axes, chosen)
    if chosen["points"]:
        drawings["points.svg"] = lambda axes: _points(axes, chosen, schema)
    with mpl.rc_context(_STYLE):
        return {name: _draw(drawing) for name, drawing in drawings.items()}


def _draw(drawing: Callable[[Axes], None]) -> bytes:
    figure = Figure(figsize=(6.4, 4.8), layout="constrained")
    drawing(figure.add_subplot())
    content = io.BytesIO()
    # No date, and no version of the library: they would change the bytes and say nothing
    figure.savefig(content, format="svg", metadata={"Date": None, "Creator": None})
    return content.getvalue()


def _band(axes: Axes, places: list[float], points: list[Mapping[str, float]]) -> None:
    low, high = ([point[end] for point in points] for end in ("low", "high"))
    axes.fill_between(places, low, high, color=_LINE, alpha=0.2, linewidth=0)


def _calibration(axes: Axes, chosen: Mapping[str, Any]) -> None:
    curve = chosen["calibration"]
    predicted = [point["predicted"] for point in curve]
    axes.plot([0, 1], [0, 1], color=_FAINT, linestyle=":")
    _band(axes, predicted, curve)
    axes.plot(predicted, [point["observed"] for point in curve], color=_LINE)
    axes.set(xlabel="Predicted probability", ylabel="Observed share", aspect="equal")


def _decision_curve(axes: Axes, chosen: Mapping[str, Any]) -> None:
    curve = chosen["decision_curve"]
    thresholds = [point["threshold"] for point in curve]
    axes.plot(thresholds, [point["model"] for point in curve], color=_LINE, label="model")
    everyone = [point["everyone"] for point in curve]
    axes.plot(thresholds, everyone, color=_FAINT, linestyle="--", label="everyone")
    axes.axhline(0, color=_INK, linestyle=":", label="nobody")
    lowest = min(0.0, min(point["model"] for point in curve))
    axes.set(xlabel="Threshold probability", ylabel="Net benefit")
    axes.set_ylim(bottom=lowest - 0.05)
    axes.legend(frameon=False)


def _learning_curve(axes: Axes, chosen: Mapping[str, Any]) -> None:
    curve = chosen["learning_curve"]
    samples = [point["samples"] for point in curve]
    losses = [point["log_loss"] for point in curve]
    _band(axes, samples, losses)
    axes.plot(samples, [loss["value"] for loss in losses], color=_LINE, marker="o")
    axes.set(xlabel="Training samples", ylabel="Log-loss")
    axes.set_ylim(bottom=0)


def _points(axes: Axes, chosen: Mapping[str, Any], schema: Schema) -> None:
    # Solid, dashed and dotted in turn: nine lines need more than colour
    styles = ("-", "--", ":")
    for index, feature in enumerate(schema.features):
        look: Any = {"linestyle": styles[index % 3], "marker": ".", "label": feature.label}
        axes.plot(list(feature.scores), chosen["points"][feature.name], **look)
    axes.axhline(0, color=_INK, linewidth=0.8)
    axes.set(xlabel="Score", ylabel="Points (log-odds)")
    if len(schema.features) <= 12:
        axes.legend(frameon=False, fontsize=8)
