"""Finds the usual errors of a machine and an account before a deployment."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from deploy.account import Account, DeployError, describe, outputs
from deploy.release import ALIAS, FAILED_FIRST, IMAGE
from deploy.site import plan, site_files
from deploy.template import ROOT

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
    """An error, and the command or setting that fixes it."""

    error: str
    remedy: str


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
    """Check engine and image, before AWS is asked; make itself sees to the model."""
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
            f'make build PARAMETERS="Architecture={architecture}"',
        )
    if (image.get("Descriptor") or {}).get("mediaType") in INDEXES:
        yield Problem(
            "the image carries provenance attestations, which Lambda refuses",
            "export BUILDX_NO_DEFAULT_ATTESTATIONS=1, then make build",
        )
    # A stand-in of AWS on this machine may run the stand-in of its base image
    local = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://127.0.0.1:")
    if STAND_IN in ((image.get("Config") or {}).get("Labels") or {}) and not local:
        yield Problem(
            "the image is built on the stand-in for AWS's base image, which is for tests",
            "docker rmi public.ecr.aws/lambda/python:3.13, then make build where it can be pulled",
        )


def account_problems(account: Account) -> Iterator[Problem]:
    """Check what is deployed: stack, alias, image, site."""
    stack = describe(account)
    if stack is None:
        yield Problem(f"there is no stack {account.stack}", "make deploy")
        return
    status = stack["StackStatus"]
    if status in FAILED_FIRST:
        yield Problem(f"the stack is {status}", "make deploy, which deletes it first")
    elif status == "UPDATE_ROLLBACK_FAILED":
        fix = f"aws cloudformation continue-update-rollback --stack-name {account.stack}"
        yield Problem(f"the stack is {status}", fix)
    elif not status.endswith("_COMPLETE"):
        yield Problem(f"the stack is {status}", "wait until it has ended")
    try:
        found = outputs(account)
    except DeployError as error:
        yield Problem(str(error), "make deploy")
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
    # The description ends with the hash of the settings (template.yaml, Settings)
    for held in ("CodeSha256", "Description"):
        if latest["Configuration"].get(held) != live["Configuration"].get(held):
            yield Problem(
                "the alias serves another version than the newest",
                "make status: a roll-out is under way or was rolled back; else make deploy",
            )
            break
    repository, _, digest = live["Code"]["ResolvedImageUri"].partition("@")
    images = account.client("ecr").describe_images(
        repositoryName=repository.partition("/")[2], imageIds=[{"imageDigest": digest}]
    )
    if images["imageDetails"][0].get("imageManifestMediaType") in INDEXES:
        yield Problem(
            "the image in the registry carries attestations",
            "export BUILDX_NO_DEFAULT_ATTESTATIONS=1, then make deploy",
        )
