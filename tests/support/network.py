"""Turns the network that Chromium sees into one of its own, where this machine allows it.

Every container that starts or stops changes the machine's network, and Chromium then drops what it
was fetching. In a network namespace nothing changes, so browser tests run beside container tests.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

#: With a loopback alone Chromium believes that it is offline; nothing answers at the other end.
SET_UP = (
    "ip link set lo up",
    "ip link add outside type veth peer name inside",
    "ip address add 192.0.2.1/24 dev inside",
    "ip link set outside up",
    "ip link set inside up",
)


@cache
def can_be_apart() -> bool:
    """Whether this user may make a network namespace, which takes Linux and root."""
    if sys.platform != "linux":
        return False
    script = " && ".join(SET_UP)
    try:
        tried = subprocess.run(["unshare", "--net", "sh", "-c", script], capture_output=True)
    except FileNotFoundError:
        return False
    return tried.returncode == 0


@contextmanager
def apart() -> Iterator[None]:
    """Give this thread, and all that it starts, a network of its own; nothing where it may not."""
    if not can_be_apart():
        yield
        return
    with Path("/proc/thread-self/ns/net").open() as shared:
        os.unshare(os.CLONE_NEWNET)
        try:
            for command in SET_UP:
                subprocess.run(command.split(), check=True)
            yield
        finally:
            os.setns(shared.fileno(), os.CLONE_NEWNET)
