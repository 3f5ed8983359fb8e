import json
import warnings

import pytest
from sklearn.exceptions import ConvergenceWarning

from cytology.model import parse_model
from tests.compile.families import COMPLETE_TREES, SMOOTH, TREES, encoded, prepared
from tests.compile.tables import TABLES
from training.compile import compile_classifier, prove, write_document

RANDOM_ROWS = 2_000


def fitted(classifier, table):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", UserWarning)
        return classifier.fit(table.matrix(), table.labels)


def proven(classifier, table, positive):
    document = compile_classifier(classifier, table.columns, positive)
    proof = prove(
        classifier,
        document,
        table.columns,
        table.rows,
        positive=positive,
        random_rows=RANDOM_ROWS,
    )
    return document, proof


@pytest.mark.parametrize("missing", [False, True], ids=["complete", "missing"])
@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("family", TREES)
def test_trees_are_bit_equal(family, kind, missing):
    table = TABLES[kind](missing)
    classifier = fitted(encoded(table.columns, TREES[family]()), table)
    for positive in ("malignant", "benign"):
        _, proof = proven(classifier, table, positive)
        assert proof.bit_equal
        assert proof.largest_difference <= 2**-52


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("family", COMPLETE_TREES)
def test_trees_behind_imputation_are_bit_equal(family, kind):
    table = TABLES[kind](missing=True)
    classifier = fitted(prepared(table.columns, COMPLETE_TREES[family]()), table)
    for positive in ("malignant", "benign"):
        _, proof = proven(classifier, table, positive)
        assert proof.bit_equal


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("family", SMOOTH)
def test_other_families_differ_by_rounding_only(family, kind):
    table = TABLES[kind](missing=True)
    classifier = fitted(prepared(table.columns, SMOOTH[family]()), table)
    for positive in ("malignant", "benign"):
        document, proof = proven(classifier, table, positive)
        assert proof.largest_difference <= 1e-12
    names = [column.name for column in table.columns]
    reread = parse_model(json.loads(write_document(document)), names)
    found = reread.probabilities(table.rows)
    assert found == pytest.approx(
        classifier.predict_proba(table.matrix())[:, 0].tolist(), rel=0, abs=1e-12
    )
