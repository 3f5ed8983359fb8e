"""Turns prices.json into amounts: a quantity's price, tier by tier, and what is free of it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PRICES = Path(__file__).with_name("prices.json")


class Prices:
    """A dated snapshot of prices in one region."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.taken = str(document["taken"])

    def cost(self, name: str, quantity: float) -> float:
        """USD for so many units a month; a tier's price holds for the units within it alone."""
        tiers = self.document["prices"][name]["tiers"]
        starts = [start for start, _ in tiers[1:]]
        total = 0.0
        for (start, usd), end in zip(tiers, [*starts, float("inf")], strict=True):
            total += max(0.0, min(quantity, end) - start) * usd
        return total

    def free(self, name: str) -> float:
        """Units a month that cost nothing, in accounts of any age."""
        return float(self.document["free"][name]["amount"])

    @property
    def unverified(self) -> list[str]:
        """Names of prices that were not read in a price list or a copy of one."""
        return [name for name, row in self.document["prices"].items() if not row["verified"]]


def load_prices(path: Path = PRICES) -> Prices:
    """Read the snapshot."""
    return Prices(json.loads(path.read_text(encoding="utf-8")))


def write_prices(document: Mapping[str, Any], path: Path = PRICES) -> None:
    """Write the snapshot in the one form that it has in the repository."""
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8")
