"""A classifier that another program fitted is served, or refused before anything of it is built."""

import json
import os
import pickle

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    TunedThresholdClassifierCV,
)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC, LinearSVC

from cytology.artifact import load_artifact
from cytology.classifier import load_model
from runtime.engines import load_engine
from tests.support.old import ANSWERS, OLD, labelled
from training.adopt import main
from training.card.render import card_files
from training.verify import verify

NUMBERS = np.random.default_rng(0).normal(size=(200, 2)).round(2)
LABELS = np.where(NUMBERS.sum(axis=1) + NUMBERS[::-1, 0] > 0, "sick", "well")


@pytest.fixture(autouse=True)
def fewer_rows(monkeypatch):
    monkeypatch.setattr("training.compiled.RANDOM_ROWS", 1_000)


def save(folder, model, dump=joblib.dump):
    path = folder / "model.sav"
    if dump is pickle.dump:
        path.write_bytes(pickle.dumps(model))
    else:
        dump(model, path)
    return path


def adopt(path, *arguments, out=None):
    """Read it in this process: what is patched holds here."""
    out = out or path.parent / "artifact"
    status = main(["--here", str(path), "--out", str(out), "--no-serve", *map(str, arguments)])
    return status, out


def copied(name, folder):
    path = folder / f"{name}.sav"
    path.write_bytes((OLD / f"{name}.sav").read_bytes())
    return path


def positives(out, rows):
    return [answer.probability for answer in load_model(str(out)).answers(rows, explain=False)]


def test_a_pipeline_of_scikit_learn_1_5_answers_as_it_did_there(tmp_path, capfd):
    path, out = copied("logistic", tmp_path), tmp_path / "artifact"
    # As typed: the file is read in a process of its own
    assert main([str(path), "--out", str(out), "--no-serve", "--positive", "malignant"]) == 0

    assert positives(out, ANSWERS["rows"]) == pytest.approx(ANSWERS["logistic"], abs=1e-12)
    assert load_artifact(str(out)).schema.names[0] == "mean_radius"
    assert "written by scikit-learn 1.5.2, read by 1." in capfd.readouterr().out
    assert "the fitted model gives the 5 golden predictions" in verify(out)


def test_a_forest_of_scikit_learn_1_5_takes_names_from_the_table(tmp_path):
    status, out = adopt(copied("forest", tmp_path), "--csv", labelled(tmp_path, (0, 1)))

    assert status == 0
    assert positives(out, ANSWERS["rows"]) == pytest.approx(ANSWERS["forest"], abs=0)
    manifest = load_artifact(str(out)).manifest
    assert manifest["engine"] == "compiled"
    assert manifest["metrics"]["protocol"] == "on labelled.csv"
    assert manifest["made"]["files"].keys() == {"MODEL", "SCHEMA", "CSV"}


def test_without_a_table_the_card_says_that_nothing_was_evaluated(tmp_path):
    _, out = adopt(copied("logistic", tmp_path))

    artifact = load_artifact(str(out))
    card = card_files(json.loads((out / "report.json").read_text()), artifact.schema)
    assert b"Not evaluated here." in card["model-card.md"]
    assert artifact.manifest["metrics"] == {"protocol": "not evaluated here"}
    assert artifact.decision.level == 0


def test_a_pipeline_of_data_frames_with_categories_and_gaps_answers_as_before(tmp_path):
    table = pd.DataFrame(NUMBERS.copy(), columns=["Dose (mg)", "Age"])
    table["Ward"] = np.where(np.arange(200) % 3, "north", "south")
    columns = make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), ["Age", "Dose (mg)"]),
        (OneHotEncoder(), ["Ward"]),
    )
    table.loc[::20, "Age"] = np.nan
    model = make_pipeline(columns, LogisticRegression()).fit(table, LABELS)
    table.assign(State=LABELS).to_csv(tmp_path / "samples.csv", index=False)
    before = model.predict_proba(table[1:19])[:, 0]

    status, out = adopt(
        save(tmp_path, model), "--csv", tmp_path / "samples.csv", "--positive", "sick"
    )

    assert status == 0
    rows = table[1:19].to_numpy().tolist()
    assert positives(out, rows) == pytest.approx(before, abs=1e-12)
    assert load_artifact(str(out)).schema.class_column == "State"


def test_what_does_not_compile_is_served_by_scikit_learn_with_the_reason(tmp_path):
    model = KNeighborsClassifier(5).fit(pd.DataFrame(NUMBERS, columns=["a", "b"]), LABELS)
    before = model.predict_proba(pd.DataFrame(NUMBERS[:9], columns=["a", "b"]))[:, 1]

    status, out = adopt(save(tmp_path, model))

    artifact = load_artifact(str(out))
    answers = load_engine(artifact, None).predict(NUMBERS[:9].tolist(), explain=False)
    assert status == 0
    assert "KNeighborsClassifier" in artifact.manifest["not_compiled"]
    assert [answer.probability for answer in answers] == pytest.approx(before)


