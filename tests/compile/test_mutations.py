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
from tests.compile.families import RANDOM_ROWS, calibrated, encoded, fitted, prepared
from tests.compile.tables import TABLES
from training.compile import NotEqual, compile_classifier, prove

FOREST = RandomForestClassifier(5, random_state=0)
BOOSTING = HistGradientBoostingClassifier(max_iter=8, max_bins=200, min_samples_leaf=2)
GRADIENT = GradientBoostingClassifier(n_estimators=4)
BAGGING = BaggingClassifier(n_estimators=4, max_features=0.5, random_state=1)
MACHINE = calibrated(SVC(), ensemble=False)
NETWORK = MLPClassifier((3,), max_iter=50)


def compiled(classifier, kind, missing):
    table = TABLES[kind](missing)
    prepare = prepared if classifier not in (FOREST, BOOSTING, BAGGING) else encoded
    classifier = fitted(prepare(table.columns, classifier), table)
    document = compile_classifier(classifier, table.columns, "malignant")
    return classifier, copy.deepcopy(document), table


def proof_fails(classifier, document, table):
    options = {"positive": "malignant", "random_rows": RANDOM_ROWS}
    with pytest.raises(NotEqual, match=r"row \d+: scikit-learn answers|an input lies"):
        prove(classifier, document, table.columns, table.rows, **options)


def swap_children(document):
    node = document["trees"][3][2]
    node[2], node[3] = node[3], node[2]


def move_a_cut_by_one_float(document):
    node = document["trees"][2]
    node[1] = math.ceil(node[1])


def compare_with_less(document):
    # x < cut is x <= the float below it: where a rounded input equals a cut, the side changes
    def strict(node):
        if isinstance(node, list):
            node[1] = float(np.nextafter(np.float32(node[1]), np.float32(-np.inf)))
            strict(node[2])
            strict(node[3])

    strict(document["trees"][0])


def lose_a_tree(document):
    document["trees"].pop()


def forget_float32(document):
    document["precision"] = "double"


def round_to_float32(document):
    document["precision"] = "single"


def lose_the_side_of_missing_values(document):
    def unmark(node):
        if isinstance(node, list):
            del node[4:]
            unmark(node[2])
            unmark(node[3])

    for tree in document["trees"]:
        unmark(tree)


def move_the_start(document):
    document["base"] += 1e-9


def move_the_divisor(document):
    document["divide"] += 1e-9


def read_the_next_input(document):
    document["trees"][0][0] = (document["trees"][0][0] + 1) % len(document["columns"])


def raise_a_point(document):
    document["tables"][1]["points"][3] += 1_000


def lower_a_point(document):
    document["tables"][1]["points"][3] -= 1_000_000


def lose_a_term(document):
    document["terms"][-1][1] = 0.0


def lose_a_weight(document):
    document["weights"][0] = 0.0


def move_a_vector(document):
    document["vectors"][0][0] += 1e-9


def widen_the_kernel(document):
    document["gamma"] *= 1 + 1e-9


def move_the_link(document):
    document["link"][0]["offset"] += 1e-9


def lose_a_step(document):
    step = next(step for step in document["steps"] if step[0] == "affine")
    step[2:] = [1.0, 0.0]


def exchange_the_activation(document):
    document["layers"][0]["activation"] = "tanh"


MUTATIONS = [
    (FOREST, "real", False, swap_children), (FOREST, "whole", False, move_a_cut_by_one_float),
    (FOREST, "real", False, compare_with_less), (FOREST, "real", False, lose_a_tree),
    (FOREST, "real", False, forget_float32), (BOOSTING, "real", True, round_to_float32),
    (FOREST, "real", True, lose_the_side_of_missing_values),
    (GRADIENT, "real", True, move_the_start), (GRADIENT, "real", True, move_the_divisor),
    (BAGGING, "whole", False, read_the_next_input),
    (LogisticRegression(), "whole", True, raise_a_point),
    (LogisticRegression(), "whole", True, lower_a_point),
    (LogisticRegression(), "real", True, lose_a_term),
    (MACHINE, "real", True, lose_a_weight), (MACHINE, "real", True, move_a_vector),
    (MACHINE, "real", True, widen_the_kernel), (MACHINE, "real", True, move_the_link),
    (NETWORK, "mixed", True, lose_a_step), (NETWORK, "real", True, exchange_the_activation),
]  # fmt: skip


@pytest.mark.parametrize(
    ("classifier", "kind", "missing", "change"), MUTATIONS, ids=[m[-1].__name__ for m in MUTATIONS]
)
def test_a_document_that_is_changed_in_one_place_is_found(classifier, kind, missing, change):
    classifier, document, table = compiled(classifier, kind, missing)
    change(document)
    proof_fails(classifier, document, table)


@pytest.mark.parametrize(
    ("name", "value", "missing"), [("_single", trees._double, False), ("_NAN", 0.0, True)]
)
def test_an_evaluator_that_forgets_float32_or_missing_values_is_found(
    monkeypatch, name, value, missing
):
    classifier, document, table = compiled(FOREST, "real", missing)
    monkeypatch.setattr(trees, name, value)
    proof_fails(classifier, document, table)
