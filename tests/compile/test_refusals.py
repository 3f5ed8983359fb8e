import warnings

import numpy as np
import pytest

from lab.classifiers import ARGUMENTS, classifiers
from tests.compile.families import proven
from tests.compile.tables import TABLES
from training.compile import CannotCompile

TABLE = TABLES["whole"]()

#: Every classifier of scikit-learn that is refused, and a word of its reason.
REFUSED = {
    "GaussianProcessClassifier": "posterior",
    "KNeighborsClassifier": "ties",
    "LabelPropagation": "training rows",
    "LabelSpreading": "training rows",
    "LinearSVC": "CalibratedClassifierCV",
    "NearestCentroid": "shrinkage",
    "NuSVC": "CalibratedClassifierCV",
    "OneVsOneClassifier": "no probabilities",
    "OutputCodeClassifier": "no probabilities",
    "PassiveAggressiveClassifier": "CalibratedClassifierCV",
    "Perceptron": "CalibratedClassifierCV",
    "RadiusNeighborsClassifier": "training rows",
    "RidgeClassifier": "CalibratedClassifierCV",
    "RidgeClassifierCV": "CalibratedClassifierCV",
    "SGDClassifier": "CalibratedClassifierCV",
    "SVC": "CalibratedClassifierCV",
}
#: With alpha=1 two inputs lie exactly at the threshold, and scikit-learn rounds them below it.
OPTIONS = {**ARGUMENTS, "CategoricalNB": {"alpha": 0.7}}
CLASSIFIERS = list(classifiers())


def fitted(kind, **options):
    with warnings.catch_warnings():
        # Deprecated classes and defaults, fits that do not converge: no matter here
        warnings.simplefilter("ignore")
        return kind(**options).fit(TABLE.matrix(), TABLE.labels.astype(object))


@pytest.mark.parametrize(("name", "kind"), CLASSIFIERS, ids=[name for name, _ in CLASSIFIERS])
def test_every_classifier_is_compiled_or_refused_with_a_reason(name, kind):
    classifier = fitted(kind, **OPTIONS.get(name, {}))
    if name not in REFUSED:
        _, proof = proven(classifier, TABLE, "malignant")
        assert proof.rows > 2_000
        return
    with pytest.raises(CannotCompile, match=REFUSED[name]) as refusal:
        proven(classifier, TABLE, "malignant")
    assert str(refusal.value).startswith(name)
    assert str(refusal.value).endswith(".")


def test_a_value_that_naive_bayes_has_not_seen_is_refused():
    without_the_last = fitted(dict(CLASSIFIERS)["CategoricalNB"], min_categories=1)
    columns = [TABLE.columns[0]._replace(maximum=99), *TABLE.columns[1:]]
    with pytest.raises(CannotCompile, match="refuses values that are allowed"):
        proven(without_the_last, TABLE._replace(columns=columns), "malignant")


def test_a_class_of_ones_own_is_refused():
    class Mine(dict(CLASSIFIERS)["GaussianNB"]):
        pass

    with pytest.raises(CannotCompile, match="Mine has no compiler"):
        proven(fitted(Mine), TABLE, "malignant")


def test_the_coupling_of_libsvm_is_repeated():
    machine = fitted(dict(CLASSIFIERS)["SVC"], probability=True, random_state=0)
    _, proof = proven(machine, TABLE, "benign")
    assert proof.largest_difference <= 1e-12


def test_more_than_two_classes_are_refused():
    labels = np.where(np.arange(len(TABLE.rows)) % 3 == 0, "other", TABLE.labels)
    classifier = dict(CLASSIFIERS)["GaussianNB"]().fit(TABLE.matrix(), labels)
    with pytest.raises(CannotCompile, match="two classes"):
        proven(classifier, TABLE, "malignant")
