"""Turns decision trees, forests and boosting into nested lists."""

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.tree import DecisionTreeClassifier, ExtraTreeClassifier

from training.compile.inputs import CannotCompile, Inputs, Node, towards
from training.compile.linear import SIGMOID

#: A cut at infinity parts missing values from all others; JSON has no infinity.
_INFINITY = sys.float_info.max

#: Python reads nested JSON by recursion, and so do other languages.
DEEPEST = 400


def tree(classifier: Any, inputs: Inputs, index: int) -> Node:
    """Compile one decision tree."""
    return inputs.attach(_votes([_vote(classifier, index, inputs)]))


def forest(classifier: Any, inputs: Inputs, index: int) -> Node:
    """Compile a random forest or extra trees: the mean of the shares of a class."""
    return inputs.attach(_votes([_vote(each, index, inputs) for each in classifier.estimators_]))


def bagged_trees(classifier: Any, inputs: Inputs, index: int) -> Node:
    """Compile bagging of trees, each of which may see some of the inputs only."""
    pairs = zip(classifier.estimators_, classifier.estimators_features_, strict=True)
    trees = [_vote(each, index, inputs, features.tolist()) for each, features in pairs]
    return inputs.attach(_votes(trees))


def constant(classifier: Any, inputs: Inputs, index: int) -> Node:
    """Compile DummyClassifier, where it answers the same to every row."""
    if classifier.strategy not in ("prior", "most_frequent", "constant"):
        raise CannotCompile("DummyClassifier answers at random with this strategy.")
    found = classifier.predict_proba(np.zeros((1, len(inputs.chosen))))
    return inputs.attach(_votes([float(found[0, index])]))


def ada_boost(classifier: Any, inputs: Inputs, index: int) -> Node:
    """Compile AdaBoost of trees: every tree votes with its weight for one class."""
    trees = []
    for each, weight in zip(classifier.estimators_, classifier.estimator_weights_, strict=False):
        _check(each)
        # twice the weight: scikit-learn counts it for one class and against the other
        vote = 2.0 * float(weight)
        leaves = [vote if second > first else -vote for first, second in each.tree_.value[:, 0]]
        trees.append(_nest(each.tree_, leaves, inputs))
    return inputs.attach(_sum(trees, 0.0, index, float(classifier.estimator_weights_.sum())))


def gradient_boosting(classifier: Any, inputs: Inputs, index: int) -> Node:
    """Compile GradientBoostingClassifier with its usual start, the share of each class."""
    if classifier.init_ != "zero" and not isinstance(classifier.init_, DummyClassifier):
        raise CannotCompile("GradientBoostingClassifier starts from another estimator (init).")
    start = classifier._raw_predict_init(np.zeros((1, classifier.n_features_in_)))
    rate = float(classifier.learning_rate)
    trees = []
    for each in classifier.estimators_[:, 0]:
        leaves = [rate * float(value) for value in each.tree_.value.ravel()]
        trees.append(_nest(each.tree_, leaves, inputs, missing=False))
    node = _sum(trees, float(start[0, 0]), index)
    if classifier.loss == "exponential":
        node["link"] = [{"kind": "sigmoid", "slope": 2.0}, *node["link"][1:]]
    return inputs.attach(node)


def histogram_boosting(classifier: Any, inputs: Inputs, index: int) -> Node:
    """Compile HistGradientBoostingClassifier, with missing values and categories."""
    if classifier._preprocessor is not None:
        _encode_categories(classifier, inputs)
    trees = [_histogram_tree(stage[0], inputs) for stage in classifier._predictors]
    node = _sum(trees, float(classifier._baseline_prediction[0, 0]), index)
    return inputs.attach({**node, "precision": "double"})


def _encode_categories(classifier: Any, inputs: Inputs) -> None:
    """Number the categories as the classifier does, and put them before all other inputs."""
    from training.compile.transformers import transform

    is_category = classifier.is_categorical_
    pairs = list(zip(inputs.chosen, is_category, strict=True))
    view = inputs.select([number for number, category in pairs if category])
    transform(classifier._preprocessor.named_transformers_["encoder"], view)
    inputs.chosen = view.chosen + [number for number, category in pairs if not category]


def _histogram_tree(predictor: Any, inputs: Inputs) -> Any:
    nodes = predictor.nodes
    received = list(inputs.chosen)

    def build(place: int) -> Any:
        node = nodes[place]
        if node["is_leaf"]:
            return float(node["value"])
        feature, cut = int(node["feature_idx"]), min(float(node["num_threshold"]), _INFINITY)
        number = received[feature]
        if node["is_categorical"]:
            codes = _codes(predictor.raw_left_cat_bitsets[node["bitset_idx"]])
            number = inputs.add("member", number, codes, 0.0, 1.0, None, missing=True)
            inputs.chosen.append(number)
            feature, cut = len(inputs.chosen) - 1, 0.5
        goes_left = node["missing_go_to_left"] and inputs.may_be_missing(number)
        children = [build(int(node["left"])), build(int(node["right"]))]
        return [feature, cut, *children, *([1] if goes_left else [])]

    return build(0)


def _codes(bits: Sequence[int]) -> list[int]:
    return [code for code in range(256) if int(bits[code // 32]) >> (code % 32) & 1]


def _votes(trees: list[Any]) -> Node:
    return {
        "kind": "trees",
        "precision": "single",
        "base": 0.0,
        "divide": len(trees),
        "trees": trees,
        "link": [],
    }


def _sum(trees: list[Any], base: float, index: int, divide: float = 1) -> Node:
    return {**_votes(trees), "base": base, "divide": divide, "link": towards(index, SIGMOID)}


def _check(classifier: Any) -> None:
    if type(classifier) not in (DecisionTreeClassifier, ExtraTreeClassifier):
        raise CannotCompile(f"{type(classifier).__name__} is no decision tree.")
    if len(classifier.classes_) != 2:
        raise CannotCompile("A tree was fitted on one class only.")


def _vote(
    classifier: Any, index: int, inputs: Inputs, features: Sequence[int] | None = None
) -> Any:
    _check(classifier)
    leaves = [float(shares[index]) for shares in classifier.tree_.value[:, 0]]
    return _nest(classifier.tree_, leaves, inputs, features)


def _nest(
    tree: Any,
    leaves: Sequence[float],
    inputs: Inputs,
    features: Sequence[int] | None = None,
    *,
    missing: bool = True,
) -> Any:
    """Return a tree as nested lists.

    Parameters
    ----------
    tree
        scikit-learn's ``tree_``.
    leaves
        A number for every node; those of leaves are taken.
    inputs
        Knows which inputs may be missing.
    features
        The input of each of the tree's features, where it sees some only.
    missing
        False where the classifier refuses missing values.
    """
    if tree.max_depth > DEEPEST:
        raise CannotCompile(f"A tree is deeper than {DEEPEST} nodes.")
    left, right, cuts = tree.children_left, tree.children_right, tree.threshold
    goes_left = tree.missing_go_to_left

    def build(place: int) -> Any:
        if left[place] < 0:
            return leaves[place]
        feature = int(tree.feature[place])
        feature = feature if features is None else features[feature]
        children = [build(left[place]), build(right[place])]
        mark = missing and goes_left[place] and inputs.may_be_missing(inputs.chosen[feature])
        cut = min(float(cuts[place]), _INFINITY)
        return [feature, cut, *children, *([1] if mark else [])]

    return build(0)
