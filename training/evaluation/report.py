"""Evaluates candidates into the report: one document, the same on every run and machine."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from cytology.schema import Schema
from training.candidates import CANDIDATES
from training.dataset import Dataset
from training.evaluation.calibration import ideal_calibration_error
from training.evaluation.choice import Choice, Contender, choose
from training.evaluation.cross_validation import fit_whole, predict_repeat
from training.evaluation.curves import likelihood_ratios, prevalences
from training.evaluation.describe import describe
from training.evaluation.figures import Predicted, as_predicted
from training.evaluation.gates import GATES
from training.evaluation.intervals import (
    Measured,
    difference,
    measure_repeats,
    patient_weights,
    with_interval,
)
from training.evaluation.limitations import describe_data
from training.evaluation.paper import NAME as PAPER
from training.evaluation.paper import paper_sheet
from training.evaluation.protocol import Protocol, protocol_hash
from training.evaluation.rounding import rounded
from training.evaluation.runner import Task, run
from training.evaluation.warnings import find_warnings
from training.fit import log_losses
from training.model import Model


def evaluate(
    names: Sequence[str],
    dataset: Dataset,
    schema: Schema,
    protocol: Protocol,
    cache: Path,
    model: Model | None = None,
) -> dict[str, Any]:
    """Evaluate candidates, choose one, and describe it.

    One name is chosen without the rule; if none meets the rule, the best is described.

    Parameters
    ----------
    names
        Of candidates, from the simplest to the most complex.
    dataset, schema, protocol
        What is evaluated, and how.
    cache
        Directory of finished work; an interrupted run continues there.
    model
        The chosen candidate, trained; None trains it here.
    """
    digest = protocol_hash(protocol, schema)
    cache = cache / f"{dataset.sha256[:8]}-{digest[:8]}"
    common = (dataset, schema, protocol)
    results = run(_tasks(names, common), cache)
    positive = dataset.labels == schema.positive
    repeats = {
        name: [as_predicted(positive, results[f"{name}-{r}"]) for r in range(protocol.repeats)]
        for name in names
    }
    weights = patient_weights(dataset, protocol)
    measured = _measure_all(repeats, weights)
    choice = _choose(repeats, measured, results, weights)
    chosen = (choice.name or choice.best) if choice else names[0]
    data = describe_data(dataset, schema)
    candidates = {
        name: _candidate(name, chosen, measured, repeats[name], results, protocol) for name in names
    }
    figures = measured[chosen].figures
    document: dict[str, Any] = {
        "format": 2,
        "protocol": {**protocol._asdict(), "hash": digest},
        "data": data,
        "candidates": candidates,
        "choice": _choice_document(choice, chosen),
        "warnings": find_warnings(figures, data["classes"]),
        "gates": _gates(candidates[chosen]["figures"], full=protocol.name == "full"),
        "link": _link(chosen, repeats[chosen], results, weights),
        "prevalences": prevalences(figures, data["positive_share"]),
        "likelihood_ratios": likelihood_ratios(figures),
        "chosen": describe(chosen, repeats[chosen], common, weights, cache, model),
        "paper": paper_sheet(dataset, schema) if PAPER in names else None,
    }
    answer: dict[str, Any] = rounded(document)
    return answer


def _tasks(names: Sequence[str], common: tuple[Dataset, Schema, Protocol]) -> list[Task]:
    """Return the tasks, the slowest first, so that all cores finish at about the same time."""
    return [
        task
        for name in reversed(names)
        for task in (
            *(
                Task(f"{name}-{repeat}", predict_repeat, (name, *common, repeat))
                for repeat in range(common[2].repeats)
            ),
            Task(f"{name}-whole", fit_whole, (name, *common)),
        )
    ]


def _measure_all(
    repeats: Mapping[str, Sequence[Predicted]], weights: NDArray[np.float64]
) -> dict[str, Measured]:
    tasks = [delayed(measure_repeats)(each, weights) for each in repeats.values()]
    return dict(zip(repeats, Parallel(n_jobs=-1)(tasks), strict=True))


def _link(
    name: str,
    repeats: Sequence[Predicted],
    results: Mapping[str, Mapping[str, Any]],
    weights: NDArray[np.float64],
) -> dict[str, Any]:
    """Return the chosen model's figures on the same folds with and without the link."""
    runs = [results[f"{name}-{number}"] for number in range(len(repeats))]
    plain = [
        each._replace(probability=np.array(run_["unlinked"]))
        for each, run_ in zip(repeats, runs, strict=True)
    ]
    one, other = measure_repeats(repeats, weights), measure_repeats(plain, weights)
    names = ("log_loss", "ece", "calibration_slope", "calibration_shape")
    return {
        "folds": sum(len(run_["linked"]) for run_ in runs),
        "folds_linked": sum(sum(run_["linked"]) for run_ in runs),
        "with": {figure: one.figures[figure] for figure in names},
        "without": {figure: other.figures[figure] for figure in names},
        "difference": difference(one, other, "log_loss"),
    }


