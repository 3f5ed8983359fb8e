"""Turns a report into the model card's sections. Every number comes from the report."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cytology.schema import Schema
from training.card import wording
from training.card.blocks import Block, Bullets, Heading, Paragraph, Picture, Table
from training.card.performance import performance
from training.dataset import DATA_SHA256

ABOUT = Path(__file__).resolve().parent.parent / "data" / "about.json"

#: Files of the card's drawings, relative to the card.
PICTURES = "model-card"


def model_card(report: Mapping[str, Any], schema: Schema, drawn: bool) -> list[Block]:
    """All sections, after Model Cards and TRIPOD+AI; pictures only where they were ``drawn``.

    What is said of the shipped data set by people, and not by a run, is in data/about.json; a card
    of another table does without it.
    """
    shipped = report["data"]["sha256"] == DATA_SHA256
    about = json.loads(ABOUT.read_text(encoding="utf-8")) if shipped else {}
    blocks = [
        Heading(1, f"Model card: {about.get('title') or schema.title or schema.name}"),
        *_identity(report, schema, about),
        *_use(schema, about),
        *_data(report, schema, about),
        *_model(report, schema),
        *performance(report, schema),
        *_caveats(report, schema, about),
        *_mapping(),
    ]
    return [block for block in blocks if drawn or not isinstance(block, Picture)]


def _identity(report: Mapping[str, Any], schema: Schema, about: Mapping[str, Any]) -> list[Block]:
    chosen, protocol = report["chosen"], report["protocol"]
    entry = report["candidates"][chosen["estimator"]]
    facts = [
        f"Model: {schema.name}-{chosen['estimator']}. {entry['description']}",
        f"Task: {schema.negative} or {schema.positive}; the probability is that of "
        f"{schema.positive}.",
        f"Data: sha256 {report['data']['sha256']}.",
        f"Evaluation: {protocol['name']} protocol, hash {protocol['hash'][:12]}, "
        f"{protocol['repeats']} × {protocol['folds']} folds.",
        "Version and date of a trained model: in its manifest.json and in every answer of the "
        "service.",
        *(
            f"{key.title()}: {about[key]}"
            for key in ("owner", "licence", "citation")
            if key in about
        ),
    ]
    return [
        Paragraph(
            "Generated from report.json; no number here is typed by hand. Intervals in brackets "
            "hold 95 % of the bootstrap draws of patients."
        ),
        Bullets(facts),
    ]


def _use(schema: Schema, about: Mapping[str, Any]) -> list[Block]:
    blocks: list[Block] = []
    if about:
        blocks += [
            Heading(2, "Intended use"),
            Bullets(about["intended_use"]),
            Heading(2, "Out of scope"),
            Bullets(about["out_of_scope"]),
        ]
    if schema.limits_of_use:
        blocks += [Heading(2, "Limits of use"), Bullets(schema.limits_of_use)]
    return blocks


def _data(report: Mapping[str, Any], schema: Schema, about: Mapping[str, Any]) -> list[Block]:
    data = report["data"]
    missing = ", ".join(f"{count} of {name}" for name, count in data["missing"].items())
    facts = [
        f"{data['rows']} samples of {data['patients']} patients: "
        + ", ".join(f"{count} {name}" for name, count in data["classes"].items())
        + f" ({wording.percent(data['positive_share'])} {schema.positive}).",
        f"{data['patients_repeated']} patients appear more than once, "
        f"{data['patients_of_both_classes']} of them with both classes; all samples of a patient "
        "stay on one side of every split.",
        f"{data['distinct_vectors']} distinct score vectors.",
        f"Missing scores: {missing or 'none'}.",
    ]
    rows = [
        [
            feature.label,
            f"{feature.minimum} to {feature.maximum}",
            *(f"{data['medians'][feature.name][name]:g}" for name in schema.class_names),
        ]
        for feature in schema.features
    ]
    header = ["Feature", "Scores", *(f"Median, {name}" for name in schema.class_names)]
    return [
        Heading(2, "Data"),
        Bullets([*facts, *about.get("data_caveats", ())]),
        Table("Scores by class", header, rows),
    ]


def _model(report: Mapping[str, Any], schema: Schema) -> list[Block]:
    chosen = report["chosen"]
    setting = ", ".join(f"{k.rpartition('__')[2]} = {v:g}" for k, v in chosen["setting"].items())
    blocks: list[Block] = [
        Heading(2, "Model"),
        Paragraph(
            f"Chosen setting: {setting}. A missing score is replaced by the training median, and "
            "the answer then carries the range of probabilities that the score could have given."
        ),
    ]
    if chosen["points"]:
        blocks += [
            Paragraph(
                "The model is additive: the log-odds are the base of "
                f"{chosen['base']:.3f} plus the points of each score. The table is all there is "
                f"to it; on {chosen['parity']['rows']:,} rows it differs from the fitted pipeline "
                f"by no more than {chosen['parity']['at_most']:.0e} in probability."
            ),
            _points(chosen["points"], schema),
            Picture(f"{PICTURES}/points.svg", "Points (log-odds) by score, one line per feature."),
        ]
    verdicts = report["choice"]["verdicts"]
    return blocks + (_choice(report) if verdicts else [])


def _points(points: Mapping[str, list[float | None]], schema: Schema) -> Table:
    low = min(feature.minimum for feature in schema.features)
    high = max(feature.maximum for feature in schema.features)
    rows = []
    for feature in schema.features:
        missing, *values = points[feature.name]
        known = dict(zip(feature.scores, values, strict=True))
        cells = [missing, *(known.get(score) for score in range(low, high + 1))]
        rows.append([feature.label, *("" if v is None else f"{v:+.2f}" for v in cells)])
    header = ["Feature", "missing", *(str(score) for score in range(low, high + 1))]
    return Table("Points in log-odds", header, rows)


def _choice(report: Mapping[str, Any]) -> list[Block]:
    rows = [
        [
            verdict["name"],
            f"{verdict['log_loss']:.4f}",
            f"{verdict['behind']:+.4f}",
            f"{verdict['standard_error']:.4f}",
            "; ".join(verdict["objections"]) or "meets the rule",
        ]
        for verdict in report["choice"]["verdicts"]
    ]
    return [
        Heading(3, "Why this one"),
        Paragraph(
            "The rule: of the candidates that are monotone, calibrated and better than the "
            "baseline, the simplest whose log-loss is within one standard error of the best "
            "candidate's; the error is that of the paired difference over patients. Candidates "
            f"stand from the simplest to the most complex; {report['choice']['best']} has the "
            f"lowest log-loss, {report['choice']['name'] or 'none'} is the first that meets the "
            "rule."
        ),
        Paragraph(wording.against_baseline(report)),
        Table(
            "Choice",
            ["Candidate", "Log-loss", "Behind the best", "Standard error", "Verdict"],
            rows,
        ),
    ]


def _caveats(report: Mapping[str, Any], schema: Schema, about: Mapping[str, Any]) -> list[Block]:
    blocks: list[Block] = [
        Heading(2, "Caveats"),
        Bullets(
            [
                *wording.prevalence(report, schema),
                *wording.fragility(report),
                *wording.unusual(report),
                *wording.hidden(report, schema),
                "No external validation: every sample comes from the same table.",
            ]
        ),
    ]
    for key, title in (("human_factors", "Human factors"), ("monitoring", "Monitoring")):
        if key in about:
            blocks += [Heading(2, title), Bullets(about[key])]
    return blocks


def _mapping() -> list[Block]:
    return [
        Heading(2, "Where reporting guidelines are met"),
        Table(
            "Sections by guideline item",
            ["Section", "TRIPOD+AI", "Also"],
            [
                ["Intended use, Out of scope", "background, objectives", "Model Cards: use"],
                [
                    "Data",
                    "source of data, participants, outcome, predictors, missing data",
                    "GMLP: representative data",
                ],
                ["Model", "analytical methods, model specification", "Model Cards: details"],
                [
                    "Performance",
                    "model performance, class imbalance, evaluation",
                    "GMLP: independent test sets",
                ],
                ["Caveats", "limitations, fairness", "Model Cards: caveats"],
                [
                    "Human factors, Monitoring",
                    "usability of the model",
                    "DECIDE-AI: human factors; GMLP: monitoring",
                ],
            ],
        ),
    ]
