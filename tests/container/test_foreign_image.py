"""The image holds whatever model is in artifact/: one answer of each foreign table's."""

import json
import shutil
import subprocess

import pytest

from cytology.artifact import load_artifact
from tests.support.foreign import TARGETS, artifact_of
from tests.support.image import ROOT, Unavailable, docker_problem, ensure_base
from tests.support.required import required
from tests.support.transports import container

#: What the Dockerfile copies; the layers of packages come from Docker's cache.
CONTEXT = ("cytology", "functions", "layers/sklearn", "requirements", ".dockerignore")


@pytest.fixture
def build(tmp_path):
    """Build the image of a checkout whose artifact/ is another one."""
    for name in CONTEXT:
        source = ROOT / name
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, tmp_path / name)

    def built(artifact):
        with required():
            if problem := docker_problem():
                raise Unavailable(problem)
            ensure_base()
        shutil.copytree(artifact, tmp_path / "artifact")
        command = ["docker", "build", "--quiet", "--file", "functions/predict/Dockerfile", "."]
        made = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stderr[-2000:]
        return made.stdout.strip()

    return built


@pytest.mark.parametrize("name", TARGETS)
def test_the_image_of_a_foreign_model_answers_its_golden_row(name, build):
    artifact = load_artifact(str(artifact_of(name)))
    golden = artifact.manifest["golden"][0]
    sample = dict(zip(artifact.schema.names, golden["row"], strict=True))
    body = json.dumps({"samples": [sample]})
    image = build(artifact_of(name))

    try:
        with container(image=image) as function:
            headers = {"content-type": "application/json"}
            answer = function.request("POST", "/v1/predict", headers, body).json()
    finally:
        subprocess.run(["docker", "rmi", "--force", image], capture_output=True, check=False)

    assert answer["model"]["version"] == artifact.version
    assert answer["predictions"][0]["probability"] == pytest.approx(golden["probability"])
