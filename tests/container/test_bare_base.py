"""The image builds on a base as bare as AWS's, and runs as Lambda runs it."""

import json
import shutil
import subprocess

import pytest

from cytology.artifact import load_artifact
from tests.support.containers import docker, started
from tests.support.foreign import artifact_of
from tests.support.image import BASE, ROOT
from tests.support.samples import BENIGN
from tests.support.transports import http_event

#: Lambda's own limits: its user, a root that is read-only but for /tmp, and no rights.
AS_LAMBDA = [
    *("--user", "993:990", "--read-only", "--tmpfs", "/tmp", "--network", "none"),
    *("--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--memory", "256m"),
]
SCRIPT = ROOT / "tests" / "container" / "base-image.sh"


def event(document):
    kind = {"content-type": "application/json"}
    return http_event("POST", "/v1/predict", kind, json.dumps(document))


def test_the_stand_in_has_no_command_that_aws_s_base_lacks(image):
    absent = "for name in find xargs tar ps which less perl; do ! command -v $name || exit 1; done"

    docker("run", "--rm", "--network", "none", "--entrypoint", "bash", BASE, "-c", absent)


def test_the_image_answers_as_lambda_s_user_without_network(image):
    with started(image, *AS_LAMBDA, published=False) as container:
        assert container.ask_inside(event(BENIGN))["statusCode"] == 200


def test_a_checkout_under_umask_077_with_a_foreign_model_becomes_an_image_that_answers(
    image, tmp_path
):
    for name in (".dockerignore", "cytology", "functions", "layers"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    # Categories and gaps, under names that are not ours
    shutil.copytree(artifact_of("passengers"), tmp_path / "artifact")
    subprocess.run(["chmod", "-R", "go-rwx", tmp_path], check=True)
    model = load_artifact(str(tmp_path / "artifact"))
    golden = model.manifest["golden"][0]
    sample = dict(zip(model.schema.names, golden["row"], strict=True))
    file = str(tmp_path / "functions" / "predict" / "Dockerfile")
    name = f"{image.removeprefix('sha256:')[:12]}:umask"

    docker("build", "--quiet", "--file", file, "--tag", name, str(tmp_path))
    try:
        with started(name, *AS_LAMBDA, published=False) as container:
            answer = json.loads(container.ask_inside(event({"samples": [sample]}))["body"])
    finally:
        docker("rmi", name)
    assert answer["model"]["version"] == model.version
    assert answer["predictions"][0]["probability"] == pytest.approx(golden["probability"])


@pytest.fixture
def machine(tmp_path):
    """Runs the script on a machine with these commands only; returns status and messages."""

    def run(docker_script, system="Darwin", **environment):
        for name in ("bash", "dirname", "id", "cat"):
            (tmp_path / name).symlink_to(shutil.which(name))
        for name, text in (("docker", docker_script), ("uname", f"echo {system}")):
            (tmp_path / name).write_text(f"#!/bin/bash\n{text}\n")
            (tmp_path / name).chmod(0o755)
        ran = subprocess.run(
            ["bash", str(SCRIPT)],
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": str(tmp_path), "LOG": str(tmp_path / "log"), **environment},
        )
        log = tmp_path / "log"
        return ran, log.read_text() if log.exists() else ""

    return run


PULLS = 'echo "$*" >>"$LOG"; case "$1 $2" in "image inspect") exit 1;; pull*) echo 42%;; esac'


def test_a_pull_has_no_limit_and_shows_its_progress_on_macos(machine):
    ran, log = machine(PULLS)

    assert ran.returncode == 0
    assert "42%" in ran.stderr
    assert f"pull --platform linux/amd64 {BASE}" in log


def test_a_base_can_be_pinned_by_digest_and_built_for_the_other_processor(machine):
    digest = f"{BASE.partition(':')[0]}@sha256:{'1' * 64}"

    _, log = machine(PULLS, BASE=digest, PARAMETERS="Memory=256 Architecture=arm64")

    assert f"pull --platform linux/arm64 {digest}" in log
    assert f"tag {digest} {BASE}" in log


def test_a_pull_that_fails_says_what_to_do(machine):
    ran, _ = machine('case "$1" in pull|image) echo "no such host" >&2; exit 1;; esac')

    assert ran.returncode == 1
    assert "no such host" in ran.stderr
    for advice in ("proxy", "docker load", "Darwin"):
        assert advice in ran.stderr
