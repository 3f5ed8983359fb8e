"""Turns a command line into a running local server: ``python -m server``."""

import argparse
import errno
import socket
import sys
from pathlib import Path

import uvicorn

from cytology.artifact import ArtifactMismatch

ROOT = Path(__file__).parents[2]
RELOADED = ("cytology", "functions", "artifact")


def main() -> int:
    """Serve until interrupted; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m server", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--reload", action="store_true", help="restart when a file changes")
    options = parser.parse_args()
    if problem := _cannot_listen(options.host, options.port):
        print(problem, file=sys.stderr)
        return 1
    try:
        import server.app  # noqa: F401 - fail here, with one line, before a server starts
    except ArtifactMismatch as mismatch:
        print(f"the model cannot be served: {mismatch}\nrun: make train", file=sys.stderr)
        return 1
    print(f"form and API on http://{options.host}:{options.port}/  (stop with Ctrl-C)", flush=True)
    uvicorn.run(
        "server.app:app",
        host=options.host,
        port=options.port,
        reload=options.reload,
        reload_dirs=[str(ROOT / name) for name in RELOADED] if options.reload else None,
        reload_includes=["*.py", "*.json"] if options.reload else None,
        log_level="warning",
        access_log=False,
        server_header=False,
    )
    return 0


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
