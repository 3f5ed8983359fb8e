"""Turns a command line into a running local server: ``python -m server``."""

import argparse
import errno
import os
import socket
import sys
from pathlib import Path

import uvicorn

from cytology.artifact import ArtifactMismatch

ROOT = Path(__file__).parents[2]
#: Where the kernel states a container's quota: control groups version 2, then 1.
QUOTAS = ("/sys/fs/cgroup/cpu.max", "/sys/fs/cgroup/cpu/cpu.cfs_quota_us")
RELOADED = ("cytology", "functions", "artifact")


def main() -> int:
    """Serve until interrupted; return the exit status."""
    options = _options()
    if problem := _cannot_listen(options.host, options.port):
        print(problem, file=sys.stderr)
        return 1
    try:
        import server.app  # noqa: F401 - fail here, with one line, before a server starts
    except ArtifactMismatch as mismatch:
        print(f"the model cannot be served: {mismatch}\nrun: make train", file=sys.stderr)
        return 1
    print(f"serving on http://{options.host}:{options.port}/  (stop with Ctrl-C)", flush=True)
    uvicorn.run(
        "server.app:app",
        host=options.host,
        port=options.port,
        workers=None if options.reload else options.workers or processors(),
        reload=options.reload,
        reload_dirs=[str(ROOT / name) for name in RELOADED] if options.reload else None,
        reload_includes=["*.py", "*.json"] if options.reload else None,
        # Requests in flight when a host says stop are answered; hosts wait 30 s or longer
        timeout_graceful_shutdown=20,
        log_level="warning",
        access_log=False,
        server_header=False,
    )
    return 0


def processors() -> int:
    """Processors that this container may use, at least one: its quota, else its processor set."""
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


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m server", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--reload", action="store_true", help="restart when a file changes")
    parser.add_argument("--workers", type=int, default=1, help="processes; 0: one a processor")
    return parser.parse_args()


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
