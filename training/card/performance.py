"""Turns a report's figures into the card's section on performance."""

from collections.abc import Mapping
from typing import Any

from cytology.schema import Schema
from training.card import wording
from training.card.blocks import Block, Bullets, Heading, Paragraph, Picture, Table
from training.dataset import DATA_SHA256

_FOLDER = "model-card"
_COMPARED = ("accuracy", "auc", "log_loss", "brier", "ece", "calibration_slope")


def performance(report: Mapping[str, Any], schema: Schema) -> list[Block]:
    """Figures, comparison, decision, curves and time, in that order."""
    return [
        Heading(2, "Performance"),
        Paragraph(_protocol(report)),
        _figures(report),
        *_gates(report),
        Picture(
            f"{_FOLDER}/roc.svg",
            f"ROC curve of the out-of-fold probabilities; {schema.positive} is the positive class.",
        ),
        Picture(
            f"{_FOLDER}/calibration.svg",
            "Calibration: observed share over predicted probability, with 95 % Wilson intervals.",
        ),
        *_decision(report, schema),
        *_comparison(report),
        *_learning(report),
        *_time(report, schema),
    ]


def _protocol(report: Mapping[str, Any]) -> str:
    protocol = report["protocol"]
    return (
        f"{protocol['repeats']} × stratified {protocol['folds']}-fold cross-validation grouped by "
        f"patient. Imputation, tuning ({protocol['tuning_folds']} grouped folds), threshold and "
        "prediction sets are learnt anew inside every training part. Figures are means over the "
        f"repeats; intervals come from {protocol['bootstraps']} draws of patients."
    )


def _figures(report: Mapping[str, Any]) -> Table:
    entry = report["candidates"][report["chosen"]["estimator"]]
    rows = []
    for name, words in wording.FIGURES.items():
        rows.append([words, wording.interval(entry["figures"][name])])
        if name == "ece":
            rows.append(["ECE of a perfectly calibrated model", wording.number(entry["ideal_ece"])])
    return Table("Figures of the chosen model", ["Figure", "Value [95 % interval]"], rows)


def _gates(report: Mapping[str, Any]) -> list[Block]:
    if report["data"]["sha256"] != DATA_SHA256:
        return []  # what another table can give is not known
    rows = [
        [
            wording.FIGURES[gate["figure"]],
            wording.number(gate["value"], 5),
            gate["must"],
            "kept" if gate["passed"] else "not kept",
            gate["ambitious"],
            "reached" if gate["reached"] else "not reached",
        ]
        for gate in report["gates"]
    ]
    header = ["Figure", "Value", "Must be", "Gate", "Hoped for", "Hope"]
    return [Table("Gates, and what was hoped for", header, rows)]


def _decision(report: Mapping[str, Any], schema: Schema) -> list[Block]:
    chosen = report["chosen"]
    figures = report["candidates"][chosen["estimator"]]["figures"]
    level = wording.percent(chosen["level"], 0)
    return [
        Heading(3, "Decision"),
        Bullets(
            [
                f"{schema.positive.capitalize()} is called from a probability of "
                f"{chosen['threshold']:.4f} on: the threshold that misses at most 1 % of "
                f"{schema.positive} samples out of fold. Learnt and tested apart, it reaches a "
                f"sensitivity of {wording.interval(figures['nested_sensitivity'])} and a "
                f"specificity of {wording.interval(figures['nested_specificity'])}.",
                f"Prediction sets promise each class a coverage of {level} (class-conditional, "
                f"cross-conformal): {schema.negative} stays possible up to "
                f"{chosen['negative_at_most']:.4f}, {schema.positive} from "
                f"{chosen['positive_at_least']:.4f} on. On held-out folds they cover "
                f"{wording.interval(figures['coverage_negative'])} of {schema.negative} and "
                f"{wording.interval(figures['coverage_positive'])} of {schema.positive} samples; "
                f"{wording.percent(figures['inconclusive']['value'])} are inconclusive, and "
                f"{wording.percent(figures['conclusive_accuracy']['value'])} of the others right. "
                "Cross-conformal sets have no finite-sample guarantee.",
            ]
        ),
        _confusion(chosen, schema),
        Picture(f"{_FOLDER}/confusion.svg", "Confusion matrix at the threshold, mean counts."),
        Picture(
            f"{_FOLDER}/decision-curve.svg",
            "Decision curve: net benefit of acting on the model, on everyone, on nobody, for "
            "thresholds of 1 to 50 %.",
        ),
    ]


