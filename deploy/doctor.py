"""Turns a machine and an account into the list of what would cost an hour to find out."""

import json
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from deploy.account import Account, Trouble, describe, outputs
from deploy.release import ALIAS
from deploy.site import plan, site_files

ROOT = Path(__file__).resolve().parents[1]
IMAGE = "predictfunction:latest"
#: Set by tests/container/base-image.sh on what must never be deployed.
STAND_IN = "stand-in-for-aws-lambda-python"
#: Lambda takes one image, not a list of images with attestations.
INDEXES = {
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
}
MACHINES = {"x86_64": "amd64", "arm64": "arm64"}

Output = Callable[[Sequence[str]], str | None]


class Problem(NamedTuple):
    """What is wrong, and the command or setting that mends it."""

    what: str
    mend: str


def output_of(command: Sequence[str]) -> str | None:
    """Standard output of a command; None where it fails or does not exist."""
    try:
        ran = subprocess.run(  # noqa: S603 - commands of this file
            command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return ran.stdout if ran.returncode == 0 else None


def machine_problems(architecture: str, output: Output = output_of) -> Iterator[Problem]:
    """What is wrong before AWS is asked: engine, model, image."""
    if output(["make", "--question", "artifact/manifest.json"]) is None:
        yield Problem("the model is older than what makes it", "make train")
    if output(["docker", "info", "--format", "{{.ServerVersion}}"]) is None:
        yield Problem("Docker is not running", "start Docker; the image is built with it")
        return
    described = output(["docker", "image", "inspect", IMAGE])
    if described is None:
        yield Problem("there is no image", "make build")
        return
    yield from _image_problems(json.loads(described)[0], architecture)


def _image_problems(image: dict[str, Any], architecture: str) -> Iterator[Problem]:
    if image["Architecture"] != MACHINES[architecture]:
        yield Problem(
            f"the image is built for {image['Architecture']}, the function runs on {architecture}",
            "set the Architecture parameter, or build on such a machine",
        )
    if (image.get("Descriptor") or {}).get("mediaType") in INDEXES:
        yield Problem(
            "the image carries provenance attestations, which Lambda refuses",
            "export BUILDX_NO_DEFAULT_ATTESTATIONS=1, then make build",
        )
    if STAND_IN in ((image.get("Config") or {}).get("Labels") or {}):
        yield Problem(
            "the image is built on the stand-in for AWS's base image, which is for tests",
            "docker rmi public.ecr.aws/lambda/python:3.13, then make build where it can be pulled",
        )


def account_problems(account: Account) -> Iterator[Problem]:
    """What is wrong in the account: stack, alias, image, site."""
    stack = describe(account)
    if stack is None:
        yield Problem(f"there is no stack {account.stack}", "make deploy")
        return
    if not stack["StackStatus"].endswith("_COMPLETE") or "ROLLBACK" in stack["StackStatus"]:
        yield Problem(
            f"the stack is {stack['StackStatus']}",
            "wait where it is in progress; ROLLBACK_COMPLETE needs make destroy, then make deploy",
        )
    try:
        found = outputs(account)
    except Trouble as trouble:
        yield Problem(str(trouble), "make deploy")
        return
    yield from _function_problems(account, found["FunctionName"])
    changes = plan(account, found["SiteBucketName"], site_files())
    if changes.put or changes.delete:
        count = len(changes.put) + len(changes.delete)
        yield Problem(f"{count} files of the site are not as here", "make deploy")


def _function_problems(account: Account, name: str) -> Iterator[Problem]:
    client = account.client("lambda")
    latest = client.get_function(FunctionName=name)
    live = client.get_function(FunctionName=name, Qualifier=ALIAS)
    if latest["Configuration"]["CodeSha256"] != live["Configuration"]["CodeSha256"]:
        yield Problem(
            "the alias serves another image than the newest",
            "make status: a roll-out is under way or was rolled back; else make deploy",
        )
    repository, _, digest = live["Code"]["ResolvedImageUri"].partition("@")
    images = account.client("ecr").describe_images(
        repositoryName=repository.partition("/")[2], imageIds=[{"imageDigest": digest}]
    )
    if images["imageDetails"][0].get("imageManifestMediaType") in INDEXES:
        yield Problem(
            "the image in the registry carries attestations",
            "export BUILDX_NO_DEFAULT_ATTESTATIONS=1, then make deploy",
        )
