"""Wrote the files beside it: fitted by scikit-learn 1.5.2 and kept by pickle, as tutorials do."""

import pickle
from pathlib import Path

from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).parent
COLUMNS = ["mean radius", "mean texture", "mean smoothness", "mean concavity", "worst area"]

data = load_breast_cancer(as_frame=True)
table, target = data.data[COLUMNS], data.target.map({0: "malignant", 1: "benign"})
logistic = make_pipeline(StandardScaler(), LogisticRegression()).fit(table, target)
forest = RandomForestClassifier(8, max_depth=4, random_state=0).fit(table.to_numpy(), data.target)
(HERE / "logistic.sav").write_bytes(pickle.dumps(logistic))
(HERE / "forest.sav").write_bytes(pickle.dumps(forest))
