"""The server's limits: what it refuses, when it closes a connection, and what that costs others."""

import json
import os
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.support.transports import HttpTransport, http_server, wait_until

PAGE_KB = os.sysconf("SC_PAGE_SIZE") // 1024
ROW = [5, 1, 1, 1, 2, 1, 3, 1, 1]
SMALL = json.dumps(ROW)
LARGE = json.dumps({"samples": [ROW] * 10_000})
JSON = {"content-type": "application/json"}
HEAD = b"POST /v1/predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def server():
    with http_server() as transport:
        yield transport


def exchange(server: HttpTransport, sent: bytes, seconds: float = 15) -> tuple[bytes, float]:
    """Send bytes; return all that comes until the server closes, and after how many seconds."""
    started = time.monotonic()
    received = b""
    with socket.create_connection(("127.0.0.1", server.port), seconds) as connection:
        connection.sendall(sent)
        while chunk := connection.recv(65_536):
            received += chunk
    return received, time.monotonic() - started


def test_a_connection_without_a_whole_request_is_closed_after_ten_seconds(server):
    parts = [b"", b"GET / HTTP/1.1\r\nHost", b"GET /ping HTTP/1.1\r\nHost: a\r\n\r\n"]
    with ThreadPoolExecutor(len(parts)) as callers:
        # A busy machine closes them later; the caller itself gives up after 30 seconds
        ended = callers.map(lambda sent: exchange(server, sent, 30), parts)
        assert min(seconds for _, seconds in ended) > 9


def test_a_body_that_does_not_arrive_in_thirty_seconds_is_refused(server):
    received, seconds = exchange(server, HEAD + b"Content-Length: 500\r\n\r\n[1,", 60)
    assert received.startswith(b"HTTP/1.1 408 ")
    assert b"send the whole body within 30 seconds" in received
    assert seconds > 29


@pytest.mark.parametrize("lines", [b"X: " + b"a" * 20_000, b"\r\n".join([b"X: a"] * 150)])
def test_a_head_of_more_than_16_kb_or_100_lines_is_refused(server, lines):
    received, _ = exchange(server, HEAD + lines + b"\r\n\r\n")
    assert received.startswith(b"HTTP/1.1 431 ")


def test_connections_beyond_the_limit_wait_and_leave_no_line_in_the_log(server):
    logged = server.process.log.read_text()
    with ExitStack() as silent:
        for _ in range(400):
            silent.enter_context(socket.create_connection(("127.0.0.1", server.port)))
        time.sleep(1)
        assert 100 < open_sockets(server) < 128 + 30  # its own: listeners, pipes of the event loop
        # The limit's number is closed every ten seconds, so a caller waits for thirty
        patient, started = HttpTransport("http", server.port, 60), time.monotonic()
        assert patient.request("GET", "/ping").status == 200
        assert time.monotonic() - started > 25
    [line] = server.process.log.read_text()[len(logged) :].splitlines()
    assert '"answered"' in line


def test_sigterm_ends_every_process_within_its_grace_whatever_clients_do():
    stalled = HEAD + b"Content-Length: 500\r\n\r\n[1,"
    large = HEAD + b"Content-Length: %d\r\n\r\n%s" % (len(LARGE), LARGE.encode())
    with http_server() as server, ExitStack() as clients:
        for sent in (b"", b"GET / HTTP/1.1\r\n", stalled, large, large):  # none reads its answers
            client = socket.create_connection(("127.0.0.1", server.port), 10)
            clients.enter_context(client).sendall(sent)
        time.sleep(1)
        started = time.monotonic()
        server.process.terminate()
        server.process.wait(60)
        assert time.monotonic() - started < 20 + 5
        wait_until(lambda: not processes(server), "the end of the worker's processes", 30)


@pytest.mark.parametrize("length", [b"", b"Content-Length: 5\r\n"])
def test_a_body_in_chunks_is_refused_with_or_without_a_length(server, length):
    received, _ = exchange(server, HEAD + length + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
    assert received.startswith(b"HTTP/1.1 411 ")
    assert b"urn:problem:cytology:length-required" in received


def test_two_lengths_are_refused(server):
    both = b"Content-Length: 5\r\nContent-Length: 6\r\nConnection: close\r\n\r\n[1,2,3"
    received, _ = exchange(server, HEAD + both)
    assert received.startswith(b"HTTP/1.1 400 ")


def test_a_body_over_the_limit_is_refused_before_it_is_sent(server):
    received, _ = exchange(
        server, HEAD + b"Content-Length: 1048577\r\nExpect: 100-continue\r\n\r\n"
    )
    assert received.startswith(b"HTTP/1.1 413 ")


def test_bodies_over_the_limit_take_no_memory(server):
    # The process for large requests still imports its modules after the server's first answer
    assert server.request("POST", "/v1/predict", JSON, LARGE.encode()).status == 200
    before = memory_kb(server)
    for _ in range(20):
        answer = server.request("POST", "/v1/predict", JSON, b" " * 9_000_000)
        assert answer.status == 413
    assert memory_kb(server) - before < 20_000


def test_an_aborted_upload_leaves_one_line_in_the_log(server):
    logged = server.process.log.read_text()
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(HEAD + b"Content-Length: 500\r\n\r\n[1,")
    deadline = time.monotonic() + 60
    while "upload aborted" not in (new := server.process.log.read_text()[len(logged) :]):
        assert time.monotonic() < deadline, new
        time.sleep(0.05)
    assert len(new.splitlines()) == 1


def test_an_absolute_uri_is_read_as_its_path(server):
    line = b"GET http://example.org/v1/health?x=1 HTTP/1.1\r\nHost: example.org\r\n"
    received, _ = exchange(server, line + b"Connection: close\r\n\r\n")
    assert received.startswith(b"HTTP/1.1 200 ")


def test_head_says_nothing_of_a_length_that_get_would_not_have(server):
    answer = server.request("HEAD", "/v1/model")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers.get("content-length") != "0"


def test_a_small_request_does_not_wait_for_large_ones(server):
    done: list[float] = []

    def ask_large() -> None:
        assert server.request("POST", "/v1/predict", JSON, LARGE).status == 200
        done.append(time.monotonic())

    callers = [threading.Thread(target=ask_large) for _ in range(6)]
    for caller in callers:
        caller.start()
    time.sleep(0.1)
    for _ in range(3):
        assert server.request("GET", "/ping").status == 200
        assert server.request("POST", "/v1/predict", JSON, SMALL).status == 200
    finished = time.monotonic()
    for caller in callers:
        caller.join()
    assert len(done) == 6
    assert finished < max(done)


def processes(server: HttpTransport) -> dict[int, int]:
    """The server and its children: number of each process → its resident memory in kB."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):  # it has ended
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[2]) == server.process.pid:
                found[int(stat.parent.name)] = int(fields[21]) * PAGE_KB
    return found


def memory_kb(server: HttpTransport) -> int:
    return sum(processes(server).values())


def open_sockets(server: HttpTransport) -> int:
    """The most sockets that one process of the server holds."""
    return max(
        sum("socket:" in str(file.readlink()) for file in Path(f"/proc/{pid}/fd").iterdir())
        for pid in processes(server)
    )
