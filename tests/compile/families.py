"""One small classifier of every family that compiles, and the preparation that it needs."""

import warnings
from functools import cache

from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, RidgeClassifier, SGDClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import BernoulliNB, ComplementNB, GaussianNB, MultinomialNB
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler
from sklearn.svm import SVC, LinearSVC, NuSVC
from sklearn.tree import DecisionTreeClassifier

from tests.compile.tables import TABLES
from training.compile import compile_classifier, prove

#: Rows that a proof draws.
RANDOM_ROWS = 2_000


def calibrated(classifier, method="sigmoid", **options):
    return CalibratedClassifierCV(classifier, method=method, cv=2, **options)


#: Bit-equal; they take missing values as they are.
TREES = {
    "decision tree": lambda: DecisionTreeClassifier(random_state=0),
    "random forest": lambda: RandomForestClassifier(8, random_state=0),
    "extra trees": lambda: ExtraTreesClassifier(8, random_state=0),
    "bagging": lambda: BaggingClassifier(n_estimators=6, max_features=0.7, random_state=0),
    "histogram boosting": lambda: HistGradientBoostingClassifier(max_iter=8, random_state=0),
}
#: Bit-equal too, on whole and real numbers that are all present.
COMPLETE_TREES = {
    "ada boost": lambda: AdaBoostClassifier(DecisionTreeClassifier(max_depth=2), n_estimators=6),
    "gradient boosting": lambda: GradientBoostingClassifier(n_estimators=8, random_state=0),
    "exponential boosting": lambda: GradientBoostingClassifier(loss="exponential", n_estimators=5),
}
#: Equal up to rounding; their inputs are imputed and scaled.
SMOOTH = {
    "logistic regression": LogisticRegression,
    "gradient descent": lambda: SGDClassifier(loss="log_loss", random_state=0),
    "modified huber": lambda: SGDClassifier(loss="modified_huber", random_state=0),
    "linear discriminant": LinearDiscriminantAnalysis,
    "quadratic discriminant": lambda: QuadraticDiscriminantAnalysis(reg_param=0.1),
    "gaussian bayes": GaussianNB,
    "bernoulli bayes": lambda: BernoulliNB(binarize=0.5),
    "multinomial bayes": MultinomialNB,
    "complement bayes": ComplementNB,
    "linear machine": lambda: calibrated(LinearSVC(random_state=0)),
    "ridge": lambda: calibrated(RidgeClassifier()),
    "radial machine": lambda: calibrated(SVC(), ensemble=False),
    "polynomial machine": lambda: calibrated(SVC(kernel="poly", degree=2, coef0=1.0)),
    "sigmoid machine": lambda: calibrated(SVC(kernel="sigmoid", gamma=0.1), method="isotonic"),
    "nu machine": lambda: calibrated(NuSVC(kernel="linear"), method="temperature"),
    "network": lambda: MLPClassifier((6, 4), max_iter=60, random_state=0),
    "tanh network": lambda: MLPClassifier((5,), activation="tanh", max_iter=60, random_state=0),
    "isotonic forest": lambda: calibrated(
        RandomForestClassifier(5, random_state=0), method="isotonic"
    ),
    "votes": lambda: VotingClassifier(
        [("a", LogisticRegression()), ("b", RandomForestClassifier(5, random_state=0))],
        voting="soft",
        weights=[2, 1],
    ),
    "stack": lambda: StackingClassifier(
        [("a", GaussianNB()), ("b", SVC())], LogisticRegression(), cv=2, passthrough=True
    ),
    "bagged regression": lambda: BaggingClassifier(
        LogisticRegression(), n_estimators=3, max_features=0.7, random_state=0
    ),
    "search": lambda: GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=2),
}


def prepared(columns, classifier, scale=MinMaxScaler):
    """The classifier behind imputation, scaling and one-hot encoding, as its columns need it."""
    kinds = [column.kind for column in columns]
    numbers = [place for place, kind in enumerate(kinds) if kind != "category"]
    categories = [place for place, kind in enumerate(kinds) if kind == "category"]
    return make_pipeline(
        ColumnTransformer(
            [
                ("numbers", _numbers(scale), numbers),
                ("categories", _categories(), categories),
            ]
        ),
        classifier,
    )


def encoded(columns, classifier):
    """The classifier behind one-hot encoding alone: missing numbers reach it."""
    categories = [place for place, c in enumerate(columns) if c.kind == "category"]
    encoder = ColumnTransformer(
        [("categories", _categories(), categories)], remainder="passthrough"
    )
    return make_pipeline(encoder, classifier)


def _numbers(scale=StandardScaler):
    return make_pipeline(SimpleImputer(strategy="median", add_indicator=True), scale())


def _categories():
    imputer = SimpleImputer(strategy="most_frequent")
    return make_pipeline(imputer, OneHotEncoder(handle_unknown="ignore"))


FAMILIES = {**TREES, **COMPLETE_TREES, **SMOOTH}


def fitted(classifier, table):
    with warnings.catch_warnings():
        # Few rows and iterations: a fit that does not converge warns, so does a small group
        warnings.simplefilter("ignore", UserWarning)
        return classifier.fit(table.matrix(), table.labels)


def proven(classifier, table, positive):
    """The compiled document with the proof that it answers as the classifier."""
    document = compile_classifier(classifier, table.columns, positive)
    options = {"positive": positive, "random_rows": RANDOM_ROWS}
    return document, prove(classifier, document, table.columns, table.rows, **options)


def new_classifier(family, table):
    """A classifier of the family that is not fitted yet, behind the preparation of the table."""
    return (encoded if family in TREES else prepared)(table.columns, FAMILIES[family]())


@cache
def fitted_family(family, kind, missing=True):
    """One of the tables, and a classifier of the family that was fitted on it."""
    table = TABLES[kind](missing)
    return table, fitted(new_classifier(family, table), table)


@cache
def compiled_family(family, kind):
    """The compiled document of :func:`fitted_family`, and its table; nobody may change them."""
    table, classifier = fitted_family(family, kind)
    return compile_classifier(classifier, table.columns, "malignant"), table
