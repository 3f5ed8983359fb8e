import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from cytology.schema import load_schema
from training.candidates import CANDIDATES, Candidate
from training.fit import WrongDirection, fit, log_losses, positive_probabilities, wrong_signs

schema = load_schema()
logistic = CANDIDATES["logistic"](schema)._replace(repeats=1)


@pytest.fixture(scope="module")
def fitted(dataset):
    return fit(logistic, dataset, schema, folds=3)


def coefficients(pipeline):
    return pipeline[-1].coef_[0]


def test_every_coefficient_of_the_default_model_is_positive(fitted):
    assert (coefficients(fitted.pipeline) > 0).all()
    assert fitted.refits == 0


def test_tuning_takes_the_setting_of_lowest_log_loss(dataset, fitted):
    positive = dataset.labels == "malignant"
    losses = []
    for setting in logistic.settings:
        alone = fit(logistic._replace(settings=(setting,)), dataset, schema, folds=3)
        losses.append(log_losses(alone.out_of_fold, positive).mean())

    assert logistic.settings[int(np.argmin(losses))] == fitted.setting


def test_out_of_fold_probabilities_come_from_models_without_the_patient(dataset, fitted):
    memory = positive_probabilities(fitted.pipeline, dataset.scores, schema)
    positive = dataset.labels == "malignant"

    # What was learnt from a sample fits it better than what was not
    assert log_losses(fitted.out_of_fold, positive).mean() > log_losses(memory, positive).mean()
    assert 0.95 < ((fitted.out_of_fold >= 0.5) == positive).mean() < 0.98


def fake_candidate(coefficient_of):
    """A logistic model whose first coefficient is what the setting says."""

    def refit(setting, scores, labels):
        pipeline = make_pipeline(StandardScaler(), LogisticRegression())
        pipeline.fit(np.nan_to_num(scores, nan=1.0), labels)
        pipeline[-1].coef_[0, 0] = coefficient_of[setting["C"]]
        return Nan0(pipeline)

    return Candidate(tuple({"C": c} for c in coefficient_of), refit, repeats=1)


class Nan0:
    """A fitted pipeline that reads a missing score as 1."""

    def __init__(self, pipeline):
        self._pipeline = pipeline
        self.classes_ = pipeline.classes_

    def __getitem__(self, index):
        return self._pipeline[index]

    def predict_proba(self, scores):
        return self._pipeline.predict_proba(np.nan_to_num(scores, nan=1.0))


def test_a_coefficient_against_its_direction_is_fitted_again_more_regularised(dataset):
    # The last setting fits best by far; its sign and that of the one before are wrong
    candidate = fake_candidate({0.1: 0.6, 0.2: 0.5, 0.3: -0.01, 1.0: -0.1})

    fitted = fit(candidate, dataset, schema, folds=3)

    assert coefficients(fitted.pipeline)[0] > 0
    assert fitted.setting["C"] in (0.1, 0.2)


def test_a_refit_steps_back_one_setting_at_a_time(dataset, monkeypatch):
    candidate = fake_candidate({0.1: 0.6, 0.2: 0.5, 0.3: -0.01, 1.0: -0.1})
    monkeypatch.setattr("training.fit.np.argmin", lambda losses: 3)

    fitted = fit(candidate, dataset, schema, folds=3)

    assert fitted.setting == {"C": 0.2}
    assert fitted.refits == 2


def test_a_model_that_cannot_keep_its_direction_is_refused(dataset):
    with pytest.raises(WrongDirection, match="clump_thickness"):
        fit(fake_candidate({0.1: -0.2, 1.0: -0.1}), dataset, schema, folds=3)


def test_directions_are_those_of_the_positive_class_wherever_sklearn_puts_it(fitted):
    mirrored = schema._replace(positive="benign")

    assert wrong_signs(fitted.pipeline, schema) == []
    assert wrong_signs(fitted.pipeline, mirrored) == list(schema.names)


def test_probabilities_are_asked_for_by_class_name(dataset, fitted):
    one = positive_probabilities(fitted.pipeline, dataset.scores, schema)
    other = positive_probabilities(
        fitted.pipeline, dataset.scores, schema._replace(positive="benign")
    )

    assert one + other == pytest.approx(np.ones(699))
