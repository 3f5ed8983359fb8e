"""Checks a deployed service: its health and the golden predictions."""

import json
import urllib.error
import urllib.request
from typing import Any

from cytology.artifact import GOLDEN_TOLERANCE
from deploy.account import Account, DeployError
from deploy.release import ALIAS
from deploy.template import ROOT

MANIFEST = ROOT / "artifact" / "manifest.json"
#: Seconds; a first request after a deployment starts a container.
TIMEOUT_S = 30


def smoke(account: Account, found: dict[str, str]) -> str:
    """Check the deployed service as the preflight hook checks a new version; return one line.

    Where the API asks for a token, the rows go to the function itself.

    Raises
    ------
    DeployError
        The service does not answer, or differs from the model's manifest.
    """
    url = found["CheckUrl"]
    status, _ = _ask(f"{url}/v1/health")
    if status != 200:
        raise DeployError(f"{url}/v1/health answers {status}")
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    rows = json.dumps({"samples": [case["row"] for case in manifest["golden"]]})
    status, body = _ask(f"{url}/v1/predict", rows.encode())
    if status == 401:
        status, body = _invoke(account, found["FunctionName"], rows)
    if status != 200:
        raise DeployError(f"{url}/v1/predict answers {status} to the golden rows")
    if error := difference(manifest, json.loads(body)):
        raise DeployError(f"{url}/v1/predict: {error}")
    return f"answers the {len(manifest['golden'])} golden rows of model {manifest['version']}"


def difference(manifest: dict[str, Any], answer: dict[str, Any]) -> str | None:
    """Return the first difference of an answer from the golden predictions, or None."""
    if answer["model"]["version"] != manifest["version"]:
        return f"expected model {manifest['version']}, found {answer['model']['version']}"
    pairs = zip(manifest["golden"], answer["predictions"], strict=True)
    for number, (case, found) in enumerate(pairs, start=1):
        if not abs(found["probability"] - case["probability"]) <= GOLDEN_TOLERANCE:
            return f"another probability for golden row {number}"
    return None


def _ask(url: str, body: bytes | None = None) -> tuple[int, bytes]:
    request = urllib.request.Request(  # noqa: S310 - an output of our own stack
        url, body, {"content-type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310 - as above
            return int(answer.status), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()
    except OSError as error:
        raise DeployError(f"{url} does not answer: {error}") from None


def _invoke(account: Account, function: str, body: str) -> tuple[int, bytes]:
    client = account.client("lambda")
    live = client.get_function_configuration(FunctionName=function, Qualifier=ALIAS)
    secret = live.get("Environment", {}).get("Variables", {}).get("ORIGIN_SECRET", "")
    event = {
        "version": "2.0",
        "rawPath": "/v1/predict",
        "headers": {"content-type": "application/json", "x-origin-secret": secret},
        "requestContext": {"requestId": "smoke", "http": {"method": "POST", "path": "/v1/predict"}},
        "body": body,
        "isBase64Encoded": False,
    }
    payload = json.dumps(event).encode()
    reply = client.invoke(FunctionName=function, Qualifier=ALIAS, Payload=payload)
    answer = json.loads(reply["Payload"].read())
    return int(answer.get("statusCode", 500)), str(answer.get("body", "")).encode()
