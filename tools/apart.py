"""Turns a lock file into an environment of its own under build/, and runs a program of it.

Scanners live there, apart from .venv: each pins half of what it shares with us.
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


#: Every program that is installed from a lock of its own, and that lock's name.
PROGRAMS = {"checkov": "checkov", "modelaudit": "modelaudit", "pip-audit": "audit"}


class Unavailable(Exception):
    """A program cannot be had or does not run on this machine; the message says why."""


def program(name: str) -> Path:
    """Path of a Python program, installed from its lock if that changed."""
    lock = ROOT / "requirements" / f"{PROGRAMS[name]}.txt"
    home = BUILD / PROGRAMS[name]
    if is_stale(home, lock):
        shutil.rmtree(home, ignore_errors=True)
        run([sys.executable, "-m", "venv", home])
        pip = [home / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-input"]
        run([*pip, "--disable-pip-version-check", "--require-hashes", "-r", lock])
        stamp(home, lock)
    return home / "bin" / name


def is_stale(home: Path, lock: Path) -> bool:
    """True unless exactly this lock was installed there to the end."""
    mark = home / "installed"
    return not mark.exists() or mark.read_text() != _fingerprint(lock)


def stamp(home: Path, lock: Path) -> None:
    """Remember what was installed."""
    (home / "installed").write_text(_fingerprint(lock))


def run(
    command: list[Any],
    statuses: tuple[int, ...] = (0,),
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
) -> str:
    """Run to the end and return standard output; another status than those named is a lack."""
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
    # For CI: what is fetched beforehand is not in the tests' time
    for each in PROGRAMS:
        program(each)
