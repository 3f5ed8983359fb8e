"""Both engines serve from the same image, and a damaged model serves nothing."""

import hashlib
import json
import random
import shutil
from pathlib import Path

import joblib
import pytest

from cytology.schema import load_schema
from tests.support.model_files import exchange
from tests.support.samples import draw_rows
from tests.support.transports import (
    ARTIFACT,
    container,
    http_event,
    invoke_emulator,
    running_container,
)

MODEL_DIR = "/opt/ml/model"
TYPE = {"content-type": "application/json"}
SAMPLES = 1000


@pytest.fixture(scope="module")
def bodies():
    """Random rows over the whole range, some with gaps."""
    rows = draw_rows(random.Random(20261123), SAMPLES, load_schema())
    return json.dumps({"samples": rows})


def predict(transport, body):
    answer = transport.request("POST", "/v1/predict", TYPE, body)
    assert answer.status == 200, answer.body
    return answer.json()


def test_both_engines_give_equal_probabilities_in_the_image(image, bodies):
    with container(image=image) as compiled, container({"MODEL_ENGINE": "sklearn"}) as reference:
        ours, theirs = predict(compiled, bodies), predict(reference, bodies)

    assert ours["model"]["engine"] == "compiled"
    assert theirs["model"]["engine"] == "sklearn"
    pairs = list(zip(ours["predictions"], theirs["predictions"], strict=True))
    assert len(pairs) == SAMPLES
    assert max(abs(a["probability"] - b["probability"]) for a, b in pairs) <= 1e-12
    assert all(a["label"] == b["label"] for a, b in pairs)


@pytest.mark.parametrize("engine", ["compiled", "sklearn"])
def test_a_random_forest_is_served_by_both_engines_of_the_same_image(engine, image, forest_dir):
    volume = ("--volume", f"{forest_dir}:{MODEL_DIR}:ro")
    settings = {"MODEL_ENGINE": engine, **hash_of(forest_dir)}
    with container(settings, *volume, image=image) as transport:
        benign = predict(transport, "[5, 1, 1, 1, 2, 1, 3, 1, 1]")
        malignant = predict(transport, "[8, 7, 5, 10, 7, 9, 5, 5, 4]")

    assert benign["model"]["engine"] == engine
    assert benign["predictions"][0]["label"] == "benign"
    assert malignant["predictions"][0]["label"] == "malignant"
    assert malignant["predictions"][0]["contributions_reference"] == "training_median"


def test_a_skops_artifact_is_served_by_the_same_image(image, artifact_dir, tmp_path):
    directory = shutil.copytree(artifact_dir, tmp_path / "model")
    exchange(directory, joblib.load(directory / "model.joblib"))
    volume = ("--volume", f"{directory}:{MODEL_DIR}:ro")
    settings = {"MODEL_ENGINE": "sklearn", **hash_of(directory)}
    with container(settings, *volume, image=image) as transport:
        answer = predict(transport, "[5, 1, 1, 1, 2, 1, 3, 1, 1]")
    with container(image=image) as compiled:
        expected = predict(compiled, "[5, 1, 1, 1, 2, 1, 3, 1, 1]")

    assert answer["model"]["engine"] == "sklearn"
    assert answer["predictions"][0]["probability"] == pytest.approx(
        expected["predictions"][0]["probability"], abs=1e-12
    )


@pytest.mark.parametrize(("name", "engine"), [("model.json", ""), ("model.joblib", "sklearn")])
def test_a_damaged_file_stops_start_up_and_is_named(name, engine, image, tmp_path):
    model = shutil.copytree(ARTIFACT, tmp_path / "model")
    content = (model / name).read_bytes()
    (model / name).write_bytes(bytes([content[0] ^ 1]) + content[1:])
    error = start_up_error(image, model, {"MODEL_ENGINE": engine})

    assert error["errorType"] == "ArtifactMismatch"
    assert name in error["errorMessage"]


def test_an_unknown_engine_fails_at_start_up_by_name(image):
    error = start_up_error(image, ARTIFACT, {"MODEL_ENGINE": "onnx"})

    assert error["errorType"] == "InvalidSetting"
    assert "MODEL_ENGINE" in error["errorMessage"]


def start_up_error(image, model, environment):
    """The runtime's report of why the function did not start; it must not answer."""
    environment = hash_of(model) | environment
    with running_container(image, environment, "--volume", f"{model}:{MODEL_DIR}:ro") as port:
        error = invoke_emulator(port, http_event("GET", "/v1/health", {}, None))
    assert "statusCode" not in error
    return error


def hash_of(model) -> dict[str, str]:
    """The setting without which the image serves its own manifest only."""
    path = Path(model) / "manifest.json"
    content = path.read_bytes() if path.exists() else b""
    return {"MODEL_SHA256": hashlib.sha256(content).hexdigest()}


def test_another_manifest_than_the_image_s_is_refused(image, forest_dir):
    error = start_up_error(image, forest_dir, {"MODEL_SHA256": ""})

    assert "sha256 of manifest.json" in error["errorMessage"]
