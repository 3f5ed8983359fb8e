import json

import numpy as np
import pytest

from cytology.schema import load_schema
from tests.support.paths import ROOT
from training import evaluate
from training.evaluation import protocol
from training.evaluation.choice import BASELINE, Contender, choose
from training.evaluation.figures import Predicted
from training.evaluation.gates import failed_gates, is_leak
from training.evaluation.intervals import (
    difference,
    measure_repeats,
    patient_weights,
    with_interval,
)
from training.evaluation.protocol import FAST, FULL, protocol_hash
from training.evaluation.rounding import rounded
from training.evaluation.runner import Task, run

schema = load_schema()


# gates


def good_figures(**changes):
    values = {
        "accuracy_at_half": 0.966, "calibration_shape": 0.5,
        "auc": 0.994, "log_loss": 0.094, "ece": 0.025,
        "calibration_slope": 1.07, "nested_sensitivity": 0.985, "nested_specificity": 0.962,
        "coverage_positive": 0.99, "coverage_negative": 0.99, "inconclusive": 0.097,
        "conclusive_accuracy": 0.99,
    }  # fmt: skip
    return {name: {"value": value} for name, value in (values | changes).items()}


@pytest.mark.parametrize(("auc", "status"), [(0.994, 0), (0.9, 1)])
def test_the_command_exits_by_its_gates(auc, status, monkeypatch, tmp_path, capsys):
    document = json.loads((ROOT / "docs" / "report.json").read_text())
    chosen = document["candidates"][document["chosen"]["estimator"]]
    chosen["figures"]["auc"]["value"] = auc
    monkeypatch.setattr(evaluate, "evaluate", lambda *_: document)

    assert evaluate.main(["--fast", "--out", str(tmp_path / "report.json")]) == status
    assert ("auc" in capsys.readouterr().err) == bool(status)


def test_figures_as_measured_pass_every_gate():
    assert failed_gates(good_figures(), full=True) == []


@pytest.mark.parametrize(
    ("figure", "value"),
    [
        ("accuracy_at_half", 0.961), ("calibration_shape", 0.009),
        ("auc", 0.991), ("log_loss", 0.101), ("ece", 0.036),
        ("calibration_slope", 0.84), ("calibration_slope", 1.26), ("nested_sensitivity", 0.979),
        ("nested_specificity", 0.954), ("coverage_positive", 0.984), ("coverage_negative", 0.984),
        ("inconclusive", 0.121), ("conclusive_accuracy", 0.987), ("calibration_slope", None),
    ],
)  # fmt: skip
def test_each_gate_fails_beyond_its_limit_and_says_so(figure, value):
    (failure,) = failed_gates(good_figures(**{figure: value}), full=True)

    assert failure.startswith(f"{figure} must be")


def test_an_accuracy_above_ninety_eight_percent_is_taken_for_leakage():
    figures = good_figures(accuracy_at_half=0.9801)

    assert is_leak(figures)
    assert any("labels leak" in failure for failure in failed_gates(figures, full=False))


def test_the_fast_protocol_does_not_judge_what_it_cannot_measure():
    assert failed_gates(good_figures(inconclusive=0.15), full=False) == []
    assert failed_gates(good_figures(auc=0.9), full=False)


# choice


def contender(loss, *, noise=0.0, slope=1.0, monotone=True, seed=0):
    random = np.random.default_rng(seed)
    losses = loss + noise * random.standard_normal(200)
    return Contender(
        losses - losses.mean() + loss, {"ece": 0.02, "calibration_slope": slope}, monotone
    )


weights = np.random.default_rng(0).poisson(1, (300, 200)).astype(float)


baseline = {BASELINE: contender(0.2, noise=0.05, seed=9)}


def test_the_simplest_within_one_standard_error_is_chosen():
    choice = choose(
        baseline
        | {
            "stump": contender(0.15, noise=0.05, seed=1),
            "line": contender(0.101, noise=0.05, seed=2),
            "forest": contender(0.100, noise=0.05, seed=3),
        },
        weights,
    )

    assert (choice.name, choice.best) == ("line", "forest")
    assert choice.verdicts[1].objections == ("more than one standard error behind the best",)


