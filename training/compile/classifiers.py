"""Turns any fitted classifier into a node: looks up its family, and compiles what wraps others."""

from collections.abc import Callable
from typing import Any

from sklearn import (
    calibration,
    discriminant_analysis,
    dummy,
    ensemble,
    frozen,
    linear_model,
    model_selection,
    multiclass,
    naive_bayes,
    neural_network,
    pipeline,
    semi_supervised,
    svm,
    tree,
)
from sklearn.experimental import enable_halving_search_cv  # noqa: F401  (makes the classes known)

from training.compile import kernel, linear, network, trees
from training.compile.inputs import CannotCompile, Inputs, Node, towards
from training.compile.transformers import transform

Compiler = Callable[[Any, Inputs, int], Node]


def classify(classifier: Any, inputs: Inputs, index: int) -> Node:
    """Return the node that answers the probability of a class.

    Parameters
    ----------
    classifier
        A fitted classifier of two classes.
    inputs
        What it receives; steps are added to it.
    index
        The place of the class in ``classes_``: 0 or 1.

    Raises
    ------
    CannotCompile
        The classifier has no probabilities, or no compiler.
    """
    node = _compile(classifier, inputs, index)
    if node["link"] is None:
        name = type(classifier).__name__
        raise CannotCompile(f"{name} has no probabilities; wrap it in CalibratedClassifierCV.")
    return node


def _compile(classifier: Any, inputs: Inputs, index: int) -> Node:
    kind = type(classifier)
    compiler = _COMPILERS.get(kind)
    if compiler is None:
        reason = _REFUSED.get(kind.__name__, "has no compiler")
        raise CannotCompile(f"{kind.__name__} {reason}.")
    if len(classifier.classes_) != 2:
        raise CannotCompile(f"{kind.__name__} was fitted on other than two classes.")
    return compiler(classifier, inputs, index)


def _score(classifier: Any, inputs: Inputs) -> Node:
    """Return the node of what calibration reads: decision_function, else the probability."""
    if not hasattr(classifier, "decision_function"):
        return classify(classifier, inputs, 1)
    last = classifier[-1] if isinstance(classifier, pipeline.Pipeline) else classifier
    node = _compile(classifier, inputs, 1)
    if isinstance(last, ensemble.BaggingClassifier) or node["kind"] in ("mean", "stack"):
        raise CannotCompile(f"The decision function of {type(last).__name__} has no compiler.")
    return {**node, "link": []}


def _unwrap(attribute: str) -> Compiler:
    return lambda wrapper, inputs, index: _compile(getattr(wrapper, attribute), inputs, index)


def _pipeline(steps: Any, inputs: Inputs, index: int) -> Node:
    for _, step in steps.steps[:-1]:
        transform(step, inputs)
    return _compile(steps[-1], inputs, index)


def _mean(models: list[Node], weights: list[float], inputs: Inputs) -> Node:
    if len(models) == 1 and "inputs" not in models[0]:
        return inputs.attach(models[0])
    weights = weights if len(models) > 1 else [1.0]
    return inputs.attach({"kind": "mean", "models": models, "weights": weights, "link": []})


def _voting(classifier: Any, inputs: Inputs, index: int) -> Node:
    if classifier.voting != "soft":
        raise CannotCompile("VotingClassifier has no probabilities unless voting is soft.")
    models = [classify(each, inputs.as_row(), index) for each in classifier.estimators_]
    weights = classifier._weights_not_none or [1.0] * len(models)
    return _mean(models, [float(weight) for weight in weights], inputs)


def _bagging(classifier: Any, inputs: Inputs, index: int) -> Node:
    if isinstance(classifier.estimator_, tree.DecisionTreeClassifier):
        return trees.bagged_trees(classifier, inputs, index)
    models = []
    for each, features in zip(classifier.estimators_, classifier.estimators_features_, strict=True):
        row = inputs.as_row()
        row.chosen = features.tolist()
        models.append(classify(each, row, index))
    return _mean(models, [1.0] * len(models), inputs)


def _calibrated(classifier: Any, inputs: Inputs, index: int) -> Node:
    models = []
    for each in classifier.calibrated_classifiers_:
        score = _score(each.estimator, inputs.as_row())
        link = _calibrator(each.calibrators[0], each.method, score["link"])
        models.append({**score, "link": towards(index, [*score["link"], *link])})
    return _mean(models, [1.0] * len(models), inputs)


