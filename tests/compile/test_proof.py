import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB

from cytology.model import Model
from cytology.model.sum import SCALE
from tests.compile.families import fitted, proven
from tests.compile.tables import TABLES
from training.compile import Column, NotEqual, compile_classifier, prove
from training.compile.cuts import rows_at_cuts
from training.compile.distance import nearest
from training.compile.rows import as_arrays

POINTS = st.lists(st.integers(-50, 50), min_size=1, max_size=4)


@given(st.lists(POINTS, min_size=1, max_size=5), st.integers(-100, 100), st.integers(0, 9))
def test_the_nearest_input_is_that_of_a_search_through_all(tables, cutoff, bound):
    document = {"base": 7, "tables": [{"points": points} for points in tables]}
    distance, near = nearest(document, cutoff / SCALE, bound / SCALE)
    gaps = {
        places: abs(7 + sum(t[p] for t, p in zip(tables, places, strict=True)) - cutoff)
        for places in product(*(range(len(points)) for points in tables))
    }
    assert sorted(near) == sorted(places for places, gap in gaps.items() if gap <= bound)
    beyond = [gap for gap in gaps.values() if gap > bound]
    assert not beyond or distance == min(beyond) / SCALE


def test_every_input_of_a_small_table_agrees_with_the_proof():
    table = TABLES["whole"]()
    regression = fitted(LogisticRegression(), table)
    document, proof = proven(regression, table, "malignant")
    inputs = list(product(range(10), repeat=4))
    model = Model(document)
    ours = np.array([model.log_odds(row) for row in inputs])
    theirs = regression.decision_function(np.array(inputs, dtype=float))
    assert np.abs(ours - theirs).max() <= proof.bound
    assert np.abs(ours).min() == pytest.approx(proof.distances[0.5])
    assert ((ours >= 0) == (theirs >= 0)).all()


def test_an_input_at_the_threshold_is_asked_itself():
    # A row of zeros has log-odds 0 in complement naive Bayes
    table = TABLES["whole"]()
    classifier = fitted(ComplementNB(), table)
    document, proof = proven(classifier, table, "malignant")
    assert Model(document).log_odds((0, 0, 0, 0)) == 0.0
    assert proof.distances[0.5] > proof.bound


def test_thresholds_are_those_that_are_asked_for():
    table = TABLES["whole"]()
    regression = fitted(LogisticRegression(), table)
    document = compile_classifier(regression, table.columns, "malignant")
    thresholds = (0.2, 0.5, 0.9)
    proof = prove(
        regression,
        document,
        table.columns,
        table.rows,
        positive="malignant",
        thresholds=thresholds,
        random_rows=10,
    )
    assert tuple(proof.distances) == thresholds
    assert "of all inputs" in proof.summary


def test_rows_lie_on_both_sides_of_every_cut():
    table = TABLES["real"]()
    forest = fitted(RandomForestClassifier(3, random_state=0), table)
    document = compile_classifier(forest, table.columns, "malignant")
    rows = rows_at_cuts(document, table.columns, as_arrays(table.rows, table.columns))
    for tree in forest.estimators_:
        for feature, cut in zip(tree.tree_.feature, tree.tree_.threshold, strict=True):
            if feature >= 0:
                values = set(rows[feature].tolist())
                assert any(value in values for value in (cut, math.nextafter(cut, -math.inf)))
                assert math.nextafter(cut, math.inf) in values


def test_the_error_names_the_row_and_both_answers():
    table = TABLES["whole"]()
    forest = fitted(RandomForestClassifier(3, random_state=0), table)
    document = compile_classifier(forest, table.columns, "malignant")
    document["trees"][0] = 0.25
    with pytest.raises(NotEqual, match=r"row \d+: scikit-learn answers [\d.]+, the model [\d.]+"):
        prove(forest, document, table.columns, table.rows, positive="malignant", random_rows=10)


def test_whole_numbers_of_a_wide_range_are_terms():
    columns = (Column("age", "whole", 0, 120), Column("income", "whole", 0, 1_000_000))
    random = np.random.default_rng(0)
    matrix = random.integers([0, 0], [121, 1_000_001], (200, 2)).astype(float)
    labels = np.where(matrix[:, 0] / 120 + matrix[:, 1] / 1e6 > 1, "malignant", "benign")
    regression = LogisticRegression().fit(matrix / [1, 1e4], labels)
    regression.coef_ /= [1, 1e4]
    document = compile_classifier(regression, columns, "malignant")
    assert [len(table["values"]) for table in document["tables"]] == [121]
    assert len(document["terms"]) == 1
    rows = [(int(age), int(income)) for age, income in matrix]
    prove(regression, document, columns, rows, positive="malignant", random_rows=500)
