"""A shift is found, chance is not called one, and what is read back is only what was counted."""

import numpy as np
import pytest

from cytology.artifact import POPULATION
from cytology.levels import levels_of
from cytology.population import count_population, parse_population
from training.dataset import DATA_PATH, as_rows
from training.drift.__main__ import main
from training.drift.psi import FEWEST_JUDGED, judge, stability_index

REFERENCE = {"flat": (100, 100, 100, 100), "steep": (360, 20, 10, 10)}


@pytest.fixture(scope="module")
def population(artifact):
    return parse_population(artifact.read(POPULATION))


def drawn(shares, size, seed):
    return np.random.default_rng(seed).multinomial(size, shares).tolist()


# -- the index -------------------------------------------------------------------------------------


def test_the_index_is_its_formula():
    before, after = np.array([300, 100]), np.array([100, 300])
    p, q = 300.5 / 401, 100.5 / 401

    assert stability_index(before, after) == pytest.approx(2 * (p - q) * np.log(p / q))


def test_equal_histograms_have_no_index_and_the_order_of_two_does_not_matter():
    one, other = np.array([5, 0, 9]), np.array([1, 2, 30])

    assert stability_index(one, one) == 0
    assert stability_index(one, other) == pytest.approx(stability_index(other, one))


def test_too_few_samples_are_not_judged_however_different():
    found = {"flat": [FEWEST_JUDGED - 1, 0, 0, 0], "steep": [0, 0, 0, FEWEST_JUDGED]}

    flat, steep = judge(REFERENCE, found)

    assert (flat.samples, flat.shifted) == (FEWEST_JUDGED - 1, False)
    assert np.isnan(flat.psi)
    assert steep.shifted


def test_a_histogram_that_was_never_counted_is_not_judged():
    flat, _ = judge(REFERENCE, {})

    assert (flat.samples, flat.shifted) == (0, False)


def test_few_samples_without_shift_exceed_the_customary_limit_and_are_not_called_shifted():
    shares = np.array(REFERENCE["flat"]) / 400
    small = [drawn(shares, 50, seed) for seed in range(40)]
    raw = [float(stability_index(np.array(REFERENCE["flat"]), np.array(s))) for s in small]

    verdicts = [judge(REFERENCE, {"flat": counts})[0] for counts in small]

    # By the raw index every seventh or so would be a "moderate shift"
    assert sum(value > 0.1 for value in raw) >= 3
    assert sum(verdict.shifted for verdict in verdicts) <= 1
    assert abs(np.mean([verdict.psi for verdict in verdicts])) < 0.03


def test_many_samples_of_a_trifling_difference_are_not_called_shifted():
    trifling = {"flat": [26_000, 25_000, 25_000, 24_000], "steep": [90_000, 5_000, 2_500, 2_500]}
    reference = {name: tuple(100 * count for count in counts) for name, counts in REFERENCE.items()}

    flat, _ = judge(reference, trifling)

    assert flat.chance < 0.001
    assert flat.psi < 0.01
    assert not flat.shifted


@pytest.mark.parametrize("size", [200, 1_000])
def test_a_real_shift_is_found_and_the_interval_holds_its_size(size):
    after = np.array([0.1, 0.2, 0.3, 0.4])
    true = float(((after - 0.25) * np.log(after / 0.25)).sum())

    flat, steep = judge(
        REFERENCE,
        {"flat": drawn(after, size, 1), "steep": drawn([0.9, 0.05, 0.025, 0.025], size, 2)},
    )

    assert flat.shifted
    assert flat.low <= true <= flat.high
    assert flat.chance <= 0.005
    assert not steep.shifted


def test_two_checks_of_the_same_lines_say_the_same():
    found = {"flat": drawn([0.2, 0.2, 0.3, 0.3], 100, 4), "steep": [80, 10, 5, 5]}

    assert judge(REFERENCE, found) == judge(REFERENCE, found)


