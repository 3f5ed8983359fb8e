"""Runs the API and the form as an HTTP server: ``python -m server``."""

import argparse
import errno
import multiprocessing
import os
import socket
import sys
from pathlib import Path

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from cytology.annotations import Any
from cytology.arguments import ArgumentParser, port
from cytology.artifact import ArtifactMismatch
from server.interrupts import held_back

ROOT = Path(__file__).parents[2]
#: Where the kernel states a container's quota: control groups version 2, then 1.
QUOTAS = ("/sys/fs/cgroup/cpu.max", "/sys/fs/cgroup/cpu/cpu.cfs_quota_us")

#: Connections that one worker serves at once; further ones wait in the kernel's queue. Each may
#: hold a body of 1 MB, so bodies take at most 128 MB of a worker's memory.
CONNECTIONS = 128
#: Seconds in which a request's head must arrive, and after which an idle connection is closed.
IDLE_S = 10
#: Bytes of a request's head; API Gateway allows 10,240 of headers.
HEAD_BYTES = 16_384
#: Seconds between SIGTERM and the end, whatever clients do; container hosts wait 30 or more.
GRACE_S = 20


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; return the exit status."""
    options = _options(arguments)
    if problem := _cannot_listen(options.host, options.port):
        print(problem, file=sys.stderr)
        return 1
    try:
        import server.app  # noqa: F401 - report a broken model before a server starts
        from predict.app import settings
    except ArtifactMismatch as mismatch:
        print(f"the model cannot be served: {mismatch}\nrun: make train", file=sys.stderr)
        return 1
    print(f"serving on http://{options.host}:{options.port}/  (stop with Ctrl-C)", flush=True)
    if options.reload:
        # A forked worker keeps the modules that this process has imported
        multiprocessing.set_start_method("spawn")
    _Server(
        "server.app:app",
        address=options.host,
        port=options.port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=1 if options.reload else options.workers or processors(),
        backpressure=CONNECTIONS,
        http1_settings=HTTP1Settings(header_read_timeout=IDLE_S * 1000, max_buffer_size=HEAD_BYTES),
        workers_kill_timeout=GRACE_S,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
        reload=options.reload,
        reload_paths=[ROOT / "cytology", ROOT / "functions", Path(settings.model_dir)],
        reload_ignore_worker_failure=True,
    ).serve()
    return 0


class _Server(Granian):  # type: ignore[misc, valid-type]
    def _spawn_workers(self, *arguments: Any) -> None:
        with held_back():
            super()._spawn_workers(*arguments)


def processors() -> int:
    """Return how many processors this container may use, at least one."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    for path in QUOTAS:
        try:
            quota, *period = Path(path).read_text().split()
        except OSError:
            continue
        if quota.isdecimal():
            share = int(quota) // int(period[0] if period else 100_000)
            available = min(available or 1, share)
    return max(1, available or 1)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = ArgumentParser(prog="cytology serve", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=port, default=8000)
    parser.add_argument("--reload", action="store_true", help="restart when a file changes")
    parser.add_argument("--workers", type=int, default=1, help="processes; 0: one a processor")
    return parser.parse_args(arguments)


def _cannot_listen(host: str, port: int) -> str | None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return f"port {port} is in use; choose another: make serve PORT={port + 1}"
            return f"cannot listen on {host}:{port}: {error.strerror}"
    return None


if __name__ == "__main__":
    sys.exit(main())