def _calibrator(calibrator: Any, method: str, before: list[Node]) -> list[Node]:
    if method == "sigmoid":
        slope, offset = -float(calibrator.a_), -float(calibrator.b_)
        return [{"kind": "sigmoid", "slope": slope, "offset": offset}]
    if method == "temperature" and not before:
        return [{"kind": "sigmoid", "slope": 2.0 * float(calibrator.beta_)}]
    if method != "isotonic":
        raise CannotCompile("Calibration by temperature needs a decision function.")
    return [
        {
            "kind": "isotonic",
            "x": calibrator.X_thresholds_.astype(float).tolist(),
            "y": calibrator.y_thresholds_.astype(float).tolist(),
        }
    ]


def _stacking(classifier: Any, inputs: Inputs, index: int) -> Node:
    models = []
    for each, method in zip(classifier.estimators_, classifier.stack_method_, strict=True):
        if method == "predict":
            raise CannotCompile("StackingClassifier reads labels, not probabilities.")
        row = inputs.as_row()
        models.append(classify(each, row, 1) if method == "predict_proba" else _score(each, row))
    maybe = [inputs.may_be_missing(number) for number in inputs.chosen]
    answers = Inputs([False] * len(models) + maybe)
    if not classifier.passthrough:
        answers.chosen = answers.chosen[: len(models)]
    last = classify(classifier.final_estimator_, answers, index)
    return inputs.attach({"kind": "stack", "models": models, "last": last, "link": []})


_REFUSED = {
    "KNeighborsClassifier": "breaks ties by the order of its training rows",
    "RadiusNeighborsClassifier": "keeps its training rows and has no answer far from them",
    "GaussianProcessClassifier": "integrates over a posterior that has no closed form",
    "LabelPropagation": "keeps its training rows",
    "LabelSpreading": "keeps its training rows",
    "NearestCentroid": "has no compiler: its probabilities depend on its shrinkage and metric",
    "OneVsOneClassifier": "has no probabilities",
    "OutputCodeClassifier": "has no probabilities",
    "ClassifierChain": "answers several labels",
    "MultiOutputClassifier": "answers several labels",
}

_COMPILERS: dict[type, Compiler] = {
    pipeline.Pipeline: _pipeline,
    model_selection.GridSearchCV: _unwrap("best_estimator_"),
    model_selection.RandomizedSearchCV: _unwrap("best_estimator_"),
    model_selection.HalvingGridSearchCV: _unwrap("best_estimator_"),
    model_selection.HalvingRandomSearchCV: _unwrap("best_estimator_"),
    model_selection.FixedThresholdClassifier: _unwrap("estimator_"),
    model_selection.TunedThresholdClassifierCV: _unwrap("estimator_"),
    semi_supervised.SelfTrainingClassifier: _unwrap("estimator_"),
    frozen.FrozenEstimator: _unwrap("estimator"),
    multiclass.OneVsRestClassifier: lambda each, *more: _compile(each.estimators_[0], *more),
    calibration.CalibratedClassifierCV: _calibrated,
    ensemble.VotingClassifier: _voting,
    ensemble.StackingClassifier: _stacking,
    ensemble.BaggingClassifier: _bagging,
    ensemble.RandomForestClassifier: trees.forest,
    ensemble.ExtraTreesClassifier: trees.forest,
    ensemble.AdaBoostClassifier: trees.ada_boost,
    ensemble.GradientBoostingClassifier: trees.gradient_boosting,
    ensemble.HistGradientBoostingClassifier: trees.histogram_boosting,
    tree.DecisionTreeClassifier: trees.tree,
    tree.ExtraTreeClassifier: trees.tree,
    dummy.DummyClassifier: trees.constant,
    linear_model.LogisticRegression: linear.linear,
    linear_model.LogisticRegressionCV: linear.linear,
    linear_model.SGDClassifier: linear.gradient_descent,
    linear_model.RidgeClassifier: linear.margins_only,
    linear_model.RidgeClassifierCV: linear.margins_only,
    linear_model.Perceptron: linear.margins_only,
    linear_model.PassiveAggressiveClassifier: linear.margins_only,
    svm.LinearSVC: linear.margins_only,
    svm.SVC: kernel.machine,
    svm.NuSVC: kernel.machine,
    discriminant_analysis.LinearDiscriminantAnalysis: linear.linear,
    discriminant_analysis.QuadraticDiscriminantAnalysis: linear.quadratic,
    naive_bayes.GaussianNB: linear.gaussian,
    naive_bayes.BernoulliNB: linear.bernoulli,
    naive_bayes.CategoricalNB: linear.categorical,
    naive_bayes.MultinomialNB: linear.multinomial,
    naive_bayes.ComplementNB: linear.complement,
    neural_network.MLPClassifier: network.perceptron,
}
