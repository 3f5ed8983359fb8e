"""Starts child processes that a Ctrl-C does not reach before they are ready for it."""

import contextlib
import signal
from collections.abc import Iterator


@contextlib.contextmanager
def held_back() -> Iterator[None]:
    """Ignore Ctrl-C inside, in this process and in children until they set a handler.

    A terminal sends Ctrl-C to all processes; a child that still imports would print a traceback.
    """
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