def _confusion(chosen: Mapping[str, Any], schema: Schema) -> Table:
    def rows(counts: Mapping[str, float], words: str) -> list[list[str]]:
        return [
            [
                f"{schema.negative}, {words}",
                f"{counts['true_negative']:.1f}",
                f"{counts['false_positive']:.1f}",
            ],
            [
                f"{schema.positive}, {words}",
                f"{counts['false_negative']:.1f}",
                f"{counts['true_positive']:.1f}",
            ],
        ]

    return Table(
        "Confusion matrix, mean counts over the repeats",
        ["True class", f"called {schema.negative}", f"called {schema.positive}"],
        [
            *rows(chosen["confusion_nested"], "threshold of each fold"),
            *rows(chosen["confusion_shipped"], "threshold as shipped"),
        ],
    )


def _comparison(report: Mapping[str, Any]) -> list[Block]:
    if len(report["candidates"]) == 1:
        return []
    rows = [
        [
            name,
            *(wording.number(entry["figures"][figure]["value"]) for figure in _COMPARED),
            wording.interval(entry["against_chosen"]["log_loss"]),
        ]
        for name, entry in report["candidates"].items()
    ]
    return [
        Heading(3, "Other candidates"),
        Table(
            "Candidates, and their log-loss minus the chosen one's, paired",
            ["Candidate", *(wording.FIGURES[name] for name in _COMPARED), "Difference"],
            rows,
        ),
    ]


def _learning(report: Mapping[str, Any]) -> list[Block]:
    curve = report["chosen"]["learning_curve"]
    if not curve:
        return []
    rows = [
        [
            str(point["samples"]),
            wording.interval(point["log_loss"]),
            wording.interval(point["accuracy"]),
        ]
        for point in curve
    ]
    return [
        Heading(3, "More data"),
        Picture(
            f"{_FOLDER}/learning-curve.svg",
            "Learning curve: log-loss over the number of training samples.",
        ),
        Table(
            "Learning curve, with the lowest and highest repeat",
            ["Training samples", "Log-loss", "Accuracy"],
            rows,
        ),
    ]


def _time(report: Mapping[str, Any], schema: Schema) -> list[Block]:
    later = report["chosen"]["later"]
    if later is None:
        return []
    header = ["Period", "Samples", schema.positive, "Errors", "Accuracy", "AUC", "Log-loss"]
    return [
        Heading(3, "Over time"),
        Table("Out of fold, by period", header, _periods(report["chosen"]["periods"])),
        Paragraph(
            f"Trained on the first period alone ({later['trained_on']} samples) and tested on the "
            f"{later['samples']} later samples of new patients: {later['errors']} errors, accuracy "
            f"{wording.percent(later['accuracy'])}, AUC {wording.number(later['auc'])}; at the "
            f"threshold learnt there, sensitivity {wording.percent(later['nested_sensitivity'])}, "
            f"specificity {wording.percent(later['nested_specificity'])}. The later samples are "
            "easier than the first: the cross-validated figures are the ones to quote."
        ),
        Table("Trained on the first period, by period", header, _periods(later["periods"])),
    ]


def _periods(periods: Mapping[str, Mapping[str, Any]]) -> list[list[str]]:
    return [
        [
            period,
            str(found["samples"]),
            wording.percent(found["positive_share"]),
            str(found["errors"]),
            wording.percent(found["accuracy"]),
            wording.number(found["auc"]),
            wording.number(found["log_loss"]),
        ]
        for period, found in periods.items()
    ]
