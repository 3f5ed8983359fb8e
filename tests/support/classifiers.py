"""What scikit-learn needs to build each of its classifiers."""

from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

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
