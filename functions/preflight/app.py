"""Checks the new version of the function, and reports the result to CodeDeploy.

CodeDeploy invokes it after the new version is published and before any traffic moves. The rows
that it compares are golden and random ones, never a patient's, so the log may quote them.
"""

import json
import os
from collections.abc import Mapping

from aws_lambda_powertools import Logger
from boto3 import client

from cytology.annotations import Any
from cytology.artifact import GOLDEN_TOLERANCE, Artifact, load_artifact
from preflight.verdict import judge
from runtime.settings import read_settings

logger = Logger(service="preflight")


class NewVersionFailed(Exception):
    """The published version does not answer as the manifest says it must."""


class PreflightFailed(Exception):
    """The new version may not take traffic; the log has the reason."""


@logger.inject_lambda_context
def handler(event: Mapping[str, Any], _context: Any) -> dict[str, Any]:
    """Check the new version, and report ``Succeeded`` or ``Failed`` in every case.

    Raises
    ------
    PreflightFailed
        After ``Failed`` was reported: the invocation counts as an error, so an alarm is sent.
    """
    status, facts = "Failed", dict[str, Any]()
    try:
        settings = read_settings(os.environ)
        artifact = load_artifact(settings.model_dir, settings.manifest_sha256)
        facts = judge(artifact)._asdict()
        if version := os.environ.get("NEW_VERSION"):
            ask(artifact, version)
        status = "Succeeded"
        logger.info("preflight passed", model=artifact.version, **facts)
    # After any error: without a report CodeDeploy waits for an hour
    except Exception as error:
        logger.exception("preflight failed", error=type(error).__name__, reason=str(error))
    client("codedeploy").put_lifecycle_event_hook_execution_status(
        deploymentId=event["DeploymentId"],
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status=status,
    )
    if status == "Failed":
        raise PreflightFailed(event["DeploymentId"])
    return {"status": status, **facts}


def ask(artifact: Artifact, version: str) -> None:
    """Send the golden rows to the published version and compare its answers.

    Raises
    ------
    NewVersionFailed
        The version crashed, or its status, model or a probability is another.
    """
    golden = artifact.manifest["golden"]
    event = {
        "version": "2.0",
        "rawPath": "/v1/predict",
        "headers": {
            "content-type": "application/json",
            "x-origin-secret": os.environ.get("ORIGIN_SECRET") or "",
        },
        "requestContext": {
            "requestId": "preflight",
            "http": {"method": "POST", "path": "/v1/predict"},
        },
        "body": json.dumps({"samples": [case["row"] for case in golden]}),
        "isBase64Encoded": False,
    }
    reply = client("lambda").invoke(FunctionName=version, Payload=json.dumps(event).encode())
    answer = json.loads(reply["Payload"].read())
    if reply.get("FunctionError") or answer.get("statusCode") != 200:
        raise NewVersionFailed(
            f"golden rows: expected status 200, found {json.dumps(answer)[:500]}"
        )
    body = json.loads(answer["body"])
    if body["model"]["version"] != artifact.version:
        raise NewVersionFailed(
            f"model: expected {artifact.version}, found {body['model']['version']}"
        )
    for case, found in zip(golden, body["predictions"], strict=True):
        if not abs(found["probability"] - case["probability"]) <= GOLDEN_TOLERANCE:
            raise NewVersionFailed(
                f"golden row {case['row']}: expected {case['probability']}, "
                f"found {found['probability']}"
            )
