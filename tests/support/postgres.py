"""Turns the PostgreSQL of this machine into an empty database in a folder, for one test."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.image import Unavailable


class Database:
    """A server that listens on a socket in its own folder alone."""

    def __init__(self, folder: Path, tools: Path) -> None:
        self._folder, self._tools = folder, tools
        # PostgreSQL refuses to run as root
        self._user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []

    def run(self, tool: str, *arguments: str, text: str | None = None) -> str:
        ran = subprocess.run(
            [*self._user, str(self._tools / tool), *arguments],
            input=text,
            capture_output=True,
            text=True,
            cwd=self._folder,
            check=False,
        )
        assert ran.returncode == 0, f"{tool}: {ran.stderr[-2000:]}"
        return ran.stdout

    def execute(self, script: str) -> list[list[str]]:
        """The rows of what a script selects, cells as text, empty where NULL."""
        psql = ["--no-psqlrc", "--quiet", "--csv", "--tuples-only", "-v", "ON_ERROR_STOP=1"]
        host = ["-h", str(self._folder), "-d", "postgres"]
        found = self.run("psql", *psql, *host, text=script)
        return [line.split(",") for line in found.splitlines()]


@contextmanager
def database() -> Iterator[Database]:
    tools = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)
    if tools is None:
        raise Unavailable("PostgreSQL is not installed; on Debian: apt install postgresql")
    # Not in a folder of pytest: the user of the server may not enter these
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    found = Database(folder, tools)
    data = str(folder / "data")
    try:
        found.run("initdb", "-D", data, "--no-sync", "--auth=trust")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        found.run("pg_ctl", "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start")
        try:
            yield found
        finally:
            found.run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
