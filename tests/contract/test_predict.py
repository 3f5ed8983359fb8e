"""POST /v1/predict with JSON."""

import csv
import math

import pytest

from tests.support.samples import BENIGN, NAMES, SCHEMA, UNSCORED, predict
from training.dataset import DATA_PATH


def first(transport, sample):
    answer = predict(transport, {"samples": [sample]})
    assert answer.status == 200
    return answer.json()["predictions"][0]


def data_rows(*numbers):
    with DATA_PATH.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [rows[number - 1] for number in numbers]


def test_the_first_and_fifteenth_row_of_the_data_get_their_true_class(transport):
    for row, label in zip(data_rows(1, 15), ("benign", "malignant"), strict=True):
        sample = {name: int(row[name]) for name in NAMES}
        assert SCHEMA.classes[["2", "4"].index(row["class"])].name == label
        assert first(transport, sample)["label"] == label


def test_an_answer_has_the_documented_shape(transport):
    answer = predict(transport, {"samples": [dict(zip(NAMES, BENIGN, strict=True)) | {"id": "a"}]})
    document = answer.json()
    assert set(document) == {"model", "predictions"}
    assert set(document["model"]) == {"name", "version", "engine"}
    (entry,) = document["predictions"]
    assert entry["id"] == "a"
    assert set(entry) == {
        "id",
        "label",
        "probability",
        "inconclusive",
        "prediction_set",
        "prediction_set_level",
        "threshold",
        "base",
        "contributions",
        "contributions_exact",
        "contributions_reference",
        "what_would_change",
        "fragility",
        "fragility_exact",
        "warnings",
    }
    assert tuple(entry["contributions"]) == NAMES


def test_the_link_turns_base_and_contributions_into_the_probability(transport):
    entry = first(transport, BENIGN)
    total = entry["base"] + sum(entry["contributions"].values())
    link = transport.request("GET", "/v1/model").json()["link"]
    p = 1 / (1 + math.exp(-total))
    odds = link["a"] * math.log(p) - link["b"] * math.log(1 - p) + link["c"]
    assert odds == pytest.approx(math.log(entry["probability"] / (1 - entry["probability"])))


def test_another_prevalence_moves_the_probability_and_keeps_the_label(transport):
    plain = predict(transport, {"samples": [BENIGN]}).json()
    rare = predict(transport, {"samples": [BENIGN]}, "?prevalence=0.01").json()

    one, other = plain["predictions"][0], rare["predictions"][0]
    assert rare["prevalence"] == 0.01
    assert "prevalence" not in plain
    assert other["probability"] < one["probability"]
    assert other["threshold"] < one["threshold"]
    assert (other["label"], other["prediction_set"]) == (one["label"], one["prediction_set"])


def test_the_body_may_state_the_prevalence_instead_of_the_query(transport):
    asked = {"samples": [BENIGN], "prevalence": 0.01}
    by_query = predict(transport, {"samples": [BENIGN]}, "?prevalence=0.01").json()

    assert predict(transport, asked).json() == by_query
    assert predict(transport, asked, "?prevalence=0.01").status == 400


@pytest.mark.parametrize("asked", [0, 1, True, "often", [0.1], None])
def test_a_prevalence_in_the_body_that_is_no_share_is_refused(transport, asked):
    answer = predict(transport, {"samples": [BENIGN], "prevalence": asked})
    assert answer.status == (200 if asked is None else 400)


@pytest.mark.parametrize("asked", ["0", "1", "often", "nan", "-1", "1e999"])
def test_a_prevalence_that_is_no_share_is_refused(transport, asked):
    answer = predict(transport, {"samples": [BENIGN]}, f"?prevalence={asked}")
    assert answer.status == 400


def test_one_bare_sample_needs_no_wrapping(transport):
    bare = dict(zip(NAMES, BENIGN, strict=True))
    wrapped = predict(transport, {"samples": [bare]}).json()
    assert predict(transport, bare).json() == wrapped


def test_a_missing_score_is_answered_with_its_range_and_a_warning(transport):
    entry = first(transport, UNSCORED)
    low, high = entry["probability_range"]
    assert low <= entry["probability"] < high
    assert entry["warnings"][0]["code"] == "missing_score"
    assert first(transport, [*UNSCORED[:5], "?", *UNSCORED[6:]]) == entry


def test_valid_rows_are_answered_beside_invalid_ones(transport):
    answer = predict(transport, {"samples": [BENIGN, [1, 2], BENIGN, {"mitoses": 12}]})
    document = answer.json()
    assert answer.status == 200
    assert [entry is None for entry in document["predictions"]] == [False, True, False, True]
    assert {error["sample"] for error in document["errors"]} == {1, 3}
    assert {
        "sample": 3,
        "field": "mitoses",
        "code": "out_of_range",
        "message": "mitoses must be a whole number from 1 to 10, got 12",
    } in document["errors"]


def test_reasons_come_by_themselves_up_to_a_hundred_samples(transport):
    few, many = (
        predict(transport, {"samples": [BENIGN] * count}).json()["predictions"][0]
        for count in (100, 101)
    )
    assert "contributions" in few
    assert "contributions" not in many
    assert few["probability"] == many["probability"]


@pytest.mark.parametrize(("asked", "given"), [("true", True), ("false", False)])
def test_reasons_can_be_asked_for_or_refused(transport, asked, given):
    entry = predict(transport, {"samples": [BENIGN] * 101}, f"?explain={asked}").json()
    assert ("contributions" in entry["predictions"][0]) is given


def test_the_same_request_gives_the_same_bytes(transport):
    sample = {"samples": [BENIGN, UNSCORED]}
    assert predict(transport, sample).body == predict(transport, sample).body


def test_ten_thousand_samples_are_one_request(transport):
    answer = predict(transport, {"samples": [BENIGN] * 10_000}, "?explain=true")
    document = answer.json()
    assert answer.status == 200
    assert len(document["predictions"]) == 10_000
    assert "too large to send" in document["notes"][0]
