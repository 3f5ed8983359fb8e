"""Turns a file into a bulk job of a stage, and the job into results beside the file."""

import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from deploy.account import Account, Trouble, outputs

#: What a finished job leaves, and the file that vouches for the others.
FILES = ("results.csv", "faults.csv", "summary.json")
MANIFEST = "manifest.json"
POLL_S = 5.0
UNDER_WAY = ("RUNNING", "PENDING_REDRIVE")
#: Not inbox/: an upload there starts a job of its own.
UPLOADS = "uploads"


class Progress(NamedTuple):
    """How far a job has come: rows done, of how many."""

    done: int
    rows: int


class Attempt(NamedTuple):
    """An execution, and how often it was redriven before it counts."""

    execution: str
    redrives: int = 0


Tick = Callable[[Progress], object]


def run_job(
    account: Account,
    path: Path,
    tick: Tick = lambda _progress: None,
    sleep: Callable[[float], object] = time.sleep,
) -> list[Path]:
    """Upload a file, wait for its job, download results; return where they are.

    The job is named by the file's content, so a call that was broken off finds its job again; one
    that failed is redriven: Step Functions then runs what is left of it, and no batch twice.

    Raises
    ------
    Trouble
        The stage has no bulk jobs, the file was refused, the job failed again, or a download is
        not what the manifest says.
    """
    found = outputs(account)
    if "BulkJobsArn" not in found:
        raise Trouble("this stage scores no files: make deploy PARAMETERS=BulkConcurrency=50")
    digest = _sha256(path)
    key = f"{UPLOADS}/{digest}{path.suffix}"
    _upload(account.client("s3"), found["BulkBucketName"], key, path)
    attempt = _start(account, found, key, digest)
    closed = _wait(account, attempt, tick, sleep)
    return _download(account, found["BulkBucketName"], closed, path)


def _upload(s3: Any, bucket: str, key: str, path: Path) -> None:
    """Put the file there, unless it is: its name is its content."""
    held = s3.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1).get("Contents", [])
    if [item["Size"] for item in held if item["Key"] == key] != [path.stat().st_size]:
        s3.upload_file(str(path), bucket, key)


def _start(account: Account, found: dict[str, str], key: str, digest: str) -> Attempt:
    """Start the job, or go on with the one of the same content that failed or still runs."""
    client = account.client("stepfunctions")
    machine = found["BulkJobsArn"]
    upload = {"bucket": {"name": found["BulkBucketName"]}, "object": {"key": key}}
    name = digest[:64]
    try:
        started = client.start_execution(
            stateMachineArn=machine, name=name, input=json.dumps(upload)
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
            raise
    else:
        return Attempt(str(started["executionArn"]))
    execution = f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
    state = client.describe_execution(executionArn=execution)
    if state.get("redriveStatus") == "REDRIVABLE":
        client.redrive_execution(executionArn=execution)
        return Attempt(execution, state.get("redriveCount", 0) + 1)
    if state["status"] not in UNDER_WAY:
        # Done, by this model or another: the opening step knows, and does nothing twice
        started = client.start_execution(
            stateMachineArn=machine, name=f"{name}-{int(time.time())}", input=json.dumps(upload)
        )
        execution = str(started["executionArn"])
    return Attempt(execution)


def _wait(
    account: Account, attempt: Attempt, tick: Tick, sleep: Callable[[float], object]
) -> dict[str, Any]:
    client = account.client("stepfunctions")
    while True:
        state = client.describe_execution(executionArn=attempt.execution)
        # The answer may be of before the redrive: it is consistent only in the end
        is_stale = state.get("redriveCount", 0) < attempt.redrives
        if state["status"] not in UNDER_WAY and not is_stale:
            break
        for progress in _progress(client, attempt.execution):
            tick(progress)
        sleep(POLL_S)
    if state["status"] != "SUCCEEDED":
        cause = _message(state.get("cause", ""))
        again = "" if state.get("error") == "Refused" else "; the same command goes on from there"
        raise Trouble(f"the job is {state['status']}: {state.get('error', '')} {cause}{again}")
    output: dict[str, Any] = json.loads(state["output"])
    return output


def _progress(client: Any, execution: str) -> list[Progress]:
    found = []
    for run in client.list_map_runs(executionArn=execution)["mapRuns"]:
        counts = client.describe_map_run(mapRunArn=run["mapRunArn"])["itemCounts"]
        found.append(Progress(counts["succeeded"] + counts["failed"], counts["total"]))
    return found


def _message(cause: str) -> str:
    """The error's own words, out of what Lambda reports around them."""
    try:
        return str(json.loads(cause)["errorMessage"])
    except (ValueError, KeyError, TypeError):
        return cause


def _download(account: Account, bucket: str, output: dict[str, Any], path: Path) -> list[Path]:
    s3 = account.client("s3")
    folder = output["job"]["results"]
    answer = s3.get_object(Bucket=bucket, Key=f"{folder}/{MANIFEST}")
    with answer["Body"] as body:
        manifest = json.loads(body.read())
    targets = []
    for name in FILES:
        target = path.with_name(f"{path.stem}.{name}")
        partial = target.with_name(f"{target.name}.partial")
        s3.download_file(bucket, f"{folder}/{name}", str(partial))
        if _sha256(partial) != manifest["files"][name]["sha256"]:
            raise Trouble(f"{name} is not what the manifest says; run the same command again")
        partial.replace(target)
        targets.append(target)
    return targets


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
