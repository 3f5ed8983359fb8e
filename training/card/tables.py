"""Turns a report into the tables and lists of the model card, as Markdown."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from cytology.description import describe
from cytology.schema import WHOLE, Schema
from training.candidates import CANDIDATES
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
    "calibration_shape": "Shape of the calibration, p-value",
    "nested_sensitivity": "Sensitivity, nested threshold",
    "nested_specificity": "Specificity, nested threshold",
    "accuracy": "Accuracy, nested threshold",
    "coverage_positive": "Coverage of the sets, positive class",
    "coverage_negative": "Coverage of the sets, negative class",
    "inconclusive": "Inconclusive",
    "conclusive_accuracy": "Accuracy where conclusive",
    "accuracy_at_half": "Accuracy at 0.5, not the threshold of the service",
    "sensitivity_at_specificity_95": "Sensitivity at 95 % specificity, post hoc",
    "sensitivity_at_specificity_99": "Sensitivity at 99 % specificity, post hoc",
    "specificity_at_sensitivity_95": "Specificity at 95 % sensitivity, post hoc",
    "specificity_at_sensitivity_99": "Specificity at 99 % sensitivity, post hoc",
}
#: Probabilities nearer to 0 or 1 than this share one line of the sheet.
_RARE = 0.01
_PAIRS, _LONGEST = 4, 48
_GERMAN_HEADER = ("Merkmal", "Gewicht", "Score", "Gewicht × Score")
_COMPARED = ("accuracy", "auc", "log_loss", "brier", "ece", "calibration_slope")
_SETS = ("coverage_negative", "coverage_positive", "inconclusive", "conclusive_accuracy")


def tables(report: Report, schema: Schema) -> dict[str, str]:
    """Return every table that the report has the numbers for; an empty text for the others."""
    makers: dict[str, Callable[[Report, Schema], str]] = {
        "data": _data,
        "points": _points,
        "link": _link,
        "prevalences": _prevalences,
        "sets": _sets,
        "hidden": _hidden,
        "paper": _paper,
        "sheet": lambda report, schema: _sheet(report, _labels(schema)),
        "sheet_de": lambda report, schema: _sheet(report, _labels(schema, "de"), _GERMAN_HEADER),
        "totals": lambda report, _: _totals(report, "Total", "Probability"),
        "totals_de": lambda report, _: _totals(report, "Summe", "Wahrscheinlichkeit"),
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
    left = [name for name in CANDIDATES if name not in report["candidates"]]
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
        "warnings": _bullets(report["warnings"]),
        "evaluated": ", ".join(report["candidates"]),
        "not_evaluated": ", ".join(left) or "none",
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
            ", ".join(feature.values) or f"{feature.minimum:g} to {feature.maximum:g}",
            *(
                f"{medians[feature.name][name]:g}" if feature.name in medians else "–"
                for name in schema.class_names
            ),
        ]
        for feature in schema.features
    ]
    header = ["Feature", "Scores", *(f"Median, {name}" for name in schema.class_names)]
    return _table("Scores by class", header, rows)


def _points(report: Report, schema: Schema) -> str:
    points = report["chosen"]["points"]
    if not points or any(feature.kind != WHOLE for feature in schema.features):
        return ""
    scores = range(
        min(feature.minimum for feature in schema.features),
        max(feature.maximum for feature in schema.features) + 1,
    )
    rows = []
    for feature in schema.features:
        known = dict(zip(feature.scores, points[feature.name], strict=True))
        cells = ("" if (value := known.get(score)) is None else f"{value:+.2f}" for score in scores)
        rows.append([feature.label, *cells])
    return _table("Points in log-odds", ["Feature", *map(str, scores)], rows)


def _link(report: Report, _: Schema) -> str:
    rows = [
        [words, *(number(report["link"][kind][name]) for kind in ("without", "with"))]
        for name, words in FIGURES.items()
        if name in report["link"]["with"]
    ]
    return _table("The same folds without and with the link", ["Figure", "Without", "With"], rows)


def _prevalences(report: Report, schema: Schema) -> str:
    rows = [
        [
            percent(row["prevalence"]),
            percent(row["positive_predictive"]),
            percent(row["negative_predictive"], 2),
        ]
        for row in report["prevalences"]
    ]
    header = [
        f"{schema.positive.capitalize()} in the population",
        f"{schema.positive} of those called {schema.positive}",
        f"{schema.negative} of those called {schema.negative}",
    ]
    return _table("Predictive values by prevalence", header, rows)


def _sets(report: Report, _: Schema) -> str:
    genuine = report["chosen"]["cross_conformal"]
    if not genuine:
        return ""
    figures = report["candidates"][report["chosen"]["estimator"]]["figures"]
    rows = [
        [FIGURES[name], number(figures[name]["value"]), number(genuine[name])] for name in _SETS
    ]
    header = ["Figure", "Pooled out-of-fold, as shipped", "Cross-conformal"]
    return _table("Prediction sets", header, rows)


def _hidden(report: Report, schema: Schema) -> str:
    labels = {feature.name: feature.label for feature in schema.features}
    rows = [
        [
            labels[name],
            number(found["missed"], 1),
            number(found["missed_for_certain"], 1),
            number(found["false_alarms"], 1),
            number(found["log_loss"]),
            percent(found["inconclusive"]),
            number(found["without"]["missed"], 1),
            number(found["without"].get("missed_for_certain"), 1),
            number(found["without"]["false_alarms"], 1),
            number(found["without"]["log_loss"]),
        ]
        for name, found in report["chosen"]["hidden"].items()
    ]
    header = [
        "Hidden score",
        "Missed",
        "Missed, not inconclusive",
        "False alarms",
        "Log-loss",
        "Inconclusive",
        "Fitted without it: missed",
        "missed, not inconclusive",
        "false alarms",
        "log-loss",
    ]
    return _table("Each score hidden in turn, at the nested threshold", header, rows)


def _paper(report: Report, schema: Schema) -> str:
    if not report["paper"]:
        return ""
    weights = report["paper"]["weights"]
    rows = [[feature.label, str(weights[feature.name])] for feature in schema.features]
    return _table("Whole weights", ["Feature", "Weight"], rows)


def _labels(schema: Schema, language: str = "") -> dict[str, str]:
    return {item["name"]: item["label"] for item in describe(schema, language)["features"]}


def _sheet(
    report: Report,
    labels: Mapping[str, str],
    header: Sequence[str] = ("Feature", "Weight", "Score", "Weight × score"),
) -> str:
    """A table to write in."""
    if not report["paper"]:
        return ""
    weights = report["paper"]["weights"].items()
    rows = [[labels.get(name, name), f"× {weight}", "", ""] for name, weight in weights]
    return _table(header[0], header, [*rows, [f"{header[3]}, Σ", "", "", ""]])


def _totals(report: Report, total: str, probability: str) -> str:
    """Probability by total in four pairs of columns; totals near 0 and 1 share a line."""
    if not report["paper"]:
        return ""
    found = [
        (f"≤ {name}" if share < _RARE else f"≥ {name}" if share > 1 - _RARE else name, share)
        for name, share in report["paper"]["probabilities"].items()
    ]
    low = max((i for i, (_, share) in enumerate(found) if share < _RARE), default=0)
    high = min((i for i, (_, share) in enumerate(found) if share > 1 - _RARE), default=len(found))
    cells = [[name, percent(share)] for name, share in found[low : high + 1]]
    cells[0][1], cells[-1][1] = f"< {percent(_RARE)}", f"> {percent(1 - _RARE)}"
    cells = [*cells[:-1:2], cells[-1]] if len(cells) > _LONGEST else cells
    height = -(-len(cells) // _PAIRS)
    columns = [cells[start : start + height] for start in range(0, len(cells), height)]
    rows = [
        [cell for column in columns for cell in (column[row] if row < len(column) else ["", ""])]
        for row in range(height)
    ]
    return _table(probability, [total, "p"] * len(columns), rows)


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
            {True: "kept", False: "not kept", None: "not measured"}[gate["passed"]],
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
        [str(point["samples"]), number(point["log_loss"]["value"])]
        for point in report["chosen"]["learning_curve"]
    ]
    caption = "Learning curve, one repeat"
    return _table(caption, ["Training samples", "Log-loss"], rows)


def _periods(caption: str, periods: Mapping[str, Mapping[str, Any]], schema: Schema) -> str:
    rows = [
        [
            period,
            str(found["samples"]),
            percent(found["positive_share"]),
            str(found["missed"]),
            str(found["false_alarms"]),
            number(found["auc"]),
            number(found["log_loss"]),
            "–" if found["offset"] is None else f"{found['offset']:+.2f}",
        ]
        for period, found in periods.items()
    ]
    header = ["Period", "Samples", schema.positive, "Missed", "False alarms", "AUC", "Log-loss"]
    header.append("Offset")
    return _table(caption, header, rows)
