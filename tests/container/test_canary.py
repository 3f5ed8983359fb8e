"""The same canaries through the real container, as Lambda and as a server: its logs, its disk."""

import pytest

from tests.support.canaries import canaries, traces
from tests.support.containers import docker, started
from tests.support.transports import EventTransport, HttpTransport

REQUESTS = canaries()
#: Prints every regular file of those that are named.
CONTENT = """
import pathlib, sys
for name in sys.argv[1:]:
    path = pathlib.Path(name)
    if path.is_file():
        print(path.read_bytes().decode(errors="replace"))
"""


@pytest.mark.parametrize("command", [(), ("serve",)], ids=["function", "server"])
def test_neither_log_nor_disk_keeps_anything_of_a_request(image, command):
    with started(image, command=command) as container:
        server = HttpTransport("server", container.port)
        transport = server if command else EventTransport("container", container.ask)
        before = docker("diff", container.name)
        answers = [
            transport.request(each.method, each.path, each.headers, each.body) for each in REQUESTS
        ]
        logs, after = container.logs(), docker("diff", container.name)
        changed = [line.split(" ", 1)[1] for line in after.splitlines()]
        files = docker("exec", container.name, "python", "-c", CONTENT, *changed)

    assert [answer.status for answer in answers] == [each.status for each in REQUESTS]
    assert '"answered"' in logs
    assert set(after.splitlines()) <= set(before.splitlines()), "a request wrote a file"
    assert [trace for canary in REQUESTS for trace in traces(logs + files, canary)] == []
