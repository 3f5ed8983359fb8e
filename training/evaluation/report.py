"""Turns judgements into the report: one document, the same on every run and machine."""

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
from training.evaluation.caveats import describe_data
from training.evaluation.choice import Choice, Contender, choose
from training.evaluation.describe import describe
from training.evaluation.figures import Judged, as_judged, ideal_calibration_error
from training.evaluation.gates import GATES
from training.evaluation.intervals import (
    Measured,
    difference,
    measure_repeats,
    patient_weights,
    with_interval,
)
from training.evaluation.judge import judge_repeat, judge_whole
from training.evaluation.protocol import Protocol, protocol_hash
from training.evaluation.rounding import rounded
from training.evaluation.runner import Judgement, run
from training.fit import log_losses


def evaluate(
    names: Sequence[str], dataset: Dataset, schema: Schema, protocol: Protocol, cache: Path
) -> dict[str, Any]:
    """Judge the named candidates, choose, and describe the choice.

    Of one name there is nothing to choose; where none meets the rule, the best is described.
    """
    digest = protocol_hash(protocol, schema)
    cache = cache / f"{dataset.sha256[:8]}-{digest[:8]}"
    common = (dataset, schema, protocol)
    # The slowest first: the cores then finish together
    results = run(
        [
            judgement
            for name in reversed(names)
            for judgement in (
                *(
                    Judgement(f"{name}-{repeat}", judge_repeat, (name, *common, repeat))
                    for repeat in range(protocol.repeats)
                ),
                Judgement(f"{name}-whole", judge_whole, (name, *common)),
            )
        ],
        cache,
    )
    positive = dataset.labels == schema.positive
    repeats = {
        name: [as_judged(positive, results[f"{name}-{r}"]) for r in range(protocol.repeats)]
        for name in names
    }
    weights = patient_weights(dataset, protocol)
    measured = dict(
        zip(
            names,
            Parallel(n_jobs=-1)(delayed(measure_repeats)(repeats[name], weights) for name in names),
            strict=True,
        )
    )
    choice = _choose(repeats, measured, results, weights)
    chosen = (choice.name or choice.best) if choice else names[0]
    document: dict[str, Any] = {
        "format": 1,
        "protocol": {**protocol._asdict(), "hash": digest},
        "data": describe_data(dataset, schema),
        "candidates": {
            name: _candidate(name, chosen, measured, repeats[name], results, protocol)
            for name in names
        },
        "choice": _choice_document(choice, chosen),
    }
    document["gates"] = _gates(document["candidates"][chosen]["figures"])
    document["chosen"] = describe(chosen, repeats[chosen], common, cache)
    answer: dict[str, Any] = rounded(document)
    return answer


def _choose(
    repeats: dict[str, list[Judged]],
    measured: dict[str, Measured],
    results: dict[str, dict[str, Any]],
    weights: NDArray[np.float64],
) -> Choice | None:
    if len(repeats) == 1:
        return None
    return choose(
        {
            name: Contender(
                np.mean([log_losses(j.probability, j.positive) for j in judged], axis=0),
                measured[name].figures,
                monotone=results[f"{name}-whole"]["falls"] == 0,
            )
            for name, judged in repeats.items()
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
    repeats: Sequence[Judged],
    results: dict[str, dict[str, Any]],
    protocol: Protocol,
) -> dict[str, Any]:
    one, whole = measured[name], results[f"{name}-whole"]
    runs = [results[f"{name}-{repeat}"] for repeat in range(protocol.repeats)]
    taken = [_text(setting) for run_ in runs for setting in run_["settings"]]
    return {
        "description": (CANDIDATES[name].__doc__ or "").partition("\n")[0],
        "setting": whole["setting"],
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


def _gates(figures: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "figure": gate.figure,
            "value": figures[gate.figure]["value"],
            "must": str(gate.must),
            "passed": gate.must.hold(figures[gate.figure]["value"]),
            "ambitious": str(gate.ambitious),
            "reached": gate.ambitious.hold(figures[gate.figure]["value"]),
        }
        for gate in GATES
    ]


def write_report(document: Mapping[str, Any], path: Path) -> None:
    """The one form of the file: equal documents are equal bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(as_text(document), encoding="utf-8")


def as_text(document: Mapping[str, Any]) -> str:
    """JSON with a line per entry of the upper levels, so that a change can be read as a diff."""
    return json.dumps(document, indent=1, allow_nan=False) + "\n"
