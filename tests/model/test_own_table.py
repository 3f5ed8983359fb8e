import json

import numpy as np
import pytest
from sklearn.datasets import load_digits

from cytology.schema import load_schema
from predict.requests import Request
from predict.service import load_service, predict
from runtime.settings import read_settings
from training.__main__ import main
from training.card.render import model_card
from training.verify import verify


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    """Threes and eights, the middle 4 × 4 pixels from 0 to 16, as a table of one's own."""
    folder = tmp_path_factory.mktemp("digits")
    pixels, digit = load_digits(return_X_y=True)
    rows = np.isin(digit, [3, 8])
    pixels, digit = pixels[rows].astype(int), digit[rows]
    middle = [index for index in range(64) if 2 <= index // 8 < 6 and 2 <= index % 8 < 6]
    varying = [index for index in middle if np.ptp(pixels[:, index]) > 0]
    names = [f"pixel_{index // 8}_{index % 8}" for index in varying]
    table = [",".join([*names, "digit"])]
    table += [
        ",".join(map(str, [*values[varying], label]))
        for values, label in zip(pixels, digit, strict=True)
    ]
    (folder / "digits.csv").write_text("\n".join(table) + "\n")
    schema = {
        "name": "digits",
        "class_column": "digit",
        "classes": [{"name": "three", "code": 3}, {"name": "eight", "code": 8}],
        "positive": "eight",
        "features": [{"name": name, "min": 0, "max": 16} for name in names],
    }
    (folder / "digits.json").write_text(json.dumps(schema))
    return folder, pixels[:, varying].tolist(), digit.tolist()


@pytest.fixture(scope="module")
def artifact(digits):
    folder, _, _ = digits
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.compiled.RANDOM_ROWS", 1_000)
        patch.setattr("training.train.CACHE", folder / "cache")
        status = main(
            [
                *("--data", str(folder / "digits.csv")),
                *("--schema", str(folder / "digits.json")),
                *("--out", str(folder / "artifact")),
            ]
        )
    assert status == 0
    return folder / "artifact"


def ask(artifact, rows):
    service = load_service(read_settings({"MODEL_DIR": str(artifact)}))
    body = json.dumps({"samples": rows})
    headers = {"content-type": "application/json"}
    reply = predict(service, Request("1", "POST", "/v1/predict", headers, {}, body, False))
    return json.loads(reply.body)


def test_the_model_of_another_table_is_served(artifact, digits):
    _, pixels, labels = digits

    answer = ask(artifact, pixels[:60])

    names = {3: "three", 8: "eight"}
    right = [
        entry["label"] == names[label]
        for entry, label in zip(answer["predictions"], labels, strict=False)
    ]
    assert answer["model"]["name"] == "digits-logistic"
    assert answer["model"]["engine"] == "compiled"
    assert np.mean(right) > 0.9


def test_beyond_twelve_features_the_served_fragility_says_that_it_is_sampled(artifact, digits):
    (entry,) = ask(artifact, digits[1][:1])["predictions"]

    assert entry["fragility_exact"] is False
    assert 0 <= entry["fragility"] <= 1
    assert set(entry["what_would_change"]) == set(entry["contributions"])


def test_the_model_of_another_table_is_judged_and_described(artifact):
    report = json.loads((artifact / "report.json").read_text())
    card = model_card(report, load_schema(str(artifact / "features.json")), drawings=False)

    assert report["protocol"]["name"] == "fast"
    assert report["candidates"]["logistic"]["figures"]["accuracy"]["value"] > 0.85
    assert "digits" in card
    assert "Wolberg" not in card  # what people say of the shipped data is not said of another


def test_the_artifact_of_another_table_can_be_verified(artifact):
    assert "the fitted model gives the 5 golden predictions" in verify(artifact)
