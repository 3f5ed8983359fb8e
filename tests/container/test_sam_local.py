"""``sam local`` with the real container answers as the handler does in process."""

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import events
from tests.image import SAM_TAG, sam
from tests.transports import HttpTransport, free_port, start_and_wait


@pytest.fixture(scope="module")
def built(image):
    """sam runs the image by its tag; another checkout may have moved it meanwhile."""
    subprocess.run(["docker", "tag", image, SAM_TAG], check=True)
    return image


@pytest.fixture(scope="module")
def api(built):
    port = free_port()
    command = [str(Path(sys.executable).parent / "sam"), "local", "start-api"]
    command += ["--port", str(port), "--warm-containers", "EAGER", "--skip-pull-image"]
    with start_and_wait(command, port, {"SAM_CLI_TELEMETRY": "0"}):
        yield HttpTransport("sam local start-api", port)


@pytest.mark.parametrize("name", events.names())
def test_sam_local_invoke_gives_the_expected_answer(name, built):
    ran = sam("local", "invoke", "PredictFunction", "--event", f"events/{name}.json")

    assert ran.returncode == 0, ran.stderr[-2000:]
    answer = events.as_expected(json.loads(ran.stdout.splitlines()[-1]))
    assert events.differences(events.read(name, events.EXPECTED), answer) == []


@pytest.mark.parametrize("name", events.names())
def test_sam_local_start_api_gives_the_expected_answer(name, api):
    event = events.read(name)
    body = event.get("body")
    if event["isBase64Encoded"]:
        body = base64.b64decode(body).decode()
    expected = events.read(name, events.EXPECTED)

    answer = api.request(
        event["requestContext"]["http"]["method"],
        event["rawPath"],
        {"content-type": "application/json"} if body else {},
        body,
    )

    found = {
        "status": answer.status,
        "headers": {key: answer.headers[key] for key in expected["headers"]},
        "body": events.masked(answer.json()),
    }
    assert events.differences(expected, found) == []
