"""Turns inputs into the files that docs/ holds of them."""

from lab.costs.inputs import Inputs
from lab.costs.plots import by_volume
from lab.costs.report import costs_page
from lab.costs.traffic import Traffic


def cost_files(inputs: Inputs) -> dict[str, bytes]:
    """File name → content: the page and its drawings."""
    pattern = Traffic(0, cold_share=0.001)
    return {
        "costs.md": costs_page(inputs).encode(),
        "costs/by-volume.svg": by_volume(pattern, inputs),
        "costs/by-volume-one-host.svg": by_volume(pattern._replace(redundant=False), inputs),
    }
