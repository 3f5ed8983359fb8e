"""Turns one HTTP request into an answer, by each way that leads to the handler.

Each transport has ``request(method, path, headers, body) -> Answer``, so that one contract suite
holds for all of them:

================ ======================================================= =============
name             what it runs                                            needs
================ ======================================================= =============
in-process       the handler, called with a payload-v2 event             nothing
http             ``python -m server``, as ``make serve`` runs it          a free port
emulator         the Runtime Interface Emulator over the runtime client  Linux
container        the built image, its own emulator inside                Docker
container-server the built image as an HTTP server (``serve``)           Docker
================ ======================================================= =============
"""

import base64
import http.client
import importlib
import importlib.util
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from starlette.requests import Request

from server.gateway import Context, to_event
from tests.support.image import Unavailable, built_image

ROOT = Path(__file__).resolve().parents[2]
ARTIFACT = ROOT / "artifact"
INVOCATIONS = "/2015-03-31/functions/function/invocations"
HOST = "127.0.0.1"
NAMES = ("in-process", "http", "emulator", "container", "container-server")

Invoke = Callable[[dict[str, Any]], dict[str, Any]]


class Answer(NamedTuple):
    """An HTTP answer; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class EventTransport:
    """Wraps each request into a payload-v2 event, as API Gateway does; can also send raw events."""

    def __init__(self, name: str, invoke: Invoke) -> None:
        self.name = name
        #: Sends an event as it is; returns the handler's own result.
        self.invoke = invoke

    def request(self, method, path, headers=None, body=None) -> Answer:
        event = http_event(method, path, headers or {}, body)
        return as_answer(self.invoke(event))


class HttpTransport:
    """Sends each request to a server as it is."""

    def __init__(self, name: str, port: int, timeout_s: float = 120, process: Any = None) -> None:
        self.name = name
        self.port = port
        #: The server's process, and in ``process.log`` the file that it writes to.
        self.process = process
        self._timeout_s = timeout_s

    def request(self, method, path, headers=None, body=None) -> Answer:
        return _send(self.port, method, path, dict(headers or {}), _as_bytes(body), self._timeout_s)


def http_event(
    method: str, path: str, headers: Mapping[str, str], body: bytes | str | None
) -> dict[str, Any]:
    """The payload-v2 event for a request: the local server's own code makes it."""
    target, _, query = path.partition("?")
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "https",
        "path": unquote(target),
        "raw_path": target.encode(),
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "server": (HOST, 443),
        "client": (HOST, 1),
    }
    return to_event(Request(scope), _as_bytes(body), str(uuid.uuid4()))


def as_answer(result: Mapping[str, Any]) -> Answer:
    """Read a handler's result; one without a status is the runtime's report of a crash."""
    if "statusCode" not in result:
        raise AssertionError(f"the function failed: {json.dumps(result)[:2000]}")
    body = result.get("body") or ""
    return Answer(
        result["statusCode"],
        {name.lower(): value for name, value in (result.get("headers") or {}).items()},
        base64.b64decode(body) if result.get("isBase64Encoded") else body.encode(),
    )


@contextmanager
def open_transport(name: str) -> Iterator[EventTransport | HttpTransport]:
    """Open the transport of that name; raise Unavailable where this machine cannot."""
    opened = {
        "in-process": in_process,
        "http": http_server,
        "emulator": emulator,
        "container": container,
        "container-server": container_server,
    }[name]()
    with opened as transport:
        yield transport


@contextmanager
def in_process() -> Iterator[EventTransport]:
    """Call the handler in this process, with the model in artifact/ unless MODEL_DIR says else."""
    os.environ.setdefault("MODEL_DIR", str(ARTIFACT))
    handler = importlib.import_module("predict.app").handler
    yield EventTransport(
        "in-process",
        # Through JSON, as on the way to Lambda: what cannot be serialised must fail here too
        lambda event: json.loads(json.dumps(handler(event, Context(str(uuid.uuid4()))))),
    )


@contextmanager
def http_server(environment: Mapping[str, str] | None = None) -> Iterator[HttpTransport]:
    """Run ``python -m server`` on a free port."""
    port = free_port()
    command = [sys.executable, "-m", "server", "--port", str(port)]
    # Only the API is asked: any directory that exists will do as the site
    settings = {"SITE_DIR": str(ROOT / "cytology"), **(environment or {})}
    with start_and_wait(command, port, settings) as process:
        yield HttpTransport("http", port, process=process)


@contextmanager
def emulator(environment: Mapping[str, str] | None = None) -> Iterator[EventTransport]:
    """Run the function under the real runtime API, without Docker.

    The Runtime Interface Emulator comes with sam's wheel, the runtime client is awslambdaric.
    """
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="emulator-") as directory:
        binary = emulator_binary(Path(directory))
        command = [str(binary), "--log-level", "error"]
        command += ["--runtime-interface-emulator-address", f"{HOST}:{port}"]
        command += ["--runtime-api-address", f"{HOST}:{free_port()}"]
        command += [sys.executable, "-m", "awslambdaric", "predict.app.handler"]
        settings = {"LAMBDA_TASK_ROOT": str(ROOT), **(environment or {})}
        with start_and_wait(command, port, settings):
            yield EventTransport("emulator", lambda event: invoke_emulator(port, event))


