"""Creates .venv with the pinned packages of one requirement set, from any Python 3 at all.

Usage: python3 tools/bootstrap.py local|dev

Runs before anything is installed and on old interpreters, so: standard library only, and syntax of
Python 3.6. A finished install leaves a stamp with the hash of what was asked for; without the
stamp the next run installs again, which also mends an install that was interrupted.
"""

import glob
import hashlib
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
UV = os.path.join(ROOT, ".uv")
#: numpy's pin needs 3.12; 3.13 is what the image runs, so it comes first.
WANTED = ("3.13", "3.14", "3.12")


def main():
    if len(sys.argv) != 2 or sys.argv[1] not in ("local", "dev"):
        raise SystemExit("usage: python3 tools/bootstrap.py local|dev")
    name = sys.argv[1]
    try:
        if is_done(name):
            return
        python = existing_venv() or create_venv()
        install(python, name)
    except PermissionError as error:
        raise SystemExit(
            "cannot write %s: make the checkout writable for this user and run again"
            % (error.filename or ROOT)
        )


def stamp_path(name):
    return os.path.join(VENV, "installed-%s" % name)


def fingerprint(name):
    with open(os.path.join(ROOT, "requirements", name + ".txt"), "rb") as lock:
        return hashlib.sha256(lock.read()).hexdigest()


def is_done(name):
    """True where this very lock file was installed to the end; dev holds all that local does."""
    return any(
        read(stamp_path(installed)) == fingerprint(installed) and existing_venv()
        for installed in {name, "dev"}
    )


def read(path):
    try:
        with open(path) as file:
            return file.read().strip()
    except OSError:
        return ""


def existing_venv():
    python = os.path.join(VENV, "bin", "python")
    return python if version_of(python) in WANTED else None


def create_venv():
    shutil.rmtree(VENV, ignore_errors=True)
    if os.path.exists(VENV):
        raise PermissionError(13, "cannot be replaced", VENV)
    python = find_python()
    if python:
        print("creating .venv with %s" % python, flush=True)
        if subprocess.call([python, "-m", "venv", VENV]) == 0:
            return os.path.join(VENV, "bin", "python")
        # Debian splits ensurepip from Python; uv needs neither
        shutil.rmtree(VENV, ignore_errors=True)
    return create_with_uv(python)


def find_python():
    """Path of the best interpreter on this machine, or None."""
    pyenv = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    for version in WANTED:
        found = [shutil.which("python" + version), shutil.which("python3"), sys.executable]
        found += sorted(
            glob.glob(os.path.join(pyenv, "versions", version + ".*", "bin", "python3"))
        )
        found += glob.glob("/usr/local/bin/python" + version)
        found += glob.glob("/opt/homebrew/bin/python" + version)
        for python in found:
            # pyenv's shims exist for versions that are not selected: ask, do not believe the name
            if python and version_of(python) == version:
                return python
    return None


def version_of(python):
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        process = subprocess.Popen(
            [python, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except OSError:
        return None
    output = process.communicate()[0].decode().strip()
    return output if process.returncode == 0 else None


def create_with_uv(python):
    print("fetching uv from PyPI to make a Python %s environment" % WANTED[0], flush=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--upgrade", "--target", UV, "uv"]
    uv = os.path.join(UV, "bin", "uv")
    made = subprocess.call(pip) == 0 and (
        subprocess.call([uv, "venv", "--seed", "--python", python or WANTED[0], VENV]) == 0
    )
    if not made:
        shutil.rmtree(VENV, ignore_errors=True)
        raise SystemExit(
            "No Python %s was found, and uv could not fetch one.\n"
            "Install Python 3.13 with venv and pip (python.org, your package manager, pyenv, uv),\n"
            "then run the same command again." % " or ".join(sorted(WANTED))
        )
    return os.path.join(VENV, "bin", "python")


def install(python, name):
    lock = os.path.join(ROOT, "requirements", name + ".txt")
    print("installing the pinned packages of requirements/%s.txt" % name, flush=True)
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if subprocess.call(command + ["--require-hashes", "-r", lock]) != 0:
        raise SystemExit(
            "The packages could not be installed; pip says why above.\n"
            "With no network, or behind a proxy, set PIP_INDEX_URL or PIP_PROXY and run again."
        )
    with open(stamp_path(name), "w") as stamp:
        stamp.write(fingerprint(name))


if __name__ == "__main__":
    main()
