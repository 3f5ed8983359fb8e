import json

import numpy as np
import pytest

from cytology.schema import load_schema, parse_schema
from training.dataset import DATA_PATH, DATA_SHA256, InvalidDataset, load_dataset

shipped_schema = load_schema()

small_schema = parse_schema(
    json.dumps(
        {
            "class_column": "weather",
            "classes": [{"name": "calm", "code": 0}, {"name": "storm", "code": 1}],
            "positive": "storm",
            "features": [
                {"name": "wind", "min": -2, "max": 5},
                {"name": "cloud", "min": 0, "max": 3, "may_be_missing": True},
            ],
        }
    )
)


def rows_of(*, calm=25, storm=25):
    lines = [f"{number % 3},{number % 4},0" for number in range(calm)]
    return lines + [f"{number % 6},{number % 4},1" for number in range(storm)]


def write(folder, lines, header="wind,cloud,weather"):
    path = folder / "mine.csv"
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def error_of(folder, lines, **options):
    with pytest.raises(InvalidDataset) as caught:
        load_dataset(small_schema, write(folder, lines, **options))
    return str(caught.value)


def test_the_shipped_table_has_the_known_counts():
    dataset = load_dataset(shipped_schema)

    assert dataset.scores.shape == (699, 9)
    assert (dataset.labels == "malignant").sum() == 241
    assert np.isnan(dataset.scores).sum(axis=0).tolist() == [0, 0, 0, 0, 0, 16, 0, 0, 0]
    assert np.unique(dataset.patients).size == 644  # 645 ids, two of them one patient
    assert np.bincount(dataset.periods)[1:].tolist() == [367, 70, 31, 17, 48, 49, 31, 86]
    assert dataset.sha256 == DATA_SHA256


def test_one_changed_label_in_the_shipped_table_is_caught_by_its_hash(tmp_path, monkeypatch):
    changed = tmp_path / DATA_PATH.name
    changed.write_bytes(DATA_PATH.read_bytes().replace(b"3,1,1,2\n", b"3,1,1,4\n", 1))
    monkeypatch.setattr("training.dataset.DATA_PATH", changed)

    with pytest.raises(InvalidDataset, match=f"sha256 must be {DATA_SHA256}"):
        load_dataset(shipped_schema, changed)


def test_a_table_of_ones_own_is_read_by_its_schema(tmp_path):
    dataset = load_dataset(small_schema, write(tmp_path, [*rows_of(), "-2,?,storm"]))

    assert dataset.scores[-1, 0] == -2
    assert np.isnan(dataset.scores[-1, 1])
    assert dataset.labels[-1] == "storm"  # a class may be given by its name too
    assert np.unique(dataset.patients).size == 51  # without ids every row stands alone


def test_every_error_of_a_table_is_named_at_once(tmp_path):
    text = error_of(tmp_path, ["9,1,0", "1,x,0", "?,1,0", "1,1,7", "--1,1,1"])

    assert text.splitlines() == [
        "row 1: wind must be a whole number from -2 to 5, got 9",
        "row 2: cloud must be a whole number from 0 to 3, got text",
        "row 3: wind may not be missing; give a whole number from -2 to 5",
        "row 5: wind must be a whole number from -2 to 5, got text",
        "no class column with known codes",
        "the class column holds other values than the known codes and names; the answers are not "
        "compared with it: say what its values mean with classes, as in classes=0:calm,1:storm",
    ]


def test_a_row_without_a_class_is_named(tmp_path):
    assert error_of(tmp_path, [*rows_of(), "1,1,"]) == (
        "row 51: weather is missing; state it, or delete the row"
    )


def test_more_errors_than_can_be_read_are_counted(tmp_path):
    assert error_of(tmp_path, ["9,1,0"] * 50).splitlines()[-1] == "and 30 more"


def test_an_empty_class_is_named(tmp_path):
    assert error_of(tmp_path, rows_of(storm=0)) == "weather: no row is storm"


def test_a_class_too_small_to_be_judged_is_named(tmp_path):
    assert "19 independent samples are storm; at least 20" in error_of(tmp_path, rows_of(storm=19))


def test_a_constant_feature_is_named(tmp_path):
    lines = [f"1,{number % 4},{number % 2}" for number in range(60)]

    assert error_of(tmp_path, lines) == "wind: constant, so nothing can be learnt from it"


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InvalidDataset, match=r"mine\.csv: No such file"):
        load_dataset(small_schema, tmp_path / "mine.csv")
