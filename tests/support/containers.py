"""Turns an image into one running container that can be asked, watched, harmed and ended."""

import json
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.support.transports import HOST, invoke_emulator, is_answering, wait_until

#: Sends one event to the emulator from inside, where a container has no network.
ASK_INSIDE = """
import sys, urllib.request
url = "http://127.0.0.1:8080/2015-03-31/functions/function/invocations"
print(urllib.request.urlopen(url, sys.stdin.buffer.read(), timeout=60).read().decode())
"""


def docker(*arguments: str, check: bool = True, **options: Any) -> str:
    """Run docker and return what it prints."""
    ran = subprocess.run(
        ["docker", *arguments], capture_output=True, text=True, check=False, **options
    )
    if check and ran.returncode:
        raise AssertionError(f"docker {arguments[0]}: {ran.stderr.strip()[-500:]}")
    return ran.stdout + ran.stderr if arguments[0] == "logs" else ran.stdout


class Container:
    """One container of an image; its emulator or server listens on ``port`` of this machine."""

    def __init__(
        self,
        image: str,
        *options: str,
        environment: Mapping[str, str] | None = None,
        command: tuple[str, ...] = (),
        published: bool = True,
    ) -> None:
        """Start it; without ``published`` it is reached by :meth:`ask_inside` alone."""
        self.name = f"ctr-{uuid.uuid4().hex[:12]}"
        settings = [f"--env={key}={value}" for key, value in (environment or {}).items()]
        publish = ["--publish", f"{HOST}:0:8080"] if published else []
        docker("run", "-d", "--name", self.name, *publish, *options, *settings, image, *command)
        self.port = 0
        if published:
            found = docker("port", self.name, "8080").splitlines()[0]
            self.port = int(found.rpartition(":")[2])
            try:
                wait_until(lambda: is_answering(self.port), f"container of {image}")
            except BaseException:
                self.remove()
                raise

    def ask(self, event: Any, timeout_s: float = 60) -> Any:
        """The function's own result for one event, or the runtime's report of its failure."""
        return invoke_emulator(self.port, event, timeout_s)

    def ask_inside(self, event: Any) -> Any:
        """As :meth:`ask`, by a process in the container."""
        call = ["exec", "-i", self.name, "python", "-c", ASK_INSIDE]
        return json.loads(docker(*call, input=json.dumps(event)))

    def run_inside(self, script: str) -> str:
        """What a shell script prints in the container."""
        return docker("exec", self.name, "sh", "-c", script, check=False).strip()

    def address(self) -> str:
        """Its own address in Docker's network, reached from Linux hosts only."""
        template = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
        return docker("inspect", "-f", template, self.name).strip()

    def state(self) -> dict[str, Any]:
        """Docker's own account: Running, ExitCode, OOMKilled and more."""
        return json.loads(docker("inspect", "-f", "{{json .State}}", self.name))

    def logs(self) -> str:
        return docker("logs", self.name)

    def kill(self, signal: str = "KILL") -> None:
        docker("kill", "--signal", signal, self.name)

    def remove(self) -> None:
        docker("rm", "--force", self.name, check=False)


@contextmanager
def started(image: str, *options: str, **settings: Any) -> Iterator[Container]:
    """A container for the length of a block."""
    container = Container(image, *options, **settings)
    try:
        yield container
    finally:
        container.remove()
