"""What watches the model, in the real container: the challenger's shadow and the drift check."""

import hashlib
import json
import shutil
import subprocess
import time
import uuid
from contextlib import contextmanager
from pathlib import Path

from tests.image import ROOT
from tests.transports import as_answer, http_event, invoke_emulator, running_container

STUB = Path(__file__).with_name("aws_stub.py")
SAMPLES = json.dumps({"samples": [[5, 1, 1, 1, 2, 1, 3, 1, 1], [10] * 9]})
EVENT = http_event("POST", "/v1/predict", {"content-type": "application/json"}, SAMPLES)


@contextmanager
def watched(image, environment, *options, command=()):
    """A running container: a function that invokes it, its name, and one that reads its metrics."""
    label = f"watch-{uuid.uuid4().hex[:12]}"
    with running_container(image, environment, "--label", label, *options, command=command) as port:
        find = ["docker", "ps", "--quiet", "--filter", f"label={label}"]
        name = subprocess.run(find, capture_output=True, text=True, check=True).stdout.strip()

        def metrics(wanted):
            # The emulator hands lines on a moment after the answer
            for _ in range(100):
                read = ["docker", "logs", name]
                ran = subprocess.run(read, capture_output=True, text=True, check=True)
                for line in (ran.stdout + ran.stderr).splitlines():
                    if line.startswith('{"_aws"') and wanted in line:
                        return json.loads(line)
                time.sleep(0.1)
            raise AssertionError(f"no line of {wanted}")

        yield lambda event: invoke_emulator(port, event), name, metrics


def answered(invoke):
    return as_answer(invoke(EVENT)).json()


def challenger(directory: Path) -> Path:
    """The model that serves, but for its threshold: everything is malignant to it."""
    shutil.copytree(ROOT / "artifact", directory)
    decision = json.loads((directory / "decision.json").read_text()) | {"threshold": 1e-9}
    content = json.dumps(decision).encode()
    (directory / "decision.json").write_bytes(content)
    manifest = json.loads((directory / "manifest.json").read_text())
    manifest["files"]["decision.json"]["sha256"] = hashlib.sha256(content).hexdigest()
    (directory / "manifest.json").write_text(json.dumps(manifest))
    return directory


def test_a_challenger_in_the_container_is_counted_and_changes_no_answer(image, tmp_path):
    directory = challenger(tmp_path / "challenger")
    carried = f"{directory}:/opt/ml/challenger:ro"
    with watched(image, {}) as (invoke, _, _):
        alone = answered(invoke)
    switch = {"CHALLENGER_DIR": "/opt/ml/challenger"}
    with watched(image, switch, "--volume", carried) as (invoke, _, metrics):
        shadowed = answered(invoke)
        found = metrics("ShadowSamples")

    assert shadowed == alone
    assert (found["ShadowSamples"], found["ShadowDisagreements"]) == ([2.0], [1.0])


def test_an_image_without_a_challenger_serves_when_one_is_asked_for(image):
    with watched(image, {"CHALLENGER_DIR": "/opt/ml/challenger"}) as (invoke, name, metrics):
        assert len(answered(invoke)["predictions"]) == 2
        assert metrics("ShadowFailed")["ShadowFailed"] == [1.0]
        # The folder itself is in every image: a model put there would be
        listing = ["docker", "exec", name, "ls", "/opt/ml/challenger"]
        ran = subprocess.run(listing, capture_output=True, text=True, check=True)
        assert "README.md" in ran.stdout


def test_the_drift_check_runs_in_the_image(image):
    environment = {
        "LOG_GROUP": "predict",
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9000",
    }
    options = ("--volume", f"{STUB}:/stub.py:ro")
    with watched(image, environment, *options, command=("drift.app.handler",)) as (
        invoke,
        name,
        metrics,
    ):
        serve = ["docker", "exec", "--detach", "--env", "PYTHONPATH=/var/task", name]
        subprocess.run([*serve, "python", "/stub.py"], check=True)
        found = invoke({})

        # The stub's log holds a hundred samples whose mitoses are all 10
        assert (found["judged"], found["shifted"]) == (1, ["mitoses"])
        assert metrics("HistogramsShifted")["HistogramsShifted"] == [1.0]
