from pathlib import Path

import numpy as np
import pytest

from cytology.artifact import load_artifact
from cytology.schema import DEFAULT_SCHEMA_PATH, load_schema
from runtime.engines import load_engine
from training.candidates import CANDIDATES
from training.dataset import load_dataset
from training.model import Model, learn
from training.publish import write_artifact

schema = load_schema()


def rows_of(count, seed):
    random = np.random.default_rng(seed)
    rows = random.integers(1, 11, (count, 9)).tolist()
    for row in rows[::7]:
        row[5] = None
    return [tuple(row) for row in rows]


@pytest.fixture(scope="module")
def engines(trained):
    artifact = load_artifact(str(trained[0]))
    return load_engine(artifact, "compiled"), load_engine(artifact, "sklearn")


def test_both_engines_give_the_same_answer_and_the_same_nearest_changes(engines):
    rows = rows_of(25, 1)
    # One by one: a request asks the model a limited number of times
    scorecard, sklearn = (
        [engine.predict([row], explain=True)[0] for row in rows] for engine in engines
    )

    for one, other in zip(scorecard, sklearn, strict=True):
        assert one.probability == pytest.approx(other.probability, abs=1e-12)
        assert (one.label, one.prediction_set) == (other.label, other.prediction_set)
        assert one.reasons.what_would_change == other.reasons.what_would_change
        assert one.reasons.fragility == pytest.approx(other.reasons.fragility, abs=0.1)


def test_contributions_add_up_to_the_log_odds_before_the_link(engines, trained):
    for engine in engines:
        for answer in engine.predict(rows_of(20, 2), explain=True):
            total = answer.reasons.base + sum(answer.reasons.contributions)
            link = trained[1].model.decision.link
            assert link.probability(total) == pytest.approx(answer.probability, abs=1e-9)


def test_the_named_change_changes_the_label(engines):
    scorecard, _ = engines
    for row, answer in zip(
        rows_of(50, 3), scorecard.predict(rows_of(50, 3), explain=True), strict=True
    ):
        for index, score in enumerate(answer.reasons.what_would_change):
            if score is not None:
                changed = (*row[:index], score, *row[index + 1 :])
                assert scorecard.predict([changed], explain=False)[0].label != answer.label


def test_without_being_asked_no_reasons_are_given(engines):
    for engine in engines:
        (answer,) = engine.predict([(5, 4, 4, 5, 7, 10, 3, 2, 1)], explain=False)
        assert answer.reasons is None


def test_an_answer_that_a_slip_can_turn_is_called_fragile(engines):
    for engine in engines:
        (answer,) = engine.predict([(5, 4, 4, 3, 2, 2, 3, 2, 1)], explain=True)
        codes = [caution.code for caution in answer.warnings]
        assert answer.reasons.fragility > 0.1
        assert "fragile" in codes


@pytest.fixture(scope="module")
def forest(tmp_path_factory):
    """A small forest: fast to learn, and nothing additive about it."""
    folder = tmp_path_factory.mktemp("forest") / "artifact"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.compiled.RANDOM_ROWS", 1_000)
        patch.setattr("training.fit.TUNING_FOLDS", 3)
        candidate = CANDIDATES["random-forest"](schema)
        setting = candidate.settings[:1]
        patch.setitem(CANDIDATES, "forest", lambda _: candidate._replace(settings=setting))
        model: Model = learn("forest", load_dataset(schema), schema)
    write_artifact(
        folder,
        model=model,
        schema=schema,
        schema_content=Path(DEFAULT_SCHEMA_PATH).read_bytes(),
        population={},
        report={},
        facts={},
    )
    artifact = load_artifact(str(folder))
    return load_engine(artifact, None), load_engine(artifact, "sklearn")


def test_a_compiled_forest_gives_the_answers_of_scikit_learn(forest):
    compiled, sklearn = (engine.predict(rows_of(100, 6), explain=False) for engine in forest)

    assert forest[0].name == "compiled"
    assert compiled == sklearn


def test_a_model_that_is_no_sum_has_exact_contributions_and_estimates_its_fragility(forest):
    (answer,) = forest[0].predict([(5, 4, 4, 3, 2, None, 3, 2, 1)], explain=True)

    assert answer.reasons.exact
    assert not answer.reasons.fragility_exact


def test_a_forests_named_change_changes_its_label(forest):
    rows = rows_of(12, 4)
    for row, answer in zip(rows, forest[0].predict(rows, explain=True), strict=True):
        for index, score in enumerate(answer.reasons.what_would_change):
            if score is not None:
                changed = (*row[:index], score, *row[index + 1 :])
                assert forest[0].predict([changed], explain=False)[0].label != answer.label


def test_rows_explained_together_or_alone_get_the_same_reasons(forest):
    rows = rows_of(5, 5)

    together = forest[0].predict(rows, explain=True)

    assert together == [forest[0].predict([row], explain=True)[0] for row in rows]
