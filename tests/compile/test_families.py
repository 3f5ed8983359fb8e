import json

import pytest

from cytology.model import parse_model
from tests.compile.families import COMPLETE_TREES, SMOOTH, TREES, fitted_family, proven
from tests.compile.tables import TABLES
from training.compile import write_document

CLASSES = ("malignant", "benign")


@pytest.mark.parametrize("missing", [False, True], ids=["complete", "missing"])
@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("family", TREES)
def test_trees_are_bit_equal(family, kind, missing):
    table, classifier = fitted_family(family, kind, missing)
    for positive in CLASSES:
        _, proof = proven(classifier, table, positive)
        assert proof.bit_equal
        assert proof.largest_difference <= 2**-52


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("family", COMPLETE_TREES)
def test_trees_behind_imputation_are_bit_equal(family, kind):
    table, classifier = fitted_family(family, kind)
    assert all(proven(classifier, table, positive)[1].bit_equal for positive in CLASSES)


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("family", SMOOTH)
def test_other_families_differ_by_rounding_only(family, kind):
    table, classifier = fitted_family(family, kind)
    for positive in CLASSES:
        document, proof = proven(classifier, table, positive)
        assert proof.largest_difference <= 1e-12
    names = [column.name for column in table.columns]
    reread = parse_model(json.loads(write_document(document)), names)
    found = reread.probabilities(table.rows)
    assert found == pytest.approx(
        classifier.predict_proba(table.matrix())[:, 0].tolist(), rel=0, abs=1e-12
    )
