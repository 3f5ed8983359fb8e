"""The smoke test judges a deployed service by the golden rows of the model."""

import io
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from deploy.account import DeployError
from deploy.smoke import MANIFEST, smoke

GOLDEN = json.loads(MANIFEST.read_text())


def answer(shift=0.0, model=GOLDEN["version"]):
    predictions = [{"probability": case["probability"] + shift} for case in GOLDEN["golden"]]
    return json.dumps({"model": {"version": model}, "predictions": predictions})


@pytest.fixture
def service():
    """A service on this machine; its answers are set by a test."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.reply(server.health, "{}")

        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            self.reply(*server.prediction)

        def reply(self, status, body):
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.health, server.prediction = 200, (200, answer())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def ask(service, aws):
    url = f"http://127.0.0.1:{service.server_port}"
    return smoke(aws.account, {"CheckUrl": url, "FunctionName": "predict"})


def test_a_service_that_answers_the_golden_rows_passes(service, aws):
    assert GOLDEN["version"] in ask(service, aws)


@pytest.mark.parametrize(
    ("prediction", "message"),
    [
        ((200, answer(shift=1e-6)), "golden row 1"),
        ((200, answer(model="another")), "found another"),
        ((500, "{}"), "answers 500"),
    ],
)
def test_another_answer_fails_the_deployment(prediction, message, service, aws):
    service.prediction = prediction

    with pytest.raises(DeployError, match=message):
        ask(service, aws)


def test_a_service_without_health_fails_the_deployment(service, aws):
    service.health = 503

    with pytest.raises(DeployError, match="health answers 503"):
        ask(service, aws)


def test_an_address_that_nobody_listens_on_fails_the_deployment(aws):
    with pytest.raises(DeployError, match="does not answer"):
        smoke(aws.account, {"CheckUrl": "http://127.0.0.1:9", "FunctionName": "predict"})


@pytest.mark.parametrize("shift", [0.0, 1e-6])
def test_behind_tokens_the_function_itself_is_judged(shift, service, aws):
    service.prediction = (401, "{}")
    reply = json.dumps({"statusCode": 200, "body": answer(shift)}).encode()
    aws.stub("lambda").add_response("get_function_configuration", {})
    aws.stub("lambda").add_response("invoke", {"Payload": io.BytesIO(reply)})

    if shift:
        with pytest.raises(DeployError, match="golden row 1"):
            ask(service, aws)
    else:
        assert "golden rows" in ask(service, aws)
