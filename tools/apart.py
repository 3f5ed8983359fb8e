"""Installs a program from its lock into an environment under build/, and runs it.

Scanners and Spark are separate from .venv because they pin other versions of shared packages.
"""

import fcntl
import os
import shutil
import subprocess
import sys
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
    BUILD.mkdir(exist_ok=True)
    with (BUILD / f"{PROGRAMS[name]}.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # tests in several processes ask at once
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
    return not mark.exists() or mark.read_bytes() != lock.read_bytes()


def stamp(folder: Path, lock: Path) -> None:
    """Record which lock was installed."""
    shutil.copy(lock, folder / "installed")


def run(command: list[Any], statuses: tuple[int, ...] = (0,), **options: Any) -> str:
    """Run a program to its end and return its standard output.

    Parameters
    ----------
    command
        The program and its arguments.
    statuses
        Exit statuses that mean success.
    options
        ``env``: variables in addition to this process's; others as of subprocess.run.

    Raises
    ------
    Unavailable
        The program ends with another status.
    """
    words = [str(word) for word in command]
    options["env"] = {**os.environ, **options.get("env", {})}
    ran = subprocess.run(words, check=False, capture_output=True, text=True, **options)  # noqa: S603
    if ran.returncode not in statuses:
        raise Unavailable(f"{words[0]} ended with {ran.returncode}: {ran.stderr[-1000:]}")
    return str(ran.stdout)


if __name__ == "__main__":
    # For CI: without a name, installs all programs before the timed tests
    try:
        print("\n".join(str(program(each)) for each in sys.argv[1:] or PROGRAMS))
    except Unavailable as error:
        sys.exit(str(error))
