"""The local server: what it says before it starts, and how wide it starts."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from server import __main__ as server
from tests.chaos.flights import Flights
from tests.support.paths import ROOT
from tests.support.transports import free_port, start_and_wait


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
