"""Turns single findings of a report into sentences."""

from collections.abc import Mapping
from typing import Any

from cytology.schema import Schema
from training.evaluation.choice import BASELINE

#: A figure's name in words, in the order in which tables show them.
FIGURES = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "auc": "ROC AUC",
    "sensitivity_at_specificity_95": "Sensitivity at 95 % specificity",
    "sensitivity_at_specificity_99": "Sensitivity at 99 % specificity",
    "specificity_at_sensitivity_95": "Specificity at 95 % sensitivity",
    "specificity_at_sensitivity_99": "Specificity at 99 % sensitivity",
    "log_loss": "Log-loss",
    "brier": "Brier score",
    "calibration_slope": "Calibration slope (ideal 1)",
    "calibration_intercept": "Calibration intercept (ideal 0)",
    "ece": "Calibration error (ECE)",
    "nested_sensitivity": "Sensitivity, nested threshold",
    "nested_specificity": "Specificity, nested threshold",
    "nested_accuracy": "Accuracy, nested threshold",
    "coverage_positive": "Coverage of the sets, positive class",
    "coverage_negative": "Coverage of the sets, negative class",
    "inconclusive": "Inconclusive",
    "conclusive_accuracy": "Accuracy where conclusive",
}


def percent(share: float | None, digits: int = 1) -> str:
    """0.345 as 34.5 %, or a dash for what has no value."""
    return "–" if share is None else f"{100 * share:.{digits}f} %"


def number(value: float | None, digits: int = 4) -> str:
    """With four decimals, or a dash for what has no value."""
    return "–" if value is None else f"{value:.{digits}f}"


def interval(figure: Mapping[str, Any], digits: int = 4) -> str:
    """0.9664 [0.9520, 0.9790]."""
    value = number(figure["value"], digits)
    if figure["low"] is None:
        return value
    return f"{value} [{number(figure['low'], digits)}, {number(figure['high'], digits)}]"


def against_baseline(report: Mapping[str, Any]) -> str:
    """Whether the chosen model is worth more than adding up the scores."""
    gap = report["candidates"][BASELINE]["against_chosen"]["log_loss"]
    verdict = (
        "The data do not tell the two apart: whoever prefers a rule for the back of an envelope "
        "loses little with the sum"
        if gap["low"] <= 0 <= gap["high"]
        else "The data tell the two apart"
    )
    return (
        f"The baseline, one coefficient for the sum of all scores, has a log-loss that is "
        f"{interval(gap)} higher than the chosen model's. {verdict}."
    )


def prevalence(report: Mapping[str, Any], schema: Schema) -> list[str]:
    """What a base rate means for the probability."""
    share = percent(report["data"]["positive_share"])
    return [
        f"{share} of the training samples are {schema.positive}. Where that share is lower, the "
        "probability is too high, and where it is higher, too low."
    ]


def fragility(report: Mapping[str, Any]) -> list[str]:
    """How re-scoring changes labels."""
    found = report["chosen"]["fragility"]
    if found is None:
        return []
    sentence = (
        "Scores are judged by eye. Where every score moves by at most one step at random, the "
        f"label changes in {percent(found['mean'])} of cases on average; "
        f"{percent(found['warned'])} of samples change in more than one case in ten and carry a "
        "warning"
    )
    errors = found["warned_among_errors"]
    return [
        sentence
        + (f". Of the misjudged samples {percent(errors)} do." if errors is not None else ".")
    ]


def unusual(report: Mapping[str, Any]) -> list[str]:
    """What the warning of an unusual sample catches, and what it misses."""
    found = report["chosen"]["unusual"]
    errors = found["errors"]
    return [
        "A sample is called unusual where its scores are rarer than those of 19 in 20 training "
        f"samples, features counted one by one: {percent(found['training'])} of the training "
        f"samples, {percent(found['random_scores'])} of random scores, "
        f"{percent(found['columns_shifted'])} of samples whose scores were entered one column "
        f"off, and only {percent(found['one_score_replaced'])} of samples with one wrong score. "
        "It does not notice rare combinations of common scores, nor a single slip"
        + (f"; it flags {percent(errors)} of the misjudged samples." if errors is not None else ".")
    ]


def hidden(report: Mapping[str, Any], schema: Schema) -> list[str]:
    """What a missing score costs."""
    found = report["chosen"]["hidden"]
    if not found:
        return []
    return [
        f"Without {', '.join(found['features'])} the accuracy falls from "
        f"{percent(found['seen']['accuracy'])} to {percent(found['hidden']['accuracy'])}, and "
        f"{found['hidden']['false_negatives']} instead of {found['seen']['false_negatives']} "
        f"{schema.positive} samples are called {schema.negative}: a missing score makes the "
        f"answer lean towards {schema.negative}."
    ]
