"""Turns samples into the API's own answers, and these into the texts that the page must show."""

import json
import urllib.request
from decimal import ROUND_HALF_UP, Decimal
from typing import Any


def ask(address: str, samples: list[Any], *, explain: bool = True) -> list[Any]:
    request = urllib.request.Request(
        f"{address}/v1/predict?explain={str(explain).lower()}",
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
    if answer["inconclusive"] or decisive(answer):
        return "Inconclusive"
    return f"Resembles {answer['label']}"


def decisive(answer: dict[str, Any]) -> bool:
    """Whether a value that is missing decides the label."""
    return any(each["code"] == "decisive_missing_score" for each in answer["warnings"])


def heading(answer: dict[str, Any]) -> str:
    return "Depends on what is not known" if decisive(answer) else category(answer)


def shown(answer: dict[str, Any]) -> str:
    """The probability, or its range where a score is missing."""
    bounds = answer.get("probability_range", [answer["probability"]])
    return " – ".join(map(probability, bounds))


def of_hundred(value: float) -> int:
    whole = int(Decimal(value * 100).quantize(Decimal(1), ROUND_HALF_UP))
    return min(99, max(1, whole))


def sentence(answer: dict[str, Any]) -> str:
    start = "Of 100 samples like this, "
    value = answer["probability"]
    low, high = map(of_hundred, answer.get("probability_range", [value, value]))
    if low != high:
        return (
            f"{start}between {low} and {high} are expected to be malignant, "
            "as what is not known may be; the others benign."
        )
    if value * 100 < 1:
        return start + "fewer than 1 is expected to be malignant and more than 99 benign."
    if value * 100 > 99:
        return start + "more than 99 are expected to be malignant and fewer than 1 benign."
    return f"{start}about {low} are expected to be malignant and {100 - low} benign."
