"""Lists the model families to compare: how each is fitted, over which settings.

A candidate is one function here, from the schema to a Candidate, and its line in CANDIDATES. What
it fits must be made of scikit-learn's own classes: the image that unpickles it holds no training
code. The settings are those that an earlier, wider search took in more than 3 of 100 outer folds,
and their neighbours; forests, which cost most, have one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import partial
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.ensemble import (
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    OrdinalEncoder,
    SplineTransformer,
    StandardScaler,
)
from sklearn.svm import SVC

from cytology.schema import CATEGORY, WHOLE, Schema
from training.monotone import fit_monotone
from training.whole_weights import fit_whole_weights

SEED = 20_260_101

Setting = Mapping[str, Any]
Fit = Callable[[Setting, NDArray[np.float64], NDArray[np.str_]], Pipeline]
FitEach = Callable[[Sequence[Setting], NDArray[np.float64], NDArray[np.str_]], Iterable[Pipeline]]


class Candidate(NamedTuple):
    """A model family.

    ``fit`` takes a setting, raw scores (n, features; NaN where missing) and labels (n,).
    ``settings`` go from the most to the least regularised, so that a fit which breaks a promised
    direction can be repeated with the one before. ``repeats`` says over how many shuffles of the
    tuning folds out-of-fold probabilities are averaged: more for what is fitted fast.
    ``shared_fit`` fits one pipeline a setting, equal to those of ``fit``, with less work.
    """

    settings: tuple[Setting, ...]
    fit: Fit
    repeats: int
    shared_fit: FitEach | None = None

    def fit_each(self, scores: NDArray[np.float64], labels: NDArray[np.str_]) -> Iterable[Pipeline]:
        """Fit every setting, in order."""
        if self.shared_fit:
            return self.shared_fit(self.settings, scores, labels)
        return (self.fit(setting, scores, labels) for setting in self.settings)


def plain_sum(schema: Schema) -> Candidate:
    """Logistic regression on the sum of all scores: the baseline, one coefficient in all."""
    add_up = FunctionTransformer(np.sum, kw_args={"axis": 1, "keepdims": True})
    return _grid(
        [SimpleImputer(strategy="median"), add_up, StandardScaler(), _logistic()],
        {"logisticregression__C": [1.0, 10.0]},
        repeats=1,
    )


def logistic(schema: Schema) -> Candidate:
    """Logistic regression on the standardised scores: additive, one coefficient a feature."""
    encoder = partial(OneHotEncoder, sparse_output=False, handle_unknown="ignore")
    return _grid(
        [*_prepare(schema, encoder, StandardScaler()), _logistic()],
        {"logisticregression__C": np.logspace(-1.5, 0, 4)},
        repeats=2,
    )


def whole_weights(schema: Schema) -> Candidate:
    """Logistic regression rounded to whole weights of 0 to 3 a feature: for paper."""

    def fit(setting: Setting, scores: NDArray[np.float64], labels: NDArray[np.str_]) -> Pipeline:
        return fit_whole_weights(scores, labels, schema, **setting)

    settings = tuple({"C": c} for c in (0.1, 1.0))
    return Candidate(settings, fit, repeats=1)


def naive_bayes(schema: Schema) -> Candidate:
    """Gaussian naive Bayes, its variances widened until it is less sure of itself."""
    return _grid(
        [SimpleImputer(strategy="median"), GaussianNB()],
        {"gaussiannb__var_smoothing": [3.0, 1.0, 0.1]},
        repeats=1,
    )


def monotone_additive(schema: Schema) -> Candidate:
    """Logistic regression with a step at every score, none against the promised direction.

    Served as a one-hot encoding and the coefficients that the steps add up to.
    """
    settings = tuple(
        {"regularisation": c, "evenness": evenness}
        for c, evenness in product(np.logspace(-0.5, 0.5, 3).tolist(), [10.0, 3.0])
    )

    def fit(setting: Setting, scores: NDArray[np.float64], labels: NDArray[np.str_]) -> Pipeline:
        return fit_monotone(scores, labels, schema, **setting)

    return Candidate(settings, fit, repeats=1)


def one_hot(schema: Schema) -> Candidate:
    """Logistic regression with a free coefficient for every score of every feature."""
    encoder = OneHotEncoder(
        categories=[list(feature.scores) for feature in schema.features], sparse_output=False
    )
    return _grid(
        # A median between two scores counts as the lower: the encoder knows whole scores alone
        [SimpleImputer(strategy="median"), FunctionTransformer(np.floor), encoder, _logistic()],
        {"logisticregression__C": np.logspace(-1, 0, 3)},
        repeats=1,
    )


def spline(schema: Schema) -> Candidate:
    """Logistic regression on cubic splines of the scores: additive and smooth."""
    splines = SplineTransformer(n_knots=4, degree=3, include_bias=False)
    return _grid(
        [SimpleImputer(strategy="median"), splines, _logistic()],
        {"logisticregression__C": np.logspace(-0.25, 1.25, 3)},
        repeats=1,
    )


def k_nearest(schema: Schema) -> Candidate:
    """The share of malignant samples among the k nearest."""
    return _grid(
        [SimpleImputer(strategy="median"), KNeighborsClassifier()],
        {"kneighborsclassifier__n_neighbors": [61, 41, 31, 21, 15, 11]},
        repeats=1,
    )


def support_vectors(schema: Schema) -> Candidate:
    """A support vector machine with radial kernel, its scores calibrated by a logistic curve."""
    folds = StratifiedKFold(3, shuffle=True, random_state=SEED)
    calibrated = CalibratedClassifierCV(SVC(), method="sigmoid", cv=folds, ensemble=False)
    return _grid(
        [SimpleImputer(strategy="median"), StandardScaler(), calibrated],
        {
            "calibratedclassifiercv__estimator__C": [0.3, 1.0],
            "calibratedclassifiercv__estimator__gamma": [0.01, 0.03],
        },
        repeats=1,
    )


def boosted_stumps(schema: Schema) -> Candidate:
    """Gradient boosting, monotone where the schema promises it, without interactions."""
    return _boosted(schema, [50, 100, 150], interaction_cst="no_interactions")


def boosted_trees(schema: Schema) -> Candidate:
    """Gradient boosting of small trees that may combine features."""
    return _boosted(schema, [50, 100], max_leaf_nodes=8)


def _boosted(schema: Schema, iterations: list[int], **options: Any) -> Candidate:
    numbers, categories = _places(schema)
    boosting = HistGradientBoostingClassifier(
        monotonic_cst=[schema.features[place].direction for place in (*numbers, *categories)],
        categorical_features=list(range(len(numbers), len(schema.features))) or None,
        early_stopping=False,
        learning_rate=0.1,
        min_samples_leaf=10,
        random_state=SEED,
        **options,
    )
    return _grid(
        [*_prepare(schema, OrdinalEncoder), boosting],
        {"histgradientboostingclassifier__max_iter": iterations},
        repeats=1,
        grows=True,
    )


def random_forest(schema: Schema) -> Candidate:
    """A forest of 100 trees: neither additive nor monotone; served by the sklearn engine."""
    # n_jobs=1: Lambda has no /dev/shm for a process pool
    forest = RandomForestClassifier(100, max_features=_tried(schema), n_jobs=1, random_state=SEED)
    return _grid(
        [*_prepare(schema, OrdinalEncoder), forest],
        {"randomforestclassifier__min_samples_leaf": [2]},
        repeats=1,
    )


def extra_trees(schema: Schema) -> Candidate:
    """A forest of 100 trees with random cuts."""
    forest = ExtraTreesClassifier(100, max_features=_tried(schema), n_jobs=1, random_state=SEED)
    return _grid(
        [*_prepare(schema, OrdinalEncoder), forest],
        {"extratreesclassifier__min_samples_leaf": [1]},
        repeats=1,
    )


#: From the simplest to the most complex: the choice takes the first that is good enough.
CANDIDATES: dict[str, Callable[[Schema], Candidate]] = {
    "plain-sum": plain_sum,
    "logistic": logistic,
    "whole-weights": whole_weights,
    "naive-bayes": naive_bayes,
    "monotone-additive": monotone_additive,
    "one-hot": one_hot,
    "spline": spline,
    "k-nearest": k_nearest,
    "support-vectors": support_vectors,
    "boosted-stumps": boosted_stumps,
    "boosted-trees": boosted_trees,
    "random-forest": random_forest,
    "extra-trees": extra_trees,
}


#: For any kind of feature; the others read whole numbers alone.
_FOR_ALL_KINDS = ("logistic", "boosted-stumps", "boosted-trees", "random-forest", "extra-trees")


def candidates_for(schema: Schema) -> tuple[str, ...]:
    """Names of the candidates that the schema's features fit, from simple to complex."""
    if all(feature.kind == WHOLE for feature in schema.features):
        return tuple(name for name in CANDIDATES if name != "boosted-trees")
    return _FOR_ALL_KINDS