def _choose(
    repeats: dict[str, list[Predicted]],
    measured: dict[str, Measured],
    results: dict[str, dict[str, Any]],
    weights: NDArray[np.float64],
) -> Choice | None:
    if len(repeats) == 1:
        return None
    return choose(
        {
            name: Contender(
                np.mean([log_losses(one.probability, one.positive) for one in each], axis=0),
                measured[name].figures,
                monotone=results[f"{name}-whole"]["falls"] == 0,
            )
            for name, each in repeats.items()
        },
        weights,
    )


def _choice_document(choice: Choice | None, chosen: str) -> dict[str, Any]:
    if choice is None:
        return {"name": chosen, "best": chosen, "verdicts": []}
    return {**choice._asdict(), "verdicts": [v._asdict() for v in choice.verdicts]}


def _candidate(
    name: str,
    chosen: str,
    measured: dict[str, Measured],
    repeats: Sequence[Predicted],
    results: dict[str, dict[str, Any]],
    protocol: Protocol,
) -> dict[str, Any]:
    one, whole = measured[name], results[f"{name}-whole"]
    runs = [results[f"{name}-{repeat}"] for repeat in range(protocol.repeats)]
    taken = [_text(setting) for run_ in runs for setting in run_["settings"]]
    return {
        "description": (CANDIDATES[name].__doc__ or "").partition("\n")[0],
        "setting": whole["setting"],
        "link": whole["link"],
        "settings_taken": dict(sorted(Counter(taken).items())),
        "refits": sum(sum(run_["refits"]) for run_ in runs),
        "rises": whole["rises"],
        "falls": whole["falls"],
        "figures": {
            figure: with_interval(value, one.draws[figure]) for figure, value in one.figures.items()
        },
        "ideal_ece": ideal_calibration_error(
            repeats[0].probability, np.random.default_rng(protocol.seed)
        ),
        "against_chosen": {
            figure: difference(one, measured[chosen], figure)
            for figure in ("accuracy", "auc", "log_loss", "brier")
        },
    }


def _text(setting: Mapping[str, Any]) -> str:
    """C=0.316: a setting without the names of the pipeline's steps."""
    return ", ".join(f"{name.rpartition('__')[2]}={value:.3g}" for name, value in setting.items())


def _gates(figures: Mapping[str, Mapping[str, Any]], *, full: bool) -> list[dict[str, Any]]:
    """Each gate's result; a gate that the fast protocol cannot measure has none."""
    return [
        {
            "figure": gate.figure,
            "value": figures[gate.figure]["value"],
            "must": str(gate.must),
            "passed": gate.must.hold(figures[gate.figure]["value"])
            if full or gate.always
            else None,
            "ambitious": str(gate.ambitious),
            "reached": gate.ambitious.hold(figures[gate.figure]["value"]),
        }
        for gate in GATES
    ]


def write_report(document: Mapping[str, Any], path: Path) -> None:
    """Write report.json; equal documents give equal bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(as_text(document), encoding="utf-8")


def as_text(document: Mapping[str, Any]) -> str:
    """JSON with a line per entry of the upper levels, so that a change can be read as a diff."""
    return json.dumps(document, indent=1, allow_nan=False) + "\n"
