"""The preflight hook, in the real container, with AWS played on the container's own loopback."""

import json
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.containers import docker, started
from tests.support.image import ROOT

EVENT = {"DeploymentId": "d-1", "LifecycleEventHookExecutionId": "hook-1"}
STUB = ROOT / "tests" / "support" / "aws_stub.py"
ENVIRONMENT = {
    "NEW_VERSION": "predict:7",
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_SECRET_ACCESS_KEY": "x",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9000",
}


@contextmanager
def hook(image, model: Path):
    """Start the hook; yield functions that invoke it and that read the status it sent."""
    volumes = ("--volume", f"{STUB}:/stub.py:ro", "--volume", f"{model}:/opt/ml/model:ro")
    command = ("preflight.app.handler",)
    with started(image, *volumes, environment=ENVIRONMENT, command=command) as container:
        serve = ("exec", "--detach", "--env", "PYTHONPATH=/var/task", container.name)
        docker(*serve, "python", "/stub.py")

        def verdict():
            return json.loads(container.run_inside("cat /tmp/verdict.json"))

        yield lambda: container.ask(EVENT), verdict


def test_the_hook_passes_the_image_as_built(image):
    with hook(image, ROOT / "artifact") as (invoke, verdict):
        found = invoke()

        assert found["status"] == "Succeeded"
        assert found["engines"] == ["compiled", "sklearn"]
        assert verdict() == {
            "deploymentId": "d-1",
            "lifecycleEventHookExecutionId": "hook-1",
            "status": "Succeeded",
        }


@pytest.mark.parametrize("file", ["model.joblib", "model.json"])
def test_the_hook_stops_a_version_with_a_broken_artifact(file, image, tmp_path):
    model = tmp_path / "model"
    shutil.copytree(ROOT / "artifact", model)
    content = (model / file).read_bytes()
    (model / file).write_bytes(content[:-20])

    with hook(image, model) as (invoke, verdict):
        found = invoke()

        assert found["errorType"] == "PreflightFailed"
        assert verdict()["status"] == "Failed"
