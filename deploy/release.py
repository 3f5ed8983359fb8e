"""Deploys a stage, rolls it back, and deletes it."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from deploy.account import Account, DeployError, describe, outputs
from deploy.parameters import check_parameters, held_parameters, read_environment
from deploy.registry import ensure_repository, remove_repository
from deploy.site import publish
from deploy.template import ROOT, read_template, settings_hash, with_defaults

ALIAS = "live"
SAM = str(Path(sys.executable).parent / "sam")
IMAGE = "predictfunction:latest"
#: States of a stack whose first deployment failed: it can only be deleted.
FAILED_FIRST = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"}

Run = Callable[[Sequence[str]], None]
Say = Callable[[str], None]


def run_command(command: Sequence[str]) -> None:
    """Run one command with its output shown.

    Raises
    ------
    DeployError
        It ended with another status than 0.
    """
    ended = subprocess.run(command, cwd=ROOT, check=False)  # noqa: S603 - commands of this file
    if ended.returncode:
        raise DeployError(
            f"{Path(command[0]).name} {command[1]} failed; fix the error and run again"
        )


def image_id() -> str:
    """Return the id of the image that make build built; the doctor has checked that it exists."""
    command = ["docker", "image", "inspect", "--format", "{{.Id}}", IMAGE]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return ran.stdout.strip()


def stage_tags(stage: str) -> dict[str, str]:
    """Return the tags of everything that a stage is made of."""
    return {"project": "tumour-classification", "stage": stage}


def deploy(
    account: Account,
    stage: str,
    given: dict[str, str],
    run: Run = run_command,
    say: Say = print,
) -> dict[str, str]:
    """Deploy what make build built, publish the site, and return the outputs.

    Each step finds out for itself what is left to do, so after an error the same command goes on.

    Parameters
    ----------
    account
        Where the stage is.
    stage
        Its name; samconfig.toml may set parameters for it.
    given
        Parameters by name that this deployment changes.
    run, say
        What runs a command, and what prints a line.

    Raises
    ------
    DeployError
        A step failed, or a parameter is wrong.
    """
    stack = _stack_to_update(account, run, say)
    environment, configured = read_environment(stage)
    given = configured | given
    held = held_parameters(stack)
    template = read_template()
    if "RequestBurst" not in held | given:
        given |= _burst(account, template, say)
    check_parameters(template, given, held | given)
    given["Settings"] = settings_hash(template, held | given, image_id())
    tags = stage_tags(stage)
    command = [SAM, "deploy", "--stack-name", account.stack, "--region", account.region]
    command += ["--config-env", environment]
    command += ["--image-repository", ensure_repository(account, tags)]
    command += ["--tags", *(f"{key}={value}" for key, value in tags.items())]
    command += ["--parameter-overrides", *(f"{key}={value}" for key, value in given.items())]
    run(command)
    publish(account)
    return outputs(account)


def _stack_to_update(account: Account, run: Run, say: Say) -> dict[str, Any] | None:
    """Return the stack to update; a first deployment that failed is deleted, for it has no use."""
    stack = describe(account)
    if stack is None or stack["StackStatus"] not in FAILED_FIRST:
        return stack
    say(f"{account.stack} is {stack['StackStatus']}: its first deployment failed; deleting it")
    _delete_stack(account, run)
    return None


def concurrency_quota(account: Account) -> int:
    """Return how many requests Lambda runs at once in this account and region."""
    limits = account.client("lambda").get_account_settings()["AccountLimit"]
    return int(limits["ConcurrentExecutions"])


def _burst(account: Account, template: dict[str, Any], say: Say) -> dict[str, str]:
    quota = concurrency_quota(account)
    if quota >= int(with_defaults(template, {})["RequestBurst"]):
        return {}
    say(f"RequestBurst={quota}: this account runs {quota} requests at once")
    return {"RequestBurst": str(quota)}


def roll_back(account: Account, to: str | None = None) -> str:
    """Stop a roll-out that is under way; else move all traffic to the version before this one.

    Raises
    ------
    DeployError
        There is no earlier version, or not the one asked for.
    """
    found = outputs(account)
    application, group = found["DeploymentGroup"].split("/")
    codedeploy = account.client("codedeploy")
    running = codedeploy.list_deployments(
        applicationName=application,
        deploymentGroupName=group,
        includeOnlyStatuses=["Created", "Queued", "InProgress", "Ready"],
    )["deployments"]
    if running and to is None:
        codedeploy.stop_deployment(deploymentId=running[0], autoRollbackEnabled=True)
        return f"stopped the roll-out {running[0]}; traffic stays with the version before"
    function = account.client("lambda")
    name = found["FunctionName"]
    alias = function.get_alias(FunctionName=name, Name=ALIAS)
    current = int(alias["FunctionVersion"])
    target = _target(function, name, current, to)
    function.update_alias(
        FunctionName=name,
        Name=ALIAS,
        FunctionVersion=str(target),
        RoutingConfig={"AdditionalVersionWeights": {}},
        # Refused where somebody else moved the alias meanwhile
        RevisionId=alias["RevisionId"],
    )
    return f"version {target} serves again instead of {current}; deploy the fixed code to go on"


def _target(function: Any, name: str, current: int, to: str | None) -> int:
    pages = function.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    versions = sorted(
        int(item["Version"])
        for page in pages
        for item in page["Versions"]
        if item["Version"].isdecimal()
    )
    if to is not None:
        if not to.isdecimal() or int(to) not in versions:
            raise DeployError(
                f"there is no version {to}; there are {', '.join(map(str, versions))}"
            )
        return int(to)
    earlier = [version for version in versions if version < current]
    if not earlier:
        raise DeployError(f"version {current} is the first; there is nothing to go back to")
    return earlier[-1]


def destroy(account: Account, run: Run = run_command) -> None:
    """Delete a stage: every version of every file, the stack, and the image repository.

    Raises
    ------
    DeployError
        There is no such stack.
    """
    stack = describe(account)
    if stack is None:
        raise DeployError(f"there is no stack {account.stack} here")
    # A stack that failed half-way may have no outputs, and then nothing was ever published
    for item in stack.get("Outputs", []):
        if item["OutputKey"] == "SiteBucketName":
            _empty(account.client("s3"), item["OutputValue"])
    _delete_stack(account, run)
    remove_repository(account)


def _delete_stack(account: Account, run: Run) -> None:
    command = [SAM, "delete", "--stack-name", account.stack, "--region", account.region]
    run([*command, "--no-prompts"])


def _empty(s3: Any, bucket: str) -> None:
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        versions = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        keys = [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in versions]
        if keys:
            s3.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})
