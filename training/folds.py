"""Turns a data set into folds that keep each patient's samples together."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from training.dataset import Dataset

Split = tuple[NDArray[np.int64], NDArray[np.int64]]


class PatientLeak(AssertionError):
    """A patient has samples on both sides of a split: what is measured there is memory."""


def grouped_folds(dataset: Dataset, folds: int, seed: int) -> Iterator[Split]:
    """(train, test) row numbers, classes in like shares, every split checked.

    Raises
    ------
    PatientLeak
        A split is not grouped after all.
    """
    labels, patients = tuple(dataset.labels.tolist()), tuple(dataset.patients.tolist())
    for train, test in _split(labels, patients, folds, seed):
        check_grouped(dataset, train, test)
        yield train, test


@lru_cache(maxsize=300)
def _split(
    labels: tuple[str, ...], patients: tuple[str, ...], folds: int, seed: int
) -> tuple[Split, ...]:
    # Kept: a split takes as long as a hundred small fits, and every candidate has the same ones.
    # Without repeated patients nothing needs to stay together, and 50,000 rows take no minutes
    alone = len(set(patients)) == len(patients)
    kind, groups = (StratifiedKFold, None) if alone else (StratifiedGroupKFold, patients)
    splitter = kind(folds, shuffle=True, random_state=seed)
    return tuple(splitter.split(labels, labels, groups))


def check_grouped(dataset: Dataset, train: NDArray[np.int64], test: NDArray[np.int64]) -> None:
    """Refuse a split that lets a model be tested on a patient it was trained on."""
    shared = np.intersect1d(dataset.patients[train], dataset.patients[test])
    if shared.size:
        raise PatientLeak(f"{shared.size} patients are both trained on and tested on")
