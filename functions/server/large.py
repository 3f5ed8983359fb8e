"""Answers large requests in a separate process, so that they do not delay small ones."""

import asyncio
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection, get_context, parent_process

from cytology.annotations import Any
from predict.app import handler
from server.gateway import Context
from server.interrupts import held_back

#: Lowers the process's priority: where processors are short, small requests go first.
_NICE = 10


class LargeRequests:
    """One process that answers one large request at a time; the others wait."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    def start(self) -> None:
        """Start the process at once, so that it reads the same model files as this process."""
        # Not forked: this process has threads, and a fork copies their locks
        self._pool = ProcessPoolExecutor(1, get_context("spawn"), _prepare)
        with held_back():
            self._pool.submit(os.getpid)

    def stop(self) -> None:
        """End the process after its pending requests."""
        if self._pool is not None:
            self._pool.shutdown()

    async def answer(self, event: dict[str, Any], request_id: str) -> dict[str, Any]:
        """Return the handler's answer; this process computes it if the other one has ended."""
        if self._pool is not None:
            loop = asyncio.get_running_loop()
            try:
                return await loop.run_in_executor(self._pool, _answer, event, request_id)
            # Killed for its memory, or the model files were replaced
            except BrokenProcessPool:
                self._pool = None
        return _answer(event, request_id)


def _answer(event: dict[str, Any], request_id: str) -> dict[str, Any]:
    return handler(event, Context(request_id))


def _prepare() -> None:
    os.nice(_NICE)
    # Ctrl-C and systemd's SIGTERM reach all processes of a group. This process ends with its parent
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
