"""Proves that a compiled model answers as its classifier does, or raises."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from joblib import parallel_config
from numpy.typing import NDArray
from tqdm import tqdm

from batch.columns import probabilities, raw_scores
from cytology.model import Model
from training.compile.cuts import rows_at_cuts
from training.compile.distance import bound_of, nearest
from training.compile.inputs import Column, Node
from training.compile.rows import (
    Arrays,
    Row,
    as_arrays,
    as_rows,
    as_table,
    joined,
    one_by_one,
    random_arrays,
)

Floats = NDArray[np.float64]

#: Largest difference in probability, except for trees, which must be bit-equal.
TOLERANCE = 1e-12
#: exp rounds in its own way in numpy, so a probability may differ in its last place.
LAST_PLACE = 2.0**-52
RANDOM_ROWS = 1_000_000
#: Rows that are also scored one by one, as the service does it.
ROWS_ONE_BY_ONE = 2_000
ROWS_AT_ONCE = 50_000
SEED = 20_260_101

#: Steps that round in the same way in every language.
_EXACT_STEPS = {"impute", "scale", "affine", "clip", "member", "ordinal"}


class NotEqual(ValueError):
    """Classifier and model differ; the message holds the row and both answers."""


class Proof(NamedTuple):
    """What was compared, and how large the differences are.

    ``rows`` counts the rows that both scored; ``largest_difference`` is in probability.
    ``bit_equal`` is true where all of them had to be the same float (trees: before the sigmoid).
    ``bound`` is the largest difference in log-odds of any input at all. ``distances`` holds, per
    threshold, the smallest distance in log-odds of any input from it; inputs within the bound were
    asked one by one and are left out. Both are None unless the model is a sum over whole numbers.
    Where they are given, every label there can be is equal.
    """

    rows: int
    largest_difference: float
    bit_equal: bool
    bound: float | None
    distances: dict[float, float] | None

    @property
    def summary(self) -> str:
        """What was proven, as one sentence for the log of a training run."""
        size = "bit-equal" if self.bit_equal else f"within {self.largest_difference:.1g}"
        compared = f"{self.rows:,} rows {size}, all labels equal"
        if self.bound is None or self.distances is None:
            return f"{compared}."
        nearest_input = min(self.distances.values())
        return (
            f"{compared}; of all inputs, the nearest lies {nearest_input:.1g} in log-odds "
            f"from a threshold and none differs by more than {self.bound:.1g}."
        )


def prove(
    classifier: Any,
    document: Node,
    columns: Sequence[Column],
    rows: Sequence[Row],
    *,
    positive: Any,
    thresholds: Sequence[float] = (0.5,),
    random_rows: int = RANDOM_ROWS,
) -> Proof:
    """Compare classifier and model on training rows, at every cut, and on random rows.

    Parameters
    ----------
    classifier
        The fitted classifier.
    document
        The content of model.json.
    columns
        What a row holds.
    rows
        The training rows, with None where a value is missing.
    positive
        The class whose probability is compared.
    thresholds
        Probabilities at which the label changes.
    random_rows
        Number of random rows, a tenth of whose values is missing where they may be.

    Raises
    ------
    NotEqual
        A label differs, or a probability by more than is allowed.
    """
    # Threads add the votes of a forest in any order, and so to other floats
    with parallel_config(backend="sequential"):
        return _prove(classifier, document, columns, rows, str(positive), thresholds, random_rows)


def _prove(
    classifier: Any,
    document: Node,
    columns: Sequence[Column],
    rows: Sequence[Row],
    positive: str,
    thresholds: Sequence[float],
    random_rows: int,
) -> Proof:
    index = [str(name) for name in classifier.classes_].index(positive)
    training = as_arrays(rows, columns)
    fixed = joined([training, one_by_one(columns), rows_at_cuts(document, columns, training)])
    tried = joined([fixed, random_arrays(columns, random_rows, SEED)])
    exact = _exact(document)
    boosted = exact and bool(document.get("link"))
    largest = 0.0
    count = len(tried[0])
    # disable=None: shown on a terminal only
    for start in tqdm(range(0, count, ROWS_AT_ONCE), desc="prove", leave=False, disable=None):
        part = [array[start : start + ROWS_AT_ONCE] for array in tried]
        table = as_table(part, columns, classifier)
        found, expected = probabilities(document, part), classifier.predict_proba(table)[:, index]
        allowed = LAST_PLACE if boosted else 0.0 if exact else TOLERANCE
        largest = max(largest, _compare(found, expected, allowed, start, thresholds))
        if boosted and hasattr(classifier, "decision_function"):
            _compare(raw_scores(document, part), classifier.decision_function(table), 0.0, start)
    _compare_one_by_one(document, columns, fixed, tried, thresholds)
    bound, distances = _for_all_inputs(classifier, document, columns, index, thresholds)
    return Proof(count, largest, exact, bound, distances)


def _compare(
    found: Floats,
    expected: Floats,
    allowed: float,
    start: int,
    thresholds: Sequence[float] = (),
) -> float:
    differences = np.abs(found - expected)
    wrong = ~(differences <= allowed)
    for threshold in thresholds:
        wrong |= (found >= threshold) != (expected >= threshold)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise NotEqual(
            f"row {start + row}: scikit-learn answers {float(expected[row])!r}, "
            f"the model {float(found[row])!r}; {int(wrong.sum())} rows differ in this part"
        )
    return float(differences.max(initial=0.0))


def _compare_one_by_one(
    document: Node,
    columns: Sequence[Column],
    fixed: Arrays,
    tried: Arrays,
    thresholds: Sequence[float],
) -> None:
    """Compare the evaluator of rows with the one of columns, at cuts and on random rows."""
    random = np.random.default_rng(SEED)
    places = np.concatenate(
        [
            random.permutation(len(fixed[0]))[: ROWS_ONE_BY_ONE // 2],
            random.integers(0, len(tried[0]), ROWS_ONE_BY_ONE // 2),
        ]
    )
    sample = [array[places] for array in tried]
    model, asked = Model(document), as_rows(sample, columns)
    of_rows = np.array(model.probabilities(asked))
    allowed = 0.0 if _exact(document) else TOLERANCE
    _compare(of_rows, probabilities(document, sample), allowed, 0, thresholds)
    _compare(np.array([model.probability(row) for row in asked]), of_rows, 0.0, 0)


def _exact(document: Node) -> bool:
    steps = {step[0] for step in document.get("steps", ())}
    return document["kind"] == "trees" and steps <= _EXACT_STEPS


def _for_all_inputs(
    classifier: Any,
    document: Node,
    columns: Sequence[Column],
    index: int,
    thresholds: Sequence[float],
) -> tuple[float | None, dict[float, float] | None]:
    plain = document.get("link") in (
        [{"kind": "sigmoid"}],
        [{"kind": "sigmoid"}, {"kind": "complement"}],
    )
    if document["kind"] != "sum" or document.get("terms") or not plain:
        return None, None
    arrays = one_by_one(columns)
    expected = _log_odds(classifier, as_table(arrays, columns, classifier), index)
    if expected is None:
        return None, None
    model = Model(document)
    found = np.array([model.log_odds(row) for row in as_rows(arrays, columns)])
    bound = bound_of(document, columns, found - expected)
    turned = len(document["link"]) == 2
    distances = {}
    for threshold in thresholds:
        cutoff = math.log(threshold / (1.0 - threshold)) * (-1.0 if turned else 1.0)
        found_near = nearest(document, cutoff, bound)
        if found_near is None:
            return None, None
        distances[threshold], places = found_near
        near = _rows_at(document, columns, places)
        if near:
            part = as_arrays(near, columns)
            asked = classifier.predict_proba(as_table(part, columns, classifier))[:, index]
            _compare(probabilities(document, part), asked, TOLERANCE, 0, [threshold])
    return bound, distances


def _rows_at(
    document: Node, columns: Sequence[Column], places: Sequence[tuple[int, ...]]
) -> list[Row]:
    """Return rows that have the given entry of each table; a column without one is constant."""
    rows = []
    for chosen in places:
        row = [(column.values or [column.minimum])[-1] for column in columns]
        for table, place in zip(document["tables"], chosen, strict=True):
            row[table["column"]] = table["values"][place]
        rows.append(tuple(row))
    return rows


def _log_odds(classifier: Any, table: Any, index: int) -> Floats | None:
    """Return log-odds to full precision; None where only probabilities can be asked for."""
    last = classifier[-1] if hasattr(classifier, "named_steps") else classifier
    answer: Floats | None = None
    if hasattr(last, "predict_joint_log_proba"):  # naive Bayes
        of_classes = classifier.predict_log_proba(table)
        answer = of_classes[:, index] - of_classes[:, 1 - index]
    elif hasattr(classifier, "decision_function"):
        answer = classifier.decision_function(table) * (1.0 if index == 1 else -1.0)
    return answer
