"""The same canaries through the real container, as Lambda and as a server: its logs, its disk."""

import subprocess
from contextlib import contextmanager

import pytest

from tests.support.canaries import canaries, traces
from tests.support.transports import (
    EventTransport,
    HttpTransport,
    invoke_emulator,
    running_container,
)

REQUESTS = canaries()

#: Prints every regular file that is not part of the image or of the kernel's views.
CONTENT = """
import pathlib, sys
for name in sys.argv[1:]:
    path = pathlib.Path(name)
    if path.is_file():
        sys.stdout.buffer.write(path.read_bytes() + b"\\n")
"""


def docker(*arguments):
    ran = subprocess.run(["docker", *arguments], capture_output=True, check=True, timeout=60)
    return (ran.stdout + ran.stderr).decode(errors="replace")


@contextmanager
def as_function(image, *options):
    with running_container(image, {}, *options) as port:
        yield EventTransport("container", lambda event: invoke_emulator(port, event))


@contextmanager
def as_server(image, *options):
    with running_container(image, {}, *options, command=("serve",)) as port:
        yield HttpTransport("container-server", port)


@pytest.mark.parametrize("run", [as_function, as_server])
def test_neither_log_nor_disk_keeps_anything_of_a_request(image, tmp_path, run):
    noted = tmp_path / "id"
    with run(image, "--cidfile", str(noted)) as transport:
        container = noted.read_text()
        before = docker("diff", container)
        answers = [
            transport.request(each.method, each.path, each.headers, each.body) for each in REQUESTS
        ]
        logs = docker("logs", container)
        changed = [line.split(" ", 1)[1] for line in docker("diff", container).splitlines()]
        files = docker("exec", container, "python", "-c", CONTENT, *changed)
        new = set(docker("diff", container).splitlines()) - set(before.splitlines())

    assert [answer.status for answer in answers] == [each.status for each in REQUESTS]
    assert '"answered"' in logs
    assert new == set(), "a request wrote a file"
    for canary in REQUESTS:
        assert traces(logs, canary) == []
        assert traces(files, canary) == []
