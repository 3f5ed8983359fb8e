import io
import pickle

import joblib
import numpy as np
import pytest

from cytology.schema import load_schema
from training.candidates import CANDIDATES
from training.fit import positive_probabilities

schema = load_schema()


@pytest.fixture(scope="module", params=list(CANDIDATES))
def fitted(request, dataset):
    candidate = CANDIDATES[request.param](schema)
    return candidate.fit(candidate.settings[-1], dataset.scores, dataset.labels)


def pickled(pipeline):
    buffer = io.BytesIO()
    joblib.dump(pipeline, buffer)
    return buffer.getvalue()


class Recorder(pickle.Unpickler):
    """Notes the packages that a pickle asks for."""

    def find_class(self, module, name):
        self.packages.add(module.partition(".")[0])
        return super().find_class(module, name)


def test_a_fitted_candidate_is_made_of_scikit_learns_own_classes(fitted):
    recorder = Recorder(io.BytesIO(pickle.dumps(fitted)))
    recorder.packages = set()
    recorder.load()

    # _loss is scikit-learn's own compiled module; its splines are scipy's
    libraries = {"sklearn", "numpy", "scipy", "_loss"}
    assert recorder.packages <= libraries | {"builtins", "copyreg", "functools"}
    assert "sklearn" in recorder.packages


def test_a_fitted_candidate_reads_raw_scores_with_gaps(fitted, dataset):
    probabilities = positive_probabilities(fitted, dataset.scores, schema)

    positive = dataset.labels == "malignant"
    assert ((probabilities > 0.5) == positive).mean() > 0.9


def test_a_fitted_candidate_survives_its_file(fitted, dataset):
    loaded = joblib.load(io.BytesIO(pickled(fitted)))

    assert (
        positive_probabilities(loaded, dataset.scores, schema)
        == positive_probabilities(fitted, dataset.scores, schema)
    ).all()


def test_fitting_twice_gives_the_same_bytes(dataset):
    for make in CANDIDATES.values():
        candidate = make(schema)
        one, other = (
            candidate.fit(candidate.settings[0], dataset.scores, dataset.labels) for _ in range(2)
        )
        assert pickled(one) == pickled(other)


def test_the_plain_sum_knows_no_feature_from_another(dataset):
    candidate = CANDIDATES["plain-sum"](schema)
    pipeline = candidate.fit(candidate.settings[0], dataset.scores, dataset.labels)
    row = np.array([[1, 2, 3, 4, 5, 6, 7, 8, 9]], dtype=float)

    assert positive_probabilities(pipeline, row, schema) == pytest.approx(
        positive_probabilities(pipeline, row[:, ::-1], schema)
    )


@pytest.mark.parametrize("name", ["logistic", "boosted-stumps"])
def test_fits_that_share_work_answer_as_fits_of_their_own(name, dataset):
    part, candidate = dataset.take(np.arange(0, len(dataset.labels), 3)), CANDIDATES[name](schema)
    shared = list(candidate.fit_each(part.scores, part.labels))

    assert len(shared) == len(candidate.settings)
    for setting, pipeline in zip(candidate.settings, shared, strict=True):
        alone = candidate.fit(setting, part.scores, part.labels)
        expected = alone.predict_proba(dataset.scores)
        assert pipeline.predict_proba(dataset.scores) == pytest.approx(expected, abs=1e-12)