def test_what_is_hard_for_all_candidates_does_not_widen_the_error():
    hard = np.where(np.arange(200) < 20, 2.0, 0.0)
    simple, best = contender(0.11), contender(0.10)

    choice = choose(
        {
            BASELINE: contender(0.5),
            "simple": simple._replace(losses=simple.losses + hard),
            "best": best._replace(losses=best.losses + hard),
        },
        weights,
    )

    assert choice.name == "best"


def test_neither_a_falling_nor_a_miscalibrated_model_is_chosen():
    choice = choose(
        baseline
        | {
            "falls": contender(0.1, monotone=False),
            "slanted": contender(0.1, slope=1.3),
            "sound": contender(0.1),
        },
        weights,
    )

    assert choice.name == "sound"
    assert choice.verdicts[1].objections == ("a higher score can lower the probability",)
    assert choice.verdicts[2].objections == ("calibration_slope must be 0.85 to 1.25, found 1.300",)


def test_the_baseline_is_never_chosen_and_neither_is_what_it_beats():
    choice = choose({BASELINE: contender(0.100), "line": contender(0.101)}, weights)

    assert (choice.name, choice.best) == (None, BASELINE)
    assert choice.verdicts[1].objections[0] == "no better than the baseline"


def test_without_a_sound_candidate_nothing_is_chosen():
    choice = choose(baseline | {"slanted": contender(0.1, slope=float("nan"))}, weights)

    assert (choice.name, choice.best) == (None, "slanted")


# intervals


def test_a_patients_samples_come_and_go_together(dataset):
    drawn = patient_weights(dataset, FAST)

    many = dataset.patients == "1182404"  # six samples
    assert many.sum() == 6
    assert (drawn[:, many] == drawn[:, many][:, :1]).all()
    assert drawn.sum(axis=1).mean() == pytest.approx(699, rel=0.01)


def test_the_interval_holds_the_value_and_differences_are_paired(dataset):
    random = np.random.default_rng(1)
    positive = dataset.labels == "malignant"
    odds = np.where(positive, 2.0, -2.0) + 1.5 * random.standard_normal(699)
    probability = 1 / (1 + np.exp(-odds))
    judged = Predicted(
        positive, probability, probability > 0.1, probability < 0.9, probability > 0.1
    )
    drawn = patient_weights(dataset, FAST)

    one = measure_repeats([judged], drawn)

    found = with_interval(one.figures["auc"], one.draws["auc"])
    assert found["low"] < found["value"] < found["high"]
    assert difference(one, one, "auc") == {"value": 0.0, "low": 0.0, "high": 0.0}


def test_what_has_no_value_has_no_interval():
    nothing = {"value": None, "low": None, "high": None}

    assert with_interval(float("nan"), np.full(10, np.nan)) == nothing


# protocol hash


def test_the_hash_changes_with_numbers_and_rules_but_not_with_wordings():
    digest = protocol_hash(FULL, schema)
    reworded = schema._replace(
        title="other", features=tuple(f._replace(help="?") for f in schema.features)
    )
    widened = schema._replace(features=tuple(f._replace(maximum=11) for f in schema.features))

    assert protocol_hash(FULL, reworded) == digest
    assert protocol_hash(FULL, widened) != digest
    assert protocol_hash(FULL._replace(seed=1), schema) != digest
    assert protocol_hash(FAST, schema) != digest


def test_the_hash_changes_with_code_but_not_with_comments():
    code = '"""Says one thing."""\n\n\ndef f(x):\n    """Doubles."""\n    return 2 * x\n'
    reworded = '"""Says."""\n\ndef f(x):  # the trap\n    """Twice."""\n\n    return 2 * x\n'
    changed = code.replace("2 * x", "3 * x")

    assert protocol._code_only(code) == protocol._code_only(reworded)
    assert protocol._code_only(code) != protocol._code_only(changed)


# runner


def work(number):
    return {"answer": number}


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path):
    (tmp_path / "one.json").write_text(json.dumps({"answer": "kept"}))

    results = run([Task("one", work, (1,)), Task("two", work, (2,))], tmp_path)

    assert results == {"one": {"answer": "kept"}, "two": {"answer": 2}}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.json", "two.json"]


# rounding


def test_figures_are_cut_to_what_every_machine_agrees_on():
    assert rounded({"a": [0.1 + 0.2, float("nan")], "b": (1, True, "x", None)}) == {
        "a": [0.3, None],
        "b": [1, True, "x", None],
    }
