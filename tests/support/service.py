"""Turns samples into the API's own answers, and these into the texts that the page must show."""

import json
import urllib.request
from decimal import ROUND_HALF_UP, Decimal
from typing import Any


def ask(address: str, samples: list[Any]) -> list[Any]:
    request = urllib.request.Request(
        f"{address}/v1/predict?explain=true",
        json.dumps({"samples": samples}).encode(),
        {"content-type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["predictions"]


def schema(address: str) -> Any:
    with urllib.request.urlopen(f"{address}/features.json") as answer:
        return json.load(answer)


def row(sample: dict[str, str], names: list[str]) -> list[int | None]:
    """The nine scores of one line of the data set."""
    return [None if sample[name] == "?" else int(sample[name]) for name in names]


def rounded(value: float, places: int) -> str:
    """Half up on the exact value of the number, as browsers write numbers."""
    return str(Decimal(value).quantize(Decimal(10) ** -places, ROUND_HALF_UP))


def probability(value: float) -> str:
    if value < 0.0001:
        return "under 0.0001"
    return "over 0.9999" if value > 0.9999 else rounded(value, 4)


def signed(value: float) -> str:
    return ("−" if value < 0 else "+") + rounded(abs(value), 2)


def category(answer: dict[str, Any]) -> str:
    name = "inconclusive" if answer["inconclusive"] else answer["label"]
    return {
        "benign": "Resembles benign",
        "inconclusive": "Inconclusive",
        "malignant": "Resembles malignant",
    }[name]


def sentence(value: float) -> str:
    start = "Of 100 aspirates scored like this, "
    if value * 100 < 1:
        return start + "fewer than 1 is expected to be malignant and more than 99 benign."
    if value * 100 > 99:
        return start + "more than 99 are expected to be malignant and fewer than 1 benign."
    whole = int(Decimal(value * 100).quantize(Decimal(1), ROUND_HALF_UP))
    return start + f"about {whole} are expected to be malignant and {100 - whole} benign."