def _places(schema: Schema) -> tuple[list[int], list[int]]:
    """Places of the numbers, and of the categories."""
    kinds = [feature.kind for feature in schema.features]
    numbers = [place for place, kind in enumerate(kinds) if kind != CATEGORY]
    return numbers, [place for place, kind in enumerate(kinds) if kind == CATEGORY]


def _prepare(
    schema: Schema, encoder: Callable[..., BaseEstimator], *steps: BaseEstimator
) -> list[BaseEstimator]:
    """Impute and take ``steps`` for numbers, impute and encode categories: numbers come first."""
    numbers, categories = _places(schema)
    prepared = [SimpleImputer(strategy="median"), *steps]
    if not categories:
        return prepared
    known = [list(schema.features[place].values) for place in categories]
    encode = make_pipeline(SimpleImputer(strategy="most_frequent"), encoder(categories=known))
    parts = [(make_pipeline(*prepared), numbers)] if numbers else []
    return [make_column_transformer(*parts, (encode, categories), sparse_threshold=0)]


def _tried(schema: Schema) -> int:
    """Features that a forest tries at each cut."""
    return max(2, len(schema.features) // 4)


def _logistic() -> LogisticRegression:
    # Newton's method converges to the optimum; the default solver stops at 1e-4 of it
    return LogisticRegression(solver="newton-cholesky", tol=1e-10, max_iter=1_000)


def _grid(
    steps: list[BaseEstimator],
    grid: Mapping[str, Iterable[Any]],
    *,
    repeats: int,
    grows: bool = False,
) -> Candidate:
    """Every combination of the grid's values, in their order, on a pipeline of these steps.

    Only the last step has settings. ``grows`` where each setting adds trees to the one before.
    """
    pipeline = make_pipeline(*steps)
    settings = tuple(
        dict(zip(grid, (_plain(value) for value in values), strict=True))
        for values in product(*grid.values())
    )

    def fit(setting: Setting, scores: NDArray[np.float64], labels: NDArray[np.str_]) -> Pipeline:
        fitted: Pipeline = clone(pipeline).set_params(**setting).fit(scores, labels)
        return fitted

    def fit_each(
        settings: Sequence[Setting], scores: NDArray[np.float64], labels: NDArray[np.str_]
    ) -> Iterator[Pipeline]:
        first = clone(pipeline)
        ready = first[:-1].fit_transform(scores)
        if grows:
            first[-1].set_params(warm_start=True)
        last = first[-1]
        for setting in settings:
            last = deepcopy(last) if grows else clone(last)
            fitted = Pipeline([*first.steps[:-1], (first.steps[-1][0], last)])
            fitted.set_params(**setting)[-1].fit(ready, labels)
            yield fitted

    return Candidate(settings, fit, repeats, fit_each)


def _plain(value: Any) -> Any:
    """Numpy's floats as Python's own: settings are written to JSON."""
    return value.item() if isinstance(value, np.generic) else value
