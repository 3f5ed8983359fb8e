"""Turns estimates over volumes into drawings: SVG, the same bytes for the same inputs."""

import io
from collections.abc import Callable
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lab.costs.homes import HOMES, estimates
from lab.costs.inputs import Inputs
from lab.costs.report import TITLES
from lab.costs.traffic import Traffic

#: Lines differ in their dashes too: colour alone would not tell six apart.
LOOKS: dict[str, tuple[str, Any]] = {
    "lambda": ("#0b4f7d", "-"),
    "ec2": ("#7a5600", "--"),
    "ecs-ec2": ("#8f1d3f", "-."),
    "fargate": ("#0e7568", ":"),
    "sagemaker": ("#555555", (0, (1, 1))),
    "sagemaker-serverless": ("#222222", (0, (8, 2, 2, 2))),
}

STYLE: Any = {  # matplotlib spells its 300 keys out as a type; naming it here helps nobody
    "svg.hashsalt": "costs",
    "svg.fonttype": "none",  # text stays text: small, and read out
    "font.family": "sans-serif",
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "figure.facecolor": "white",
}


def by_volume(traffic: Traffic, inputs: Inputs) -> bytes:
    """USD a month over requests a month, every home a line."""
    volumes = np.logspace(3, np.log10(3e10), 80)
    months = [estimates(traffic._replace(requests=float(volume)), inputs) for volume in volumes]

    def plot(axes: Axes) -> None:
        for index, home in enumerate(HOMES):
            colour, dashes = LOOKS[home]
            usd = [month[index].usd for month in months]
            width = 2.5 if home == "lambda" else 1.4
            axes.plot(
                volumes, usd, color=colour, linestyle=dashes, linewidth=width, label=TITLES[home]
            )
        axes.set(xscale="log", yscale="log", xlabel="Requests a month", ylabel="USD a month")
        axes.legend(frameon=False)

    return draw(plot)


def draw(plot: Callable[[Axes], None]) -> bytes:
    """One drawing without a date and without the library's version: they would change the bytes."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(6.8, 4.6), layout="constrained")
        plot(figure.add_subplot())
        content = io.BytesIO()
        figure.savefig(content, format="svg", metadata={"Date": None, "Creator": None})
    return content.getvalue()
