"""The local server: what it says before it starts, and how wide it starts."""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys

import pytest

from server import __main__ as server
from tests.chaos.flights import Flights
from tests.container.first_minutes import CTRL_C, Typed
from tests.support.paths import ROOT
from tests.support.transports import (
    HttpTransport,
    free_port,
    http_server,
    is_answering,
    start_and_wait,
    wait_until,
)


def start(*arguments, **environment):
    settings = {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'functions'}", **environment}
    return subprocess.run(
        [sys.executable, "-m", "server", *arguments],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_port_in_use_is_said_with_the_way_out():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = start("--port", str(port))
    assert ended.returncode == 1
    assert f"port {port} is in use; choose another: make serve PORT={port + 1}" in ended.stderr


def test_a_missing_model_is_said_with_the_way_out(tmp_path):
    ended = start("--port", "0", MODEL_DIR=str(tmp_path))
    assert ended.returncode == 1
    assert "the model cannot be served: manifest.json" in ended.stderr
    assert "make train" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("quota", "expected"),
    [("max 100000", 8), ("150000 100000", 1), ("400000 100000", 4), ("50000 100000", 1)],
)
def test_a_container_s_quota_limits_its_workers(monkeypatch, tmp_path, quota, expected):
    (tmp_path / "cpu.max").write_text(quota)
    monkeypatch.setattr(server.os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setattr(server, "QUOTAS", (str(tmp_path / "cpu.max"),))
    assert server.processors() == expected


def test_a_terminal_gets_a_line_for_people_and_a_pipe_json(artifact_dir, monkeypatch):
    monkeypatch.setenv("MODEL_DIR", str(artifact_dir))
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}{os.pathsep}{ROOT / 'functions'}")
    with http_server() as piped:
        piped.request("GET", "/ping")
        wait_until(lambda: "answered" in piped.process.log.read_text(), "the request's line")
        assert '{"level":"INFO","message":"answered"' in piped.process.log.read_text()

    port = free_port()
    typed = Typed(f"{shlex.quote(sys.executable)} -m server --port {port}").read("serving on", 60)
    wait_until(lambda: is_answering(port), "the server")
    HttpTransport("http", port).request("GET", "/ping")
    [line] = [line for line in typed.read("answered", 30).shown.splitlines() if "answered" in line]
    assert re.match(r"\d\d:\d\d:\d\d answered route=\w+ status=\d+ Duration=", line)
    assert typed.press(CTRL_C).end() != 1


def test_files_that_are_replaced_change_no_answer_of_a_running_server(artifact_dir, tmp_path):
    model = shutil.copytree(artifact_dir, tmp_path / "model")
    kind = {"content-type": "application/json"}
    row = [5, 1, 1, 1, 2, 1, 3, 1, 1]
    with http_server({"MODEL_DIR": str(model)}) as server:

        def answers():
            asked = [server.request("GET", "/v1/model")]
            for rows in (1, 1_000):  # a large request is answered in another process
                body = json.dumps({"samples": [row] * rows})
                asked.append(server.request("POST", "/v1/predict", kind, body))
            return [(answer.status, answer.json().get("predictions")) for answer in asked]

        expected = answers()
        for path in model.iterdir():
            path.write_bytes(b"replaced")
        assert answers() == expected
    assert "the model cannot be served" in start("--port", "0", MODEL_DIR=str(model)).stderr


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such signal")
@pytest.mark.parametrize("workers", [1, 2])
def test_a_stop_answers_every_request_that_was_sent(workers, artifact_dir):
    port = free_port()
    path = f"{ROOT}{os.pathsep}{ROOT / 'functions'}"
    environment = {"PYTHONPATH": path, "MODEL_DIR": str(artifact_dir), "LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-m", "server", "--port", str(port), "--workers", str(workers)]
    with start_and_wait(command, port, environment) as server:
        flights = Flights("127.0.0.1", port)
        flights.take_off(callers=8, seconds=1)
        server.send_signal(signal.SIGTERM)
        flights.land(lambda: server.wait(30))
    flights.check()