#: As people fit them: without random_state, searched, with a threshold; two trees often tie.
FITTED = [
    HistGradientBoostingClassifier(max_iter=3),
    GradientBoostingClassifier(n_estimators=3),
    make_pipeline(SelectKBest(k=1), LogisticRegression()),
    GridSearchCV(LogisticRegression(), {"C": [0.1, 1]}, scoring="roc_auc", cv=2),
    TunedThresholdClassifierCV(LogisticRegression(), cv=2),
    FixedThresholdClassifier(LogisticRegression(), threshold=0.3, pos_label="sick"),
    RandomForestClassifier(2),
]


@pytest.mark.parametrize("positive", ["sick", "well"])
@pytest.mark.parametrize("model", FITTED, ids=lambda model: type(model).__name__)
def test_the_labels_are_those_of_predict_and_the_probabilities_those_of_the_model(
    tmp_path, model, positive
):
    table = pd.DataFrame(NUMBERS, columns=["a", "b"])
    model.fit(table, LABELS)
    status, out = adopt(save(tmp_path, model), "--positive", positive)
    assert status == 0
    place = list(model.classes_).index(positive)
    expected = model.predict_proba(table)[:, place]
    assert positives(out, NUMBERS.tolist()) == pytest.approx(expected, abs=1e-12)
    assert load_model(str(out)).predict(NUMBERS.tolist()) == model.predict(table).tolist()


def test_labels_that_no_threshold_gives_are_counted(tmp_path, capsys):
    labels = np.where(NUMBERS[:, 0] + 2 * NUMBERS[::-1, 1] > 0.5, "sick", "well")
    with pytest.warns(FutureWarning, match="probability"):
        model = SVC(probability=True, random_state=0).fit(NUMBERS, labels)
    path = tmp_path / "samples.csv"
    pd.DataFrame(NUMBERS, columns=["a", "b"]).assign(State=labels).to_csv(path, index=False)
    differ = (model.predict(NUMBERS) == "well") != (model.predict_proba(NUMBERS)[:, 1] > 0.5)
    assert differ.sum() > 0
    adopt(save(tmp_path, model), "--csv", path)
    said = f"predict gives another label than the probabilities for {differ.sum()} of 200 rows"
    assert said in capsys.readouterr().out


def test_a_threshold_that_is_no_probability_is_refused(tmp_path, capsys):
    frame = pd.DataFrame(NUMBERS, columns=["a", "b"])
    model = FixedThresholdClassifier(LogisticRegression(), response_method="decision_function")
    assert adopt(save(tmp_path, model.fit(frame, LABELS)))[0] == 1
    assert "predict compares decision_function" in capsys.readouterr().err


class Intruder:
    def __reduce__(self):
        return os.system, (f"touch {self.marker}",)


@pytest.mark.parametrize("dump", [pickle.dump, joblib.dump, lambda m, p: joblib.dump(m, p, 3)])
@pytest.mark.parametrize("hide", [lambda item: item, lambda item: np.array([item], dtype=object)])
def test_a_file_that_would_call_a_function_is_refused_and_calls_nothing(
    tmp_path, capsys, dump, hide
):
    Intruder.marker = tmp_path / "called"

    status, out = adopt(save(tmp_path, hide(Intruder()), dump))

    assert status == 1
    assert "posix.system, which is no part of a scikit-learn model" in capsys.readouterr().err
    assert not Intruder.marker.exists()
    assert not out.exists()


THREE = np.arange(200) % 3
REFUSED = [
    ({"model": LogisticRegression()}, "holds a dict, no fitted classifier"),
    (LinearRegression().fit(NUMBERS, NUMBERS[:, 0]), "LinearRegression, no fitted classifier"),
    (LogisticRegression(), "LogisticRegression, no fitted classifier"),
    (
        LogisticRegression().fit(NUMBERS, THREE),
        "it has 3 classes (0, 1, 2); only two are supported",
    ),
    (LinearSVC().fit(NUMBERS, LABELS), "LinearSVC has no probabilities"),
    (RandomForestClassifier(3).fit(NUMBERS, LABELS), "has no names of its 2 features"),
]


@pytest.mark.parametrize(("model", "reason"), REFUSED, ids=range(len(REFUSED)))
def test_what_cannot_be_served_is_refused_with_the_reason(tmp_path, capsys, model, reason):
    status, out = adopt(save(tmp_path, model))

    assert status == 1
    assert reason in capsys.readouterr().err
    assert not out.exists()


def test_a_cut_file_is_refused(tmp_path, capsys):
    path = copied("forest", tmp_path)
    path.write_bytes(path.read_bytes()[:5_000])

    assert adopt(path)[0] == 1
    assert "cannot read it" in capsys.readouterr().err


def test_a_schema_of_other_classes_is_refused(tmp_path, capsys):
    path = copied("logistic", tmp_path)
    adopt(path)
    schema = path.with_suffix(".features.json")
    schema.write_text(schema.read_text().replace('"benign"', '"harmless"'))

    assert adopt(path)[0] == 1
    assert "the model's classes are benign, malignant" in capsys.readouterr().err
