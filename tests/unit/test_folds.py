import numpy as np
import pytest
from sklearn.model_selection import StratifiedKFold

from cytology.schema import load_schema
from training import folds
from training.evaluation.protocol import FAST, outer_folds
from training.fit import fit
from training.folds import PatientLeak, grouped_folds


def test_no_patient_is_on_both_sides_of_any_fold(dataset):
    for seed in range(5):
        for train, test in grouped_folds(dataset, 10, seed):
            assert not set(dataset.patients[train]) & set(dataset.patients[test])


def test_every_sample_is_tested_exactly_once(dataset):
    tested = np.concatenate([test for _, test in grouped_folds(dataset, 10, 0)])

    assert sorted(tested.tolist()) == list(range(699))


def test_classes_have_like_shares_in_every_fold(dataset):
    shares = [
        (dataset.labels[test] == "malignant").mean() for _, test in grouped_folds(dataset, 10, 0)
    ]

    assert max(shares) - min(shares) < 0.12


@pytest.fixture
def ungrouped(monkeypatch):
    """Splits are kept: one of another splitter must neither be found nor stay."""
    monkeypatch.setattr(folds, "StratifiedGroupKFold", Ungrouped)
    folds._split.cache_clear()
    yield
    folds._split.cache_clear()


class Ungrouped(StratifiedKFold):
    """The mutation: a splitter that ignores patients."""

    def split(self, scores, labels, groups=None):
        return super().split(scores, labels)


def test_an_ungrouped_split_stops_the_evaluation(dataset, ungrouped):
    with pytest.raises(PatientLeak, match="patients are both trained on and tested on"):
        list(outer_folds(dataset, FAST, 0))


def test_an_ungrouped_split_stops_tuning_too(dataset, ungrouped):
    from training.candidates import CANDIDATES

    schema = load_schema()
    with pytest.raises(PatientLeak):
        fit(CANDIDATES["plain-sum"](schema), dataset, schema)
