"""Turns a report into the tables and lists of the model card, as Markdown."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from cytology.schema import Schema
from training.dataset import DATA_SHA256

Report = Mapping[str, Any]

#: A figure's name in words, in the order in which tables show them.
FIGURES = {
    "auc": "ROC AUC",
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
    "accuracy": "Accuracy at 0.5, not the shipped threshold",
    "balanced_accuracy": "Balanced accuracy at 0.5",
    "sensitivity_at_specificity_95": "Sensitivity at 95 % specificity, post hoc",
    "sensitivity_at_specificity_99": "Sensitivity at 99 % specificity, post hoc",
    "specificity_at_sensitivity_95": "Specificity at 95 % sensitivity, post hoc",
    "specificity_at_sensitivity_99": "Specificity at 99 % sensitivity, post hoc",
}
_COMPARED = ("accuracy", "auc", "log_loss", "brier", "ece", "calibration_slope")


def tables(report: Report, schema: Schema) -> dict[str, str]:
    """Return every table that the report has the numbers for; an empty text for the others."""
    makers: dict[str, Callable[[Report, Schema], str]] = {
        "data": _data,
        "points": _points,
        "choice": _choice,
        "figures": _figures,
        "gates": _gates,
        "confusion": _confusion,
        "candidates": _candidates,
        "learning": _learning,
        "periods": lambda report, schema: _periods(
            "Out of fold, by period", report["chosen"]["periods"], schema
        ),
        "later": lambda report, schema: _periods(
            "Trained on the first period, by period",
            (report["chosen"]["later"] or {}).get("periods", {}),
            schema,
        ),
    }
    return {name: make(report, schema) for name, make in makers.items()}


def lists(report: Report, schema: Schema, about: Mapping[str, Any]) -> dict[str, str]:
    """Return the lists of the card: what people wrote, and counts that are in no table."""
    data = report["data"]
    own = {name: _bullets(items) for name, items in about.items() if isinstance(items, list)}
    return own | {
        "limits_of_use": _bullets(schema.limits_of_use),
        "classes": ", ".join(f"{count} {name}" for name, count in data["classes"].items()),
        "missing": ", ".join(f"{count} of {name}" for name, count in data["missing"].items())
        or "none",
        "setting": ", ".join(
            f"{name.rpartition('__')[2]} = {value:.4g}"
            for name, value in report["chosen"]["setting"].items()
        ),
        "hidden": ", ".join((report["chosen"]["hidden"] or {}).get("features", ())),
    }


def number(value: float | None, digits: int = 4) -> str:
    """Return the number with so many decimals, or a dash where there is none."""
    return "–" if value is None else f"{value:.{digits}f}"


def percent(share: float | None, digits: int = 1) -> str:
    """Return 0.345 as 34.5 %."""
    return "–" if share is None else f"{100 * share:.{digits}f} %"


def interval(figure: Mapping[str, Any]) -> str:
    """Return 0.9664 [0.9520, 0.9790]."""
    value = number(figure["value"])
    if figure["low"] is None:
        return value
    return f"{value} [{number(figure['low'])}, {number(figure['high'])}]"


def _bullets(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _table(caption: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    lines = [header, ["---"] * len(header), *rows]
    body = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return f"**{caption}**\n\n{body}"


def _data(report: Report, schema: Schema) -> str:
    medians = report["data"]["medians"]
    rows = [
        [
            feature.label,
            f"{feature.minimum} to {feature.maximum}",
            *(f"{medians[feature.name][name]:g}" for name in schema.class_names),
        ]
        for feature in schema.features
    ]
    header = ["Feature", "Scores", *(f"Median, {name}" for name in schema.class_names)]
    return _table("Scores by class", header, rows)


def _points(report: Report, schema: Schema) -> str:
    points = report["chosen"]["points"]
    if not points:
        return ""
    scores = range(
        min(feature.minimum for feature in schema.features),
        max(feature.maximum for feature in schema.features) + 1,
    )
    rows = []
    for feature in schema.features:
        missing, *values = points[feature.name]
        known = dict(zip(feature.scores, values, strict=True))
        cells = [missing, *(known.get(score) for score in scores)]
        rows.append([feature.label, *("" if v is None else f"{v:+.2f}" for v in cells)])
    return _table("Points in log-odds", ["Feature", "missing", *map(str, scores)], rows)


def _choice(report: Report, _: Schema) -> str:
    rows = [
        [
            verdict["name"],
            number(verdict["log_loss"]),
            f"{verdict['behind']:+.4f}",
            number(verdict["standard_error"]),
            "; ".join(verdict["objections"]) or "meets the rule",
        ]
        for verdict in report["choice"]["verdicts"]
    ]
    header = ["Candidate", "Log-loss", "Behind the best", "Standard error", "Verdict"]
    return _table("Choice", header, rows)


def _figures(report: Report, _: Schema) -> str:
    entry = report["candidates"][report["chosen"]["estimator"]]
    rows = [[words, interval(entry["figures"][name])] for name, words in FIGURES.items()]
    ideal = ["ECE of a perfectly calibrated model", number(entry["ideal_ece"])]
    rows.insert(list(FIGURES).index("ece") + 1, ideal)
    return _table("Figures of the chosen model", ["Figure", "Value [95 % interval]"], rows)


def _gates(report: Report, _: Schema) -> str:
    if report["data"]["sha256"] != DATA_SHA256:
        return ""  # nobody knows what another table can give
    rows = [
        [
            FIGURES[gate["figure"]],
            number(gate["value"], 5),
            gate["must"],
            "kept" if gate["passed"] else "not kept",
            gate["ambitious"],
            "reached" if gate["reached"] else "not reached",
        ]
        for gate in report["gates"]
    ]
    return _table("Gates", ["Figure", "Value", "Must be", "Gate", "Aim", "Aim reached"], rows)


def _confusion(report: Report, schema: Schema) -> str:
    chosen = report["chosen"]
    rows = []
    for name, words in (
        ("confusion_nested", "threshold of each fold"),
        ("confusion_shipped", "threshold as shipped"),
    ):
        counts = chosen[name]
        for truth, cells in (
            (schema.negative, ("true_negative", "false_positive")),
            (schema.positive, ("false_negative", "true_positive")),
        ):
            rows.append([f"{truth}, {words}", *(number(counts[cell], 1) for cell in cells)])
    header = ["True class", f"called {schema.negative}", f"called {schema.positive}"]
    return _table("Confusion matrix, mean counts over the repeats", header, rows)


def _candidates(report: Report, _: Schema) -> str:
    if len(report["candidates"]) == 1:
        return ""
    rows = [
        [
            name,
            *(number(entry["figures"][figure]["value"]) for figure in _COMPARED),
            interval(entry["against_chosen"]["log_loss"]),
        ]
        for name, entry in report["candidates"].items()
    ]
    header = ["Candidate", *(FIGURES[name] for name in _COMPARED), "Difference"]
    return _table("Candidates, and their log-loss minus the chosen one's, paired", header, rows)


def _learning(report: Report, _: Schema) -> str:
    rows = [
        [str(point["samples"]), interval(point["log_loss"]), interval(point["accuracy"])]
        for point in report["chosen"]["learning_curve"]
    ]
    caption = "Learning curve, with the lowest and highest repeat"
    return _table(caption, ["Training samples", "Log-loss", "Accuracy"], rows)


def _periods(caption: str, periods: Mapping[str, Mapping[str, Any]], schema: Schema) -> str:
    rows = [
        [
            period,
            str(found["samples"]),
            percent(found["positive_share"]),
            str(found["errors"]),
            percent(found["accuracy"]),
            number(found["auc"]),
            number(found["log_loss"]),
        ]
        for period, found in periods.items()
    ]
    header = ["Period", "Samples", schema.positive, "Errors", "Accuracy", "AUC", "Log-loss"]
    return _table(caption, header, rows)
