"""Turns a fitted scikit-learn classifier into model.json, and proves that the two are equal."""

import json
from collections.abc import Sequence
from typing import Any

from cytology.model import FORMAT
from training.compile.additive import as_sum, centre
from training.compile.classifiers import classify
from training.compile.inputs import CannotCompile, Column, Inputs, Node, columns_of
from training.compile.proof import NotEqual, Proof, prove
from training.compile.rows import as_table, one_by_one

__all__ = [
    "CannotCompile",
    "Column",
    "NotEqual",
    "Proof",
    "centre",
    "columns_of",
    "compile_classifier",
    "prove",
    "write_document",
]


def compile_classifier(classifier: Any, columns: Sequence[Column], positive: Any) -> Node:
    """Return the content of model.json.

    Parameters
    ----------
    classifier
        A fitted classifier of two classes, alone or in a pipeline.
    columns
        What a row holds, in the order in which the classifier was given it.
    positive
        The class whose probability is answered.

    Raises
    ------
    CannotCompile
        The classifier, a transformer or an option has no compiler, or the classifier itself
        refuses a value that the columns allow.
    """
    classes = [str(name) for name in getattr(classifier, "classes_", ())]
    if str(positive) not in classes:
        raise CannotCompile(f"{positive} is no class of this {type(classifier).__name__}.")
    inputs = Inputs([column.may_be_missing for column in columns])
    node = classify(classifier, inputs, classes.index(str(positive)))
    _check_values(classifier, columns)
    names = [column.name for column in columns]
    return {"format": FORMAT, "columns": names, **as_sum(node, columns)}


def write_document(document: Node) -> bytes:
    """Return the bytes of model.json; the same document gives the same bytes."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode() + b"\n"


def _check_values(classifier: Any, columns: Sequence[Column]) -> None:
    try:
        classifier.predict_proba(as_table(one_by_one(columns), columns, classifier))
    except (TypeError, ValueError, IndexError) as error:
        reason = str(error).strip().splitlines()[0]
        raise CannotCompile(f"The classifier refuses values that are allowed: {reason}") from None