@contextmanager
def container(
    environment: Mapping[str, str] | None = None, *options: str, image: str | None = None
) -> Iterator[EventTransport]:
    """Run the image in Docker; ``options`` are further ones of ``docker run``."""
    image = image or built_image()
    with running_container(image, environment or {}, *options) as port:
        yield EventTransport("container", lambda event: invoke_emulator(port, event))


@contextmanager
def container_server(image: str | None = None) -> Iterator[HttpTransport]:
    """Run the same image as the HTTP server that other container hosts start."""
    image = image or built_image()
    with running_container(image, {}, command=("serve",)) as port:
        yield HttpTransport("container-server", port)


@contextmanager
def running_container(
    image: str, environment: Mapping[str, str], *options: str, command: tuple[str, ...] = ()
) -> Iterator[int]:
    """Start a container of an image; yield the port on this machine of what listens in it."""
    name = f"ctr-{uuid.uuid4().hex[:12]}"
    call = ["docker", "run", "--detach", "--rm", "--name", name]
    call += ["--publish", f"{HOST}:0:8080", *options]
    for key, value in environment.items():
        call += ["--env", f"{key}={value}"]
    started = subprocess.run([*call, image, *command], capture_output=True, text=True, check=False)
    if started.returncode:
        raise AssertionError(f"docker could not start {image}: {started.stderr.strip()[-500:]}")
    try:
        published = subprocess.run(
            ["docker", "port", name, "8080"], capture_output=True, text=True, check=True
        )
        port = int(published.stdout.splitlines()[0].rpartition(":")[2])
        wait_until(lambda: is_answering(port), f"container {image}")
        yield port
    finally:
        subprocess.run(["docker", "kill", name], capture_output=True, check=False)


def invoke_emulator(port: int, event: Any, timeout_s: float = 60) -> Any:
    """Send one event to an emulator and return the function's result."""
    answer = _send(port, "POST", INVOCATIONS, {}, json.dumps(event).encode(), timeout_s)
    return json.loads(answer.body)


def emulator_binary(directory: Path) -> Path:
    """Copy the emulator out of sam's wheel, executable; Unavailable where it cannot run."""
    architecture = {"x86_64": "x86_64", "aarch64": "arm64"}.get(platform.machine())
    if sys.platform != "linux" or architecture is None:
        raise Unavailable("the Runtime Interface Emulator runs on x86_64 and arm64 Linux only")
    samcli = importlib.util.find_spec("samcli")
    if samcli is None or samcli.origin is None:
        raise Unavailable("aws-sam-cli, which carries the emulator, is not installed: make test")
    source = Path(samcli.origin).parent / "local" / "rapid" / f"aws-lambda-rie-{architecture}"
    target = directory / "aws-lambda-rie"
    shutil.copy(source, target)
    target.chmod(0o755)
    return target


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


@contextmanager
def start_and_wait(
    command: list[str], port: int, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a child until the block ends, from when it listens; its children end with it."""
    settings = {
        **os.environ,
        "MODEL_DIR": str(ARTIFACT),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "functions")]),
        **environment,
    }
    with tempfile.TemporaryDirectory(prefix="transport-") as directory:
        log = Path(directory) / "log"
        with log.open("wb") as sink:
            process = subprocess.Popen(
                command, cwd=ROOT, env=settings, stdout=sink, stderr=sink, process_group=0
            )
        process.log = log
        try:
            _wait_for_port(process, port, log)
            yield process
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the whole group: the emulator does not take its function with it."""
    for signal in (15, 9):
        try:
            os.killpg(process.pid, signal)
        except ProcessLookupError:
            break
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            continue
    process.wait()


def _wait_for_port(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    def is_open() -> bool:
        if process.poll() is not None:
            raise AssertionError(f"{process.args} ended at once:\n{log.read_text()[-2000:]}")
        with socket.socket() as probe:
            return probe.connect_ex((HOST, port)) == 0

    wait_until(is_open, f"port {port} of {process.args}")


def is_answering(port: int) -> bool:
    """Docker's proxy accepts before the emulator listens: only an HTTP answer counts."""
    try:
        _send(port, "GET", "/", {}, b"", 5)
    except (OSError, http.client.HTTPException):
        return False
    return True


def wait_until(holds: Callable[[], bool], what: str, timeout_s: float = 60) -> None:
    deadline = time.monotonic() + timeout_s
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} is not ready after {timeout_s} s")
        time.sleep(0.02)


def _send(
    port: int, method: str, path: str, headers: dict[str, str], body: bytes, timeout_s: float
) -> Answer:
    connection = http.client.HTTPConnection(HOST, port, timeout=timeout_s)
    try:
        connection.request(method, path, body=body or None, headers=headers)
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, found, response.read())
    finally:
        connection.close()


def _as_bytes(body: bytes | str | None) -> bytes:
    return body.encode() if isinstance(body, str) else body or b""
