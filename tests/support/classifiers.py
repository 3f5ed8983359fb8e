"""Turns the data set into one fitted model of every scikit-learn classifier, saved with joblib.

What loads and asks them is a program of its own, so that it can run where nothing is imported yet:
in a fresh interpreter, or inside the image.
"""

import json
import subprocess
import warnings
from pathlib import Path

import joblib
import numpy as np
from scipy import stats
from sklearn.base import BaseEstimator
from sklearn.calibration import CalibratedClassifierCV
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_selection import SelectKBest, mutual_info_classif
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, QuantileTransformer, SplineTransformer
from sklearn.svm import SVC
from sklearn.utils import all_estimators

from cytology.schema import load_schema
from training.dataset import load_dataset

#: What scikit-learn cannot build without being told more.
ARGUMENTS = {
    "FixedThresholdClassifier": {"estimator": LogisticRegression()},
    "OneVsOneClassifier": {"estimator": LogisticRegression()},
    "OneVsRestClassifier": {"estimator": LogisticRegression()},
    "OutputCodeClassifier": {"estimator": LogisticRegression()},
    "RadiusNeighborsClassifier": {"radius": 50.0},
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
#: Enough for every one to be fitted, few enough for the slow ones.
ROWS = 120

#: Loads each model in a process of its own, and prints what it answers as JSON, or its error.
ASK = """
import json, os, sys
sys.path[:0] = sys.argv[2:]
from predict.deferral import defer_imports
defer_imports()
import runtime.sklearn_engine  # all that the engine has imported when it comes to the model
import io, joblib, numpy as np
def answer(path):
    model = joblib.load(io.BytesIO(open(path, "rb").read()))
    rows = np.array(json.load(open(os.path.join(sys.argv[1], "rows.json"))), dtype=float)
    ask = getattr(model, "predict_proba", None) or getattr(model, "decision_function", None)
    return (ask or (lambda rows: model.predict(rows) == "malignant"))(rows).tolist()
for name in sorted(os.listdir(sys.argv[1])):
    if name.endswith(".joblib"):
        end, start = os.pipe()
        if not os.fork():
            try:
                found = answer(os.path.join(sys.argv[1], name))
            except BaseException as error:
                found = f"{type(error).__name__}: {error}"
            with os.fdopen(start, "w") as pipe:
                json.dump(found, pipe)
            os._exit(0)
        os.close(start)
        with os.fdopen(end) as pipe:
            print(json.dumps([name.removesuffix(".joblib"), json.load(pipe)]), flush=True)
        os.wait()
"""


def models() -> dict[str, BaseEstimator]:
    """Every classifier by name, and pipelines around what a classifier alone does not reach."""
    found = {
        name: kind(**ARGUMENTS.get(name, {}))
        for name, kind in all_estimators(type_filter="classifier")
        if name not in SEVERAL_LABELS
    }
    logistic = LogisticRegression(max_iter=1000)
    found["Bins"] = make_pipeline(
        KBinsDiscretizer(3, quantile_method="averaged_inverted_cdf"), logistic
    )
    found["Components"] = make_pipeline(PCA(3), logistic)
    found["Neighbours"] = make_pipeline(KNNImputer(), logistic)
    found["Quantiles"] = make_pipeline(QuantileTransformer(n_quantiles=10), logistic)
    found["Selected"] = make_pipeline(SelectKBest(mutual_info_classif, k=4), logistic)
    found["Splines"] = make_pipeline(SplineTransformer(), logistic)
    found["Isotonic"] = CalibratedClassifierCV(logistic, method="isotonic")
    # Distributions are pickled with the search: they name private modules of scipy.stats
    found["Searched"] = RandomizedSearchCV(
        logistic, {"C": stats.loguniform(0.1, 10)}, n_iter=2, random_state=0
    )
    return found


def save_all(directory: Path) -> dict[str, object]:
    """Fit and save all; return the answer of each to the rows in rows.json."""
    dataset = load_dataset(load_schema())
    rows = SimpleImputer(strategy="median").fit_transform(dataset.scores)[:ROWS]
    labels = np.array(dataset.labels, dtype=object)[:ROWS]  # strings, as self-training wants
    asked = rows[::7]
    (directory / "rows.json").write_text(json.dumps(asked.tolist()))
    answers: dict[str, object] = {}
    with warnings.catch_warnings():
        # Not converged on 120 rows, deprecated classes and defaults: no matter here
        warnings.simplefilter("ignore")
        for name, model in models().items():
            model.fit(rows, labels)
            ask = getattr(model, "predict_proba", None) or getattr(model, "decision_function", None)
            found = ask(asked) if ask else model.predict(asked) == "malignant"
            answers[name] = found.tolist()
            joblib.dump(model, directory / f"{name}.joblib")
    return answers


def ask_all(command: list[str], **options) -> dict[str, object]:
    """Run :data:`ASK` as that command does; return what each model answered."""
    ran = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    assert ran.returncode == 0, ran.stderr[-2000:]
    return dict(json.loads(line) for line in ran.stdout.splitlines())


def differs(found: object, expected: object) -> bool:
    """True where an answer is a error, or not the expected one up to rounding."""
    return isinstance(found, str) or not np.allclose(found, expected, rtol=0, atol=1e-12)
