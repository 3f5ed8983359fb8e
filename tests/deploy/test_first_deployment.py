"""A first deployment as typed, in a fresh clone, against a stand-in of AWS."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.support import cloud as stand_in
from tests.support.actions import allows, as_list, called_actions, handler_actions
from tests.support.foreign import artifact_of
from tests.support.image import ROOT
from tests.support.required import needs, needs_docker
from tests.support.templates import TEMPLATES, read, translate

STAGE = "tumour-classification-staging"
#: Rights that this deployment needs not, or needs where no proxy sees it: docker push, Lambda's own
#: reading of the image, tags, a key, a closed API, CloudFront, and a roll-out that is under way.
UNSEEN = {
    "cloudformation:TagResource",
    "cloudformation:UntagResource",
    "cloudfront:CreateInvalidation",
    "cloudfront:GetInvalidation",
    "cloudfront:ListDistributions",
    "codedeploy:GetDeployment",
    "codedeploy:StopDeployment",
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:GetDownloadUrlForLayer",
    "ecr:GetRepositoryPolicy",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:SetRepositoryPolicy",
    "ecr:TagResource",
    "ecr:UploadLayerPart",
    "kms:GetKeyPolicy",
    "lambda:InvokeFunction",
    "s3:GetAccountPublicAccessBlock",
}
#: All commands with their output, to read.
LOG = ROOT / "build" / "first-deployment.log"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory, image):
    needs_docker()
    needs("docker-registry")
    with stand_in.open_cloud(tmp_path_factory.mktemp("registry")) as opened:
        yield opened


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """The files of this checkout, as a fresh clone has them; `make` finds all packages there."""
    directory = tmp_path_factory.mktemp("clone") / "a clone"
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file() and not (ROOT / name).is_symlink():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, directory / name)
    # Newer than the sources, as make train leaves it
    shutil.copytree(ROOT / "artifact", directory / "artifact", copy_function=shutil.copy)
    lend_packages(directory)
    return directory


def lend_packages(directory):
    """Make an environment that reads this checkout's packages and has no pip to change them."""
    environment = directory / ".venv"
    venv.create(environment, with_pip=False)
    [packages] = environment.glob("lib/python*/site-packages")
    (packages / "lent.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    (environment / "bin" / "sam").symlink_to(Path(sys.executable).parent / "sam")
    # The marks by which tools/bootstrap.py knows a finished environment
    lock = (directory / "requirements" / "dev.txt").read_bytes()
    (environment / "installed-dev").write_text(hashlib.sha256(lock).hexdigest())
    (environment / "created").touch()
    if (ROOT / "node_modules").exists():
        # Hard links: through a symbolic one npm would empty this checkout's own folder
        copy = ["cp", "--archive", "--link", (ROOT / "node_modules").resolve()]
        subprocess.run([*copy, directory / "node_modules"], check=True)
        (directory / "node_modules" / ".package-lock.json").touch()


@pytest.fixture(scope="module")
def make(cloud, clone):
    """Types one command as a person does; returns all that it prints."""
    LOG.unlink(missing_ok=True)

    def typed(*words, status=0, answer=""):
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("AWS_")},
            "AWS_ENDPOINT_URL": cloud.url,
            "AWS_REGION": stand_in.REGION,
            "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "x",
            "SAM_CLI_TELEMETRY": "0",
            # The proxy does not forward checksums that trail a chunked body
            "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
        }
        ran = subprocess.run(
            ["make", *words, "STAGE=staging"],
            cwd=clone,
            env=environment,
            input=answer,
            capture_output=True,
            text=True,
            check=False,
        )
        said = f"$ make {' '.join(words)}\n{ran.stdout}{ran.stderr}"
        with LOG.open("a") as log:
            log.write(said)
        assert ran.returncode == status, said[-6000:]
        return said

    return typed


def test_the_first_deployment_answers_the_golden_rows(make, cloud):
    assert len(make("deploy", "DRY_RUN=1").splitlines()) >= 10
    before = make("doctor", status=2)
    assert f"there is no stack {STAGE}" in before
    assert "runs 10 requests at once" in before

    said = make("deploy")

    assert "RequestBurst=10" in said
    assert "smoke  answers the" in said
    assert len(cloud.versions) == 1
    assert "✓ nothing found" in make("doctor")
    status = make("status")
    assert "traffic   version 1" in status
    assert "Memory=512" in status
    assert '"status":"200","method":"POST", "path":"/v1/predict"' in make("logs")


def test_cloudformation_is_sent_translated_templates_without_an_error(cloud):
    from cfnlint.api import ManualArgs, lint

    # ES7000 as in .cfnlintrc.yaml
    errors = ManualArgs(regions=[stand_in.REGION], ignore_checks=["W", "I", "ES7000"])

    assert len(cloud.templates) == 3
    assert [str(item) for text in cloud.templates for item in lint(text, config=errors)] == []


def test_a_parameter_alone_reaches_the_traffic_and_rolls_back(make, cloud):
    make("deploy", "PARAMETERS=Memory=256")

    assert len(cloud.versions) == 2
    assert "Memory=256" in make("status")
    assert "version 1 serves again instead of 2" in make("rollback")
    assert "Memory=512" in make("status")


def test_the_model_of_another_table_is_deployed_by_the_same_command(make, clone):
    shutil.rmtree(clone / "artifact")
    for made in (artifact_of("passengers"), artifact_of("passengers").with_suffix(".sha256")):
        copy = shutil.copytree if made.is_dir() else shutil.copy
        copy(made, clone / made.name)
    version = json.loads((clone / "artifact" / "manifest.json").read_text())["version"]

    said = make("deploy")

    assert re.search(rf"smoke  answers the \d+ golden rows of model {version}", said)


def test_nothing_is_left_after_destroy(make, cloud):
    make("destroy", answer=f"{STAGE}\n")

    cloudformation, ecr = cloud.client("cloudformation"), cloud.client("ecr")
    names = [item["StackName"] for item in cloudformation.describe_stacks()["Stacks"]]
    assert STAGE not in names
    assert ecr.describe_repositories()["repositories"] == []


def test_the_github_role_may_do_what_the_commands_did_and_no_more_by_itself(cloud):
    role = read("deploy/github-role.yaml")["Resources"]["Role"]["Properties"]
    policy = role["Policies"][0]["PolicyDocument"]["Statement"]
    by_itself = [item for item in policy if "aws:CalledVia" not in json.dumps(item)]
    kinds = {item["Type"] for name in TEMPLATES for item in translate(name)["Resources"].values()}
    needed = called_actions(cloud.calls) | UNSEEN

    assert {action for action in needed if not allows(by_itself, action)} == set()
    idle = {action for item in by_itself for action in as_list(item["Action"])} - needed
    assert idle - handler_actions(kinds) == set()
