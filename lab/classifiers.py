"""Gives docs/model-format.md its tables: which classifiers of scikit-learn compile."""

import warnings
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC
from sklearn.utils import all_estimators

from cytology.schema import load_schema
from lab.tables import table
from training.compile import CannotCompile, columns_of, compile_classifier
from training.dataset import load_dataset

#: Arguments that scikit-learn needs to build a classifier, and few trees to save time.
ARGUMENTS: dict[str, dict[str, Any]] = {
    "AdaBoostClassifier": {"n_estimators": 10},
    # It has no probability for a score that it has not seen
    "CategoricalNB": {"min_categories": 11},
    "ExtraTreesClassifier": {"n_estimators": 10},
    "FixedThresholdClassifier": {"estimator": LogisticRegression()},
    "GradientBoostingClassifier": {"n_estimators": 10},
    "OneVsOneClassifier": {"estimator": LogisticRegression()},
    "OneVsRestClassifier": {"estimator": LogisticRegression()},
    "OutputCodeClassifier": {"estimator": LogisticRegression()},
    "RadiusNeighborsClassifier": {"radius": 50.0},
    "RandomForestClassifier": {"n_estimators": 10},
    "SelfTrainingClassifier": {"estimator": LogisticRegression()},
    "StackingClassifier": {"estimators": [("a", LogisticRegression()), ("b", SVC())]},
    "TunedThresholdClassifierCV": {"estimator": LogisticRegression()},
    "VotingClassifier": {
        "estimators": [("a", LogisticRegression()), ("b", RandomForestClassifier(5))],
        "voting": "soft",
    },
}
#: They predict several labels at once, which one diagnosis is not.
SEVERAL_LABELS = {"ClassifierChain", "MultiOutputClassifier"}
ROWS = 80


def classifiers() -> Iterator[tuple[str, Any]]:
    """Return every classifier of scikit-learn that predicts one label: name and class."""
    found = all_estimators(type_filter="classifier")
    return ((name, kind) for name, kind in found if name not in SEVERAL_LABELS)


@cache
def _outcomes() -> dict[str, tuple[str | None, str]]:
    """Name → the kind of its compiled model, or None and the reason of the refusal."""
    schema = load_schema()
    # No score may be missing: most classifiers refuse gaps
    columns = [column._replace(may_be_missing=False) for column in columns_of(schema)]
    dataset = load_dataset(schema)
    complete = np.flatnonzero(~np.isnan(dataset.scores).any(axis=1))[:ROWS]
    scores, labels = dataset.scores[complete], dataset.labels[complete].astype(object)
    found: dict[str, tuple[str | None, str]] = {}
    for name, kind in classifiers():
        with warnings.catch_warnings():
            # Deprecated classes and defaults, fits that do not converge: no matter here
            warnings.simplefilter("ignore")
            fitted = kind(**ARGUMENTS.get(name, {})).fit(scores, labels)
        try:
            document = compile_classifier(fitted, columns, schema.positive)
            found[name] = (document["kind"], "")
        except CannotCompile as refusal:
            found[name] = (None, str(refusal))
    return found


def compiled() -> str:
    """Return the classifiers that compile, with the kind of a small example."""
    rows = [[name, f"`{kind}`"] for name, (kind, _) in _outcomes().items() if kind]
    return table(["Classifier", "Kind"], rows)


def refused() -> str:
    """Return the classifiers that do not compile, with the reasons."""
    rows = [[name, reason] for name, (kind, reason) in _outcomes().items() if not kind]
    return table(["Refused", "Reason"], rows)
