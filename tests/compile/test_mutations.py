"""Each test breaks a compiled document in one place and sees the proof fail."""

import copy
import math

import numpy as np
import pytest
from sklearn.ensemble import (
    BaggingClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC

from cytology.model import trees
from tests.compile.families import calibrated, encoded, prepared
from tests.compile.tables import TABLES
from tests.compile.test_families import RANDOM_ROWS, fitted
from training.compile import NotEqual, compile_classifier, prove


def proof_fails(classifier, document, table):
    with pytest.raises(NotEqual, match=r"row \d+: scikit-learn answers|an input lies"):
        prove(
            classifier,
            document,
            table.columns,
            table.rows,
            positive="malignant",
            random_rows=RANDOM_ROWS,
        )


def compiled(classifier, kind, prepare=prepared, missing=True):
    table = TABLES[kind](missing)
    classifier = fitted(prepare(table.columns, classifier), table)
    document = compile_classifier(classifier, table.columns, "malignant")
    return classifier, copy.deepcopy(document), table


def forest(kind="real", **options):
    return compiled(
        RandomForestClassifier(5, random_state=0, **options), kind, encoded, missing=False
    )


def test_swapped_children_are_found():
    classifier, document, table = forest()
    node = document["trees"][3][2]
    node[2], node[3] = node[3], node[2]
    proof_fails(classifier, document, table)


def test_one_cut_moved_by_one_float_is_found():
    classifier, document, table = forest("whole")
    node = document["trees"][2]
    node[1] = math.ceil(node[1])
    proof_fails(classifier, document, table)


def test_less_instead_of_at_most_is_found():
    classifier, document, table = forest()

    # x < cut is x <= the float below it: where a rounded input equals a cut, the side changes
    def strict(node):
        if isinstance(node, list):
            node[1] = float(np.nextafter(np.float32(node[1]), np.float32(-np.inf)))
            strict(node[2])
            strict(node[3])

    strict(document["trees"][0])
    proof_fails(classifier, document, table)


def test_a_lost_tree_is_found():
    classifier, document, table = forest()
    document["trees"].pop()
    proof_fails(classifier, document, table)


def test_forgotten_float32_is_found():
    classifier, document, table = forest()
    document["precision"] = "double"
    proof_fails(classifier, document, table)


def test_float32_where_float64_is_compared_is_found():
    boosting = HistGradientBoostingClassifier(max_iter=8, max_bins=200, min_samples_leaf=2)
    classifier, document, table = compiled(boosting, "real", encoded)
    document["precision"] = "single"
    proof_fails(classifier, document, table)


def test_missing_values_on_the_wrong_side_are_found():
    classifier, document, table = compiled(
        RandomForestClassifier(5, random_state=0), "real", encoded
    )

    def unmark(node):
        if isinstance(node, list):
            del node[4:]
            unmark(node[2])
            unmark(node[3])

    for tree in document["trees"]:
        unmark(tree)
    proof_fails(classifier, document, table)


@pytest.mark.parametrize("field", ["base", "divide"])
def test_a_wrong_start_or_divisor_is_found(field):
    boosting = GradientBoostingClassifier(n_estimators=4)
    classifier, document, table = compiled(boosting, "real")
    document[field] += 1e-9
    proof_fails(classifier, document, table)


def test_a_bagged_tree_that_reads_the_wrong_input_is_found():
    bagging = BaggingClassifier(n_estimators=4, max_features=0.5, random_state=1)
    classifier, document, table = compiled(bagging, "whole", encoded, missing=False)
    document["trees"][0][0] = (document["trees"][0][0] + 1) % len(table.columns)
    proof_fails(classifier, document, table)


@pytest.mark.parametrize("points", [1_000, -1_000_000])
def test_a_wrong_point_is_found(points):
    classifier, document, table = compiled(LogisticRegression(), "whole")
    document["tables"][1]["points"][3] += points
    proof_fails(classifier, document, table)


def test_a_lost_weight_is_found():
    classifier, document, table = compiled(LogisticRegression(), "real")
    document["terms"][-1][1] = 0.0
    proof_fails(classifier, document, table)


@pytest.mark.parametrize("change", ["weights", "vectors", "gamma", "link"])
def test_a_changed_machine_is_found(change):
    classifier, document, table = compiled(calibrated(SVC(), ensemble=False), "real")
    if change == "weights":
        document["weights"][0] = 0.0
    elif change == "vectors":
        document["vectors"][0][0] += 1e-9
    elif change == "gamma":
        document["gamma"] *= 1 + 1e-9
    else:
        document["link"][0]["offset"] += 1e-9
    proof_fails(classifier, document, table)


def test_a_lost_step_is_found():
    classifier, document, table = compiled(MLPClassifier((3,), max_iter=50), "mixed")
    step = next(step for step in document["steps"] if step[0] == "affine")
    step[2:] = [1.0, 0.0]
    proof_fails(classifier, document, table)


def test_a_wrong_activation_is_found():
    classifier, document, table = compiled(MLPClassifier((3,), max_iter=50), "real")
    document["layers"][0]["activation"] = "tanh"
    proof_fails(classifier, document, table)


def test_an_evaluator_of_rows_that_forgets_float32_is_found(monkeypatch):
    classifier, document, table = forest()
    monkeypatch.setattr(trees, "_single", trees._double)
    proof_fails(classifier, document, table)


def test_an_evaluator_that_ignores_the_mark_of_missing_values_is_found(monkeypatch):
    classifier, document, table = compiled(
        RandomForestClassifier(5, random_state=0), "real", encoded
    )
    monkeypatch.setattr(trees, "_NAN", 0.0)
    proof_fails(classifier, document, table)
