"""A model with a feature of each kind, asked through every route."""

import json
import struct

import pytest

from cytology.artifact import load_artifact
from cytology.classifier import load_model
from cytology.link import Link
from predict.requests import Request
from predict.routes import answer
from predict.service import load_service
from preflight.verdict import judge
from runtime.settings import read_settings
from tests.support import ferry
from tools.openapi import build

CALM, STORM = [2, 0.4, "middle"], [8, 14.5, "bow"]
UNKNOWN_SEAT = [4, 6.25, None]


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ferry") / "artifact"
    ferry.write_ferry(folder)
    return folder


@pytest.fixture(scope="module")
def service(directory):
    return load_service(read_settings({"MODEL_DIR": str(directory)}))


@pytest.fixture
def ask(service):
    def send(path, body=None, kind="application/json", **query):
        method = "GET" if body is None else "POST"
        text = body if isinstance(body, str | None) else json.dumps(body)
        request = Request("1", method, path, {"content-type": kind}, query, text, False)
        reply = answer(service, request)
        return json.loads(reply.body)

    return send


def test_a_sample_of_every_kind_is_answered_with_its_reasons(ask):
    named = dict(zip(ferry.SCHEMA.names, STORM, strict=True))
    calm, storm = ask("/v1/predict", {"samples": [CALM, named]})["predictions"]

    assert (calm["label"], storm["label"]) == ("well", "seasick")
    link = Link(**ask("/v1/model")["link"])
    for entry in (calm, storm):
        odds = entry["base"] + sum(entry["contributions"].values())
        assert link.probability(odds) == pytest.approx(entry["probability"], abs=1e-9)
        assert 0 <= entry["fragility"] <= 1


def test_what_would_change_is_a_value_of_the_feature_that_changes_the_label(ask):
    (entry,) = ask("/v1/predict", {"samples": [[4, 6.25, "middle"]]})["predictions"]
    changes = {name: new for name, new in entry["what_would_change"].items() if new is not None}

    assert changes
    for name, value in changes.items():
        changed = dict(zip(ferry.SCHEMA.names, [4, 6.25, "middle"], strict=True)) | {name: value}
        (other,) = ask("/v1/predict", {"samples": [changed]})["predictions"]
        assert other["label"] != entry["label"], name


def test_a_missing_category_is_averaged_over_and_its_range_stated(ask):
    (entry,) = ask("/v1/predict", {"samples": [UNKNOWN_SEAT]})["predictions"]
    filled = [[4, 6.25, seat] for seat in ("bow", "middle", "stern")]
    tried = [p["probability"] for p in ask("/v1/predict", {"samples": filled})["predictions"]]

    assert entry["probability_range"] == pytest.approx([min(tried), max(tried)])
    assert min(tried) < entry["probability"] < max(tried)
    assert entry["warnings"][0]["message"].startswith("seat is missing; the probability is the ")
    assert "average over the values that it could have" in entry["warnings"][0]["message"]


def test_a_table_is_scored_and_compared_with_its_classes(ask):
    found = ask("/v1/predict", ferry.table(100), "text/csv")

    assert found["summary"]["answered"] == 100
    assert found["summary"]["sensitivity"] > 0.9
    assert sum(sum(row.values()) for row in found["confusion"].values()) == 100
    assert {entry["class"] for entry in found["predictions"]} == {"well", "seasick"}
    assert ask("/invocations", ferry.table(2), "text/csv")["summary"]["answered"] == 2


def test_errors_name_the_rule_of_the_kind_and_repeat_no_value(ask):
    found = ask("/v1/predict", {"samples": [CALM, [9, 15.5, "aft"]]})

    assert [error["code"] for error in found["errors"]] == [
        "out_of_range",
        "out_of_range",
        "unknown_category",
    ]
    assert "aft" not in json.dumps(found)


def test_the_model_is_described_with_everything_that_a_form_needs(ask):
    found = ask("/v1/model")
    decks, waves, seat = found["features"]

    assert [feature["kind"] for feature in found["features"]] == ["whole", "real", "category"]
    assert (waves["unit"], waves["decimals"], waves["min"], waves["max"]) == ("m", 1, 0.0, 15.0)
    assert len(waves["levels"]["values"]) == len(waves["levels"]["bounds"]) + 1 <= 10
    assert "levels" not in decks
    assert seat["values"][0] == {"value": "bow", "label": "At the bow"}
    assert found["examples"] == ferry.DOCUMENT["examples"]
    assert found["translations"] == ferry.DOCUMENT["translations"]
    assert (found["gate"], found["class_labels"]["well"]) == (
        "The passenger is on board.",
        "Stays well",
    )


def infer(ask, inputs):
    outputs = ask("/v2/models/ferry-logistic/infer", {"inputs": inputs})["outputs"]
    return outputs[0]["data"]


def test_the_inference_protocol_takes_one_tensor_a_feature(ask):
    described = ask("/v2/models/ferry-logistic")["inputs"]
    assert [tensor["datatype"] for tensor in described] == ["INT64", "FP64", "BYTES"]

    columns = zip(CALM, STORM, strict=True)
    inputs = [
        tensor | {"shape": [2], "data": list(values)}
        for tensor, values in zip(described, columns, strict=True)
    ]
    assert infer(ask, inputs) == ["well", "seasick"]


def test_texts_behind_the_header_are_read_by_their_length(service):
    described = [("decks", "INT64", [2, 8]), ("wave_height", "FP64", [0.4, 14.5])]
    inputs = [{"name": n, "datatype": k, "shape": [2], "data": d} for n, k, d in described]
    tail = b"".join(struct.pack("<I", len(text)) + text for text in (b"middle", b"bow"))
    seat = {"name": "seat", "datatype": "BYTES", "shape": [2]}
    inputs.append(seat | {"parameters": {"binary_data_size": len(tail)}})
    header = json.dumps({"inputs": inputs})
    headers = {"inference-header-content-length": str(len(header))}
    path = "/v2/models/ferry-logistic/infer"
    body = header + tail.decode()

    reply = answer(service, Request("1", "POST", path, headers, {}, body, False))

    assert json.loads(reply.body)["outputs"][0]["data"] == ["well", "seasick"]


def test_openapi_follows_the_schema():
    from openapi_spec_validator import validate

    document = build(ferry.SCHEMA, "ferry-logistic")
    validate(document)
    properties = document["components"]["schemas"]["NamedSample"]["properties"]

    assert document["info"]["title"] == ferry.DOCUMENT["title"]
    assert properties["wave_height"]["type"] == "number"
    assert properties["wave_height"]["description"].endswith("Unit: m.")
    assert properties["seat"]["anyOf"][0] == {"enum": ["bow", "middle", "stern"]}
    text = json.dumps(document)
    assert "score" not in text.replace("Score tensors", "").replace("missing_score", "")
    assert "breast" not in text
    assert "malignant" not in text


def test_both_engines_agree_and_python_answers_the_same(directory, ask):
    verdict = judge(load_artifact(str(directory)), rows=500)
    (entry,) = ask("/v1/predict", {"samples": [STORM]})["predictions"]
    model = load_model(str(directory))

    assert verdict.engines == ("compiled", "sklearn")
    assert model.predict([STORM, [8, 14.5, float("nan")]])[0] == "seasick"
    assert model.predict_proba([STORM])[0][1] == entry["probability"]
