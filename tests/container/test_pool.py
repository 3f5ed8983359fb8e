"""A file is scored over HTTP by a pool of the image's containers: each row once, whatever fails."""

import gzip
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import ClassVar

import pytest
from pyarrow.parquet import read_table

from batch.scoring import in_process
from batch.service import over_http
from tests.support import tables
from tests.support.containers import docker
from tests.support.paths import ROOT
from tests.support.pool import ContainerPool
from tests.support.rows import HEADER, hostile
from tests.support.scored import checksum, score
from tests.support.standin import serving
from tests.support.transports import Answer, as_answer, http_event, wait_until

ROWS = 24_000
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'functions'}"}


class Front(BaseHTTPRequestHandler):
    """Turns each request into an event for the pool, as API Gateway does."""

    protocol_version = "HTTP/1.1"
    pool: ClassVar[ContainerPool]
    answered: ClassVar[Counter[str]]

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        event = http_event("POST", self.path, dict(self.headers.items()), body)
        self.answered["busy"] = max(self.answered["busy"], 1 + len(self.pool.busy()))
        status, found, *_ = self.pool.invoke(event)
        answer = as_answer(found) if found else Answer(status, {"retry-after": "1"}, b"")
        if answer.status == 200:
            packed = answer.headers.get("content-encoding") == "gzip"
            text = gzip.decompress(answer.body) if packed else answer.body
            self.answered["rows"] += text.count(b"\n") - 1
        self.send_response(answer.status)
        for name, value in {**answer.headers, "content-length": len(answer.body)}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, *_):
        pass


@contextmanager
def fronted(image, cap, cpus):
    """A pool of warm containers, each with a share of a processor, its address and its counts."""
    with ContainerPool(image, cap, timeout_s=60) as pool:
        pool.warm()
        for container in pool.containers():
            docker("update", "--cpus", str(cpus), container.name)
        front = type("Fronted", (Front,), {"pool": pool, "answered": Counter()})
        with serving(front) as address:
            yield pool, address, front.answered


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    path = tmp_path_factory.mktemp("pool") / "samples.csv"
    rows = ([str(number), *row[1:]] for number, row in enumerate(hostile(ROWS)))
    path.write_text(tables.joined([HEADER, *rows]))
    return path


@pytest.fixture(scope="module")
def local(samples, artifact_dir):
    """The results of this process, and how many rows it answered."""
    target = samples.with_name("local.parquet")
    summary = score(samples, in_process(artifact_dir), target=target)
    return checksum(read_table(target)), summary["answered"]


@contextmanager
def running(samples, target, address, parallel):
    command = [sys.executable, "-m", "cytology", "predict", str(samples), "--out", str(target)]
    command += ["--url", address, "--parallel", str(parallel), "--allow-errors"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=ROOT, env=ENVIRONMENT, **quiet) as client:
        yield client


def test_as_many_containers_as_requests_answer_at_a_time(image, samples, tmp_path):
    lines, busy = samples.read_text().splitlines(), {}
    # Slow enough that a busy client still has the next request ready before an answer comes
    with fronted(image, 4, 0.05) as (_, address, answered):
        for size in (1, 2, 4):
            path = tmp_path / f"{size}.csv"
            path.write_text("\n".join(lines[: 2_500 * size + 1]))
            answered.clear()
            scorer, start = over_http(address, parallel=size), time.monotonic()
            score(path, scorer, workers=size, block=12_000)
            rate = answered["rows"] / (time.monotonic() - start)
            busy[size] = answered["busy"]
            print(f"{size} containers of a twentieth of a processor: {rate:,.0f} rows/s")
    assert busy == {1: 1, 2: 2, 4: 4}


def test_a_killed_a_slow_and_a_busy_container_lose_and_double_no_row(
    image, samples, local, tmp_path
):
    target = tmp_path / "pool.parquet"
    with fronted(image, 3, 0.3) as (pool, address, answered):
        with running(samples, target, address, parallel=8) as client:
            wait_until(lambda: pool.statuses[200] >= 3 and len(pool.busy()) == 3, "an answer")
            killed, slow, _ = pool.busy()
            killed.kill()
            docker("update", "--cpus", "0.05", slow.name)
        statuses = dict(pool.statuses)
    found = read_table(target)
    print(f"{found.num_rows:,} rows; answered {answered['rows']:,}; statuses {statuses}")
    assert client.returncode == 0
    assert statuses.keys() >= {200, 429, 502}
    assert (checksum(found), answered["rows"]) == local


def test_a_killed_client_goes_on_with_the_rows_that_lack(image, samples, local, tmp_path):
    target = tmp_path / "pool.parquet"
    partial = target.with_name("pool.parquet.partial")
    with fronted(image, 2, 0.3) as (_, address, answered):
        with running(samples, target, address, parallel=2) as client:
            wait_until(lambda: len(list(partial.glob("[0-9]*.json"))) >= 3, "a part")
            client.send_signal(signal.SIGKILL)
        kept, before = len(list(partial.glob("[0-9]*.json"))), answered["rows"]
        with running(samples, target, address, parallel=2) as again:
            pass
    print(f"killed after {before:,} answers in {kept} parts; {answered['rows'] - before:,} after")
    assert (client.returncode, again.returncode) == (-signal.SIGKILL, 0)
    assert checksum(read_table(target)) == local[0]
    assert local[1] <= answered["rows"] < before + local[1]
