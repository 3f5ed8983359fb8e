"""The image as a plain HTTP server: how it starts, scales to its processors, and stops."""

import http.client
import json
import subprocess
import threading
import time
import uuid

import pytest

from tests.support.samples import BENIGN
from tests.support.transports import HttpTransport, free_port

BODY = json.dumps({"samples": [BENIGN] * 2_000})


def docker(*arguments):
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)


@pytest.fixture
def server(image, request):
    """A server container that outlives its end, so that its exit can be looked at."""
    name, port = f"ctr-{uuid.uuid4().hex[:12]}", free_port()
    options = ["--name", name, "-p", f"127.0.0.1:{port}:8080", *getattr(request, "param", ())]
    started = docker("run", "-d", *options, image, "serve")
    assert started.returncode == 0, started.stderr
    transport = HttpTransport(name, port)
    for _ in range(300):
        try:
            if transport.request("GET", "/ping").status == 200:
                break
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
    yield transport
    docker("rm", "--force", name)


def test_a_stop_answers_what_is_in_flight_and_ends_in_peace(server):
    answers = []

    def ask():
        for _ in range(15):
            try:
                headers = {"content-type": "application/json"}
                answer = server.request("POST", "/v1/predict", headers, BODY)
                answers.append((answer.status, len(answer.json()["predictions"])))
            # Refused or cut before an answer began: never accepted, so not lost. An answer that
            # is cut short raises IncompleteRead, and fails the test
            except (OSError, http.client.RemoteDisconnected):
                return

    askers = [threading.Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    time.sleep(0.3)
    stopped = docker("stop", "--time", "20", server.name)
    for asker in askers:
        asker.join()
    assert stopped.returncode == 0
    assert docker("inspect", "-f", "{{.State.ExitCode}}", server.name).stdout.strip() == "0"
    assert answers
    assert set(answers) == {(200, 2_000)}


@pytest.mark.parametrize(
    ("server", "workers"), [(["--cpus", "1"], 1), (["--cpus", "2"], 2)], indirect=["server"]
)
def test_every_processor_gets_a_worker_and_a_process_for_its_large_requests(server, workers):
    listing = docker("top", server.name, "-o", "pid,args").stdout
    assert listing.count("python -m server") == 1 + workers
    assert listing.count("--multiprocessing-fork") == workers


def test_a_damaged_artifact_stops_the_server_with_its_name(image, tmp_path):
    (tmp_path / "manifest.json").write_text("{}")
    tmp_path.chmod(0o755)
    ended = docker("run", "--rm", "-v", f"{tmp_path}:/opt/ml/model:ro", image, "serve")
    assert ended.returncode == 1
    assert "the model cannot be served: sha256 of manifest.json" in ended.stderr
