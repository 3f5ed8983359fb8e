"""The preflight hook, in the real container, with AWS played on the container's own loopback."""

import json
import shutil
import subprocess
import uuid
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.image import ROOT
from tests.support.transports import invoke_emulator, running_container

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
    """The running hook: a function that invokes it, and one that reads what CodeDeploy was told."""
    label = f"preflight-{uuid.uuid4().hex[:12]}"
    options = ["--volume", f"{STUB}:/stub.py:ro", "--volume", f"{model}:/opt/ml/model:ro"]
    options += ["--label", label]
    with running_container(
        image, ENVIRONMENT, *options, command=("preflight.app.handler",)
    ) as port:
        find = ["docker", "ps", "--quiet", "--filter", f"label={label}"]
        name = subprocess.run(find, capture_output=True, text=True, check=True).stdout.strip()
        serve = ["docker", "exec", "--detach", "--env", "PYTHONPATH=/var/task", name]
        subprocess.run([*serve, "python", "/stub.py"], check=True)

        def verdict():
            read = ["docker", "exec", name, "cat", "/tmp/verdict.json"]
            return json.loads(subprocess.run(read, capture_output=True, check=True).stdout)

        yield lambda: invoke_emulator(port, EVENT), verdict


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


def test_the_image_holds_boto3_for_the_hook_alone(image):
    code = "import os; print(*os.listdir('/var/task'), *os.listdir('/opt/python'))"
    ran = subprocess.run(
        ["docker", "run", "--rm", "--entrypoint", "python", image, "-I", "-c", code],
        capture_output=True,
        text=True,
        check=True,
    )

    assert not {"boto3", "botocore", "aws_lambda_powertools"} & set(ran.stdout.split())