# -- simulated shifts of the real table ------------------------------------------------------------


def rows_of(dataset, mask, size, seed):
    picked = np.random.default_rng(seed).choice(np.flatnonzero(mask), size)
    return as_rows(dataset.scores[picked])


def shifted(population, rows, schema, scorecard):
    chances = [answer.probability for answer in scorecard.predict(rows, explain=False)]
    verdicts = judge(
        population, count_population(rows, chances, schema, levels_of(schema.features, {}))
    )
    return {verdict.name for verdict in verdicts if verdict.shifted}


@pytest.fixture(scope="module")
def scorecard(artifact):
    from runtime.engines import load_engine

    return load_engine(artifact, "compiled")


def test_a_change_of_base_rate_alone_is_found(dataset, population, schema, scorecard):
    benign = dataset.labels == "benign"
    rows = rows_of(dataset, benign, 270, 6) + rows_of(dataset, ~benign, 30, 7)

    assert "predicted probability" in shifted(population, rows, schema, scorecard)


def test_a_scorer_who_gives_one_point_more_is_found_by_the_feature(
    dataset, population, schema, scorecard
):
    rows = [
        (*row[:6], min(10, row[6] + 1), *row[7:])
        for row in rows_of(dataset, dataset.periods > 0, 300, seed=8)
    ]

    found = shifted(population, rows, schema, scorecard)

    assert "bland_chromatin" in found
    assert "clump_thickness" not in found


def test_a_score_that_is_missing_more_often_is_found(dataset, population, schema, scorecard):
    rows = [
        (*row[:5], None, *row[6:]) if position % 4 == 0 else row
        for position, row in enumerate(rows_of(dataset, dataset.periods > 0, 300, seed=9))
    ]

    assert "bare_nuclei" in shifted(population, rows, schema, scorecard)


# -- the command -----------------------------------------------------------------------------------


def part(tmp_path, name, lines):
    header, *rows = DATA_PATH.read_text().splitlines()
    path = tmp_path / name
    path.write_text("\n".join([header, *rows[lines]]) + "\n")
    return path


def test_the_training_table_itself_has_not_shifted(capsys):
    assert main(["--csv", str(DATA_PATH)]) == 0
    assert "SHIFTED" not in capsys.readouterr().out


def test_the_last_period_has_shifted_from_the_first(tmp_path, capsys):
    first, last = (
        part(tmp_path, "first.csv", slice(367)),
        part(tmp_path, "last.csv", slice(613, 699)),
    )

    assert main(["--csv", str(last), "--reference", str(first)]) == 1

    shown = [line for line in capsys.readouterr().out.splitlines() if line.endswith("SHIFTED")]
    assert [line for line in shown if line.startswith("bland_chromatin")]


def test_rows_that_break_a_rule_are_counted_and_left_out(tmp_path, capsys):
    table = part(tmp_path, "some.csv", slice(60))
    table.write_text(table.read_text() + "1,99,1,1,1,1,1,1,1,1,2\n")

    main(["--csv", str(table)])

    printed = capsys.readouterr()
    assert printed.err == "some.csv: 1 rows break a rule and are left out\n"
    assert " 60 " in printed.out


def test_too_few_samples_are_not_called_steady(tmp_path, capsys):
    assert main(["--csv", str(part(tmp_path, "few.csv", slice(49)))]) == 2
    assert "fewer than 50 samples" in capsys.readouterr().err


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"a,b\n1,2\n"])
def test_what_is_no_table_is_said_to_be_none(tmp_path, content, capsys):
    path = tmp_path / "table.csv"
    if content is not None:
        path.write_bytes(content)

    assert main(["--csv", str(path)]) == 2
    assert capsys.readouterr().err.startswith("nothing compared: ")


def test_a_damaged_artifact_is_named(tmp_path, capsys):
    assert main(["--csv", str(DATA_PATH), "--model-dir", str(tmp_path)]) == 2
    assert "manifest.json" in capsys.readouterr().err
