"""``sam local`` with the real container answers as the handler does in process."""

import base64
import json
import sys
from pathlib import Path

import pytest

from tests.support import events
from tests.support.image import sam, sam_template
from tests.support.transports import HttpTransport, free_port, start_and_wait


@pytest.fixture(scope="module")
def template(image):
    """The built template, as a path for sam's --template."""
    return str(sam_template(image))


@pytest.fixture(scope="module")
def api(template):
    port = free_port()
    command = [
        str(Path(sys.executable).parent / "sam"),
        "local",
        "start-api",
        "--template",
        template,
    ]
    command += ["--port", str(port), "--warm-containers", "EAGER", "--skip-pull-image"]
    # sam cannot read an authoriser that a condition may leave out; there is no issuer here
    command += ["--disable-authorizer"]
    with start_and_wait(command, port, {"SAM_CLI_TELEMETRY": "0"}):
        yield HttpTransport("sam local start-api", port)


# One event answered and one refused: the others reach the handler in the same way
@pytest.mark.parametrize("name", ["benign", "invalid"])
def test_sam_local_invoke_gives_the_expected_answer(name, template):
    event = f"events/{name}.json"

    ran = sam("local", "invoke", "PredictFunction", "--template", template, "--event", event)

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
        "headers": {key: answer.headers.get(key) for key in expected["headers"]},
        "body": events.masked(answer.json()),
    }
    assert events.differences(expected, found) == []
