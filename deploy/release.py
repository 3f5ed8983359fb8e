"""Turns a command into a changed stack: deployed, taken back, or taken away."""

import subprocess
import sys
import tomllib
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from deploy.account import Account, Trouble, describe, outputs
from deploy.site import Plan, plan, publish, site_files

ROOT = Path(__file__).resolve().parents[1]
ALIAS = "live"
SAM = str(Path(sys.executable).parent / "sam")

Run = Callable[[Sequence[str]], None]


def run_command(command: Sequence[str]) -> None:
    """Run one command with its output shown.

    Raises
    ------
    Trouble
        It ended with another status than 0.
    """
    ended = subprocess.run(command, cwd=ROOT, check=False)  # noqa: S603 - commands of this file
    if ended.returncode:
        raise Trouble(f"{Path(command[0]).name} {command[1]} failed; mend it and run again")


def sam_deploy(account: Account, stage: str, parameters: Sequence[str]) -> list[str]:
    """The call of sam; settings of the stage come from samconfig.toml."""
    with (ROOT / "samconfig.toml").open("rb") as file:
        stages = tomllib.load(file)
    command = [SAM, "deploy", "--stack-name", account.stack]
    command += ["--config-env", stage if stage in stages else "default"]
    return [*command, "--parameter-overrides", *parameters] if parameters else command


def deploy(
    account: Account, stage: str, parameters: Sequence[str], run: Run = run_command
) -> dict[str, str]:
    """Deploy what `make build` built, publish the site; return the outputs.

    Each step finds out for itself what is left to do, so after a failure the same command goes on.

    Raises
    ------
    Trouble
        A step failed, or the account lacks what the parameters ask for.
    """
    run(sam_deploy(account, stage, parameters))
    publish(account)
    return outputs(account)


def smoke(url: str, opener: Callable[..., Any] = urllib.request.urlopen) -> None:
    """Ask the site's own address for the API's health.

    Raises
    ------
    Trouble
        It does not answer, or not with 200.
    """
    try:
        with opener(f"{url}/v1/health", timeout=30) as answer:
            status = answer.status
    except OSError as error:
        raise Trouble(f"{url}/v1/health does not answer: {error}") from None
    if status != 200:
        raise Trouble(f"{url}/v1/health answers {status}")


def rehearse(account: Account, stage: str, parameters: Sequence[str]) -> list[str]:
    """What deploy would do, one line a step."""
    lines = [" ".join(sam_deploy(account, stage, parameters))]
    files = site_files()
    changes = Plan(tuple(files), ())
    if describe(account):
        changes = plan(account, outputs(account)["SiteBucketName"], files)
    lines += [f"put {file.key} ({file.cache_control})" for file in changes.put]
    lines += [f"delete {key}" for key in changes.delete]
    return [*lines, "invalidate /*"] if changes.put or changes.delete else lines


def roll_back(account: Account, to: str | None = None) -> str:
    """Stop a roll-out that is under way; else move all traffic to the version before this one.

    Raises
    ------
    Trouble
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
    return f"version {target} serves again instead of {current}; deploy the mended code to go on"


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
            raise Trouble(f"there is no version {to}; there are {', '.join(map(str, versions))}")
        return int(to)
    earlier = [version for version in versions if version < current]
    if not earlier:
        raise Trouble(f"version {current} is the first; there is nothing to go back to")
    return earlier[-1]


def destroy(account: Account, run: Run = run_command) -> None:
    """Empty the buckets, every version of every file, and have sam delete the stack.

    Raises
    ------
    Trouble
        There is no such stack.
    """
    if describe(account) is None:
        raise Trouble(f"there is no stack {account.stack} here")
    # A stack that failed half-way may have no outputs, and then nothing was ever published
    stack = describe(account) or {}
    found = {item["OutputKey"]: item["OutputValue"] for item in stack.get("Outputs", [])}
    for output in ("SiteBucketName",):
        if bucket := found.get(output):
            _empty(account.client("s3"), bucket)
    run([SAM, "delete", "--stack-name", account.stack, "--no-prompts"])


def _empty(s3: Any, bucket: str) -> None:
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        versions = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        keys = [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in versions]
        if keys:
            s3.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})
