"""Counts the answers and errors of a table, and compares the answers with its classes."""

import time
from collections import Counter
from collections.abc import Sequence

from cytology.annotations import Any
from cytology.batch import Batch
from cytology.prediction import Prediction
from cytology.schema import Schema

#: Label ("" where refused), whether inconclusive, and the class ("" where not known) → rows.
Outcomes = Counter[tuple[str, bool, str]]


def summarize(
    outcomes: Outcomes, codes: Counter[str], labelled: bool, schema: Schema, model: str
) -> dict[str, Any]:
    """Return the counts of a table's answers and errors.

    Parameters
    ----------
    outcomes
        Rows by label, inconclusiveness and class.
    codes
        Errors by code.
    labelled
        Whether there is a class to compare with.
    schema
        Has the classes.
    model
        The version of the model that answered.

    Returns
    -------
    Counts; confusion, sensitivity and specificity where there is a class; model and time (UTC).
    """
    refused = sum(count for (label, _, _), count in outcomes.items() if not label)
    found: dict[str, Any] = {
        "rows": outcomes.total(),
        "answered": outcomes.total() - refused,
        "refused": refused,
        "inconclusive": sum(count for (_, unclear, _), count in outcomes.items() if unclear),
        "labels": {
            name: sum(count for (label, _, _), count in outcomes.items() if label == name)
            for name in schema.class_names
        },
        "errors": dict(sorted(codes.items())),
    }
    if labelled:
        found |= _comparison(outcomes, schema)
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return found | {"model": model, "time": moment}


def summarize_batch(
    batch: Batch, answers: Sequence[Prediction | None], schema: Schema, model: str
) -> dict[str, Any]:
    """Return the counts of a batch, as :func:`summarize` does.

    Parameters
    ----------
    batch
        The samples, with errors and labels.
    answers
        One for each sample, None where it is invalid.
    schema
        Has the classes.
    model
        The version of the model that answered.
    """
    labels = batch.labels or [None] * len(answers)
    outcomes: Outcomes = Counter(
        ("", False, label or "")
        if answer is None
        else (answer.label, len(answer.prediction_set) != 1, label or "")
        for answer, label in zip(answers, labels, strict=True)
    )
    codes: Counter[str] = Counter(error.code for error in batch.errors)
    return summarize(outcomes, codes, batch.labels is not None, schema, model)


def _comparison(outcomes: Outcomes, schema: Schema) -> dict[str, Any]:
    """Confusion (true class, then label), sensitivity and specificity; None without a row."""
    table = {true: dict.fromkeys(schema.class_names, 0) for true in schema.class_names}
    for (label, _, true), count in outcomes.items():
        if label and true:
            table[true][label] += count

    def share(name: str) -> float | None:
        rows = sum(table[name].values())
        return table[name][name] / rows if rows else None

    return {
        "confusion": table,
        "sensitivity": share(schema.positive),
        "specificity": share(schema.negative),
    }
