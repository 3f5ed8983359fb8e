"""Installs a program from its lock into an environment under build/, and runs it.

Scanners and Spark are separate from .venv because they pin other versions of shared packages.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build"

#: Program → name of its lock.
PROGRAMS = {
    "checkov": "checkov",
    "model_signing": "signing",
    "modelaudit": "modelaudit",
    "pip-audit": "audit",
    "spark-submit": "spark",
}


class Unavailable(Exception):
    """A program cannot be installed or run on this machine; the message has the reason."""


def program(name: str) -> Path:
    """Return the path of a program; installs it first if its lock changed."""
    lock = ROOT / "requirements" / f"{PROGRAMS[name]}.txt"
    folder = BUILD / PROGRAMS[name]
    if is_stale(folder, lock):
        shutil.rmtree(folder, ignore_errors=True)
        run([sys.executable, "-m", "venv", folder])
        pip = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-input"]
        run([*pip, "--disable-pip-version-check", "--require-hashes", "-r", lock])
        stamp(folder, lock)
    return folder / "bin" / name


def is_stale(folder: Path, lock: Path) -> bool:
    """True unless this version of the lock was installed completely."""
    mark = folder / "installed"
    return not mark.exists() or mark.read_text() != _fingerprint(lock)


def stamp(folder: Path, lock: Path) -> None:
    """Record which lock was installed."""
    (folder / "installed").write_text(_fingerprint(lock))


def run(
    command: list[Any],
    statuses: tuple[int, ...] = (0,),
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
) -> str:
    """Run a program to its end and return its standard output.

    Parameters
    ----------
    command
        The program and its arguments.
    statuses
        Exit statuses that mean success.
    environment
        Variables in addition to this process's.
    directory
        Where the program runs.

    Raises
    ------
    Unavailable
        The program ends with another status.
    """
    words = [str(word) for word in command]
    ran = subprocess.run(  # noqa: S603 - programs of our own locks
        words,
        capture_output=True,
        text=True,
        check=False,
        cwd=directory,
        env={**os.environ, **(environment or {})},
    )
    if ran.returncode not in statuses:
        raise Unavailable(f"{words[0]} ended with {ran.returncode}: {ran.stderr[-1000:]}")
    return ran.stdout


def _fingerprint(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


if __name__ == "__main__":
    # For CI: installs the programs before the timed tests
    for each in PROGRAMS:
        program(each)
