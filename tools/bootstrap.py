"""Creates .venv with the pinned packages of one requirement set, from any Python 3.

Usage: python3 tools/bootstrap.py local|dev

Runs before anything is installed and on old interpreters, so: standard library only, and syntax of
Python 3.6. It may be interrupted at any moment. Files in .venv record the progress: ``created`` is
written when the environment is complete, ``installing`` exists while pip writes into it, and
``installed-NAME`` holds the hash of the lock that was installed to the end.
"""

import signal

# Ctrl-C during the imports below ends the process without a traceback; main() catches later ones
signal.signal(signal.SIGINT, signal.SIG_DFL)

import glob
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
UV = os.path.join(ROOT, ".uv")
#: numpy's pin needs 3.12; 3.13 is what the image runs, so it comes first.
WANTED = ("3.13", "3.14", "3.12")
#: Megabytes on disk after the installation, measured on Linux with du.
MEGABYTES = {"local": 290, "dev": 1730}
#: Seconds between two lines of progress where no terminal can overwrite one.
EVERY_S = 15


def main():
    if len(sys.argv) != 2 or sys.argv[1] not in MEGABYTES:
        raise SystemExit("usage: python3 tools/bootstrap.py local|dev")
    name = sys.argv[1]
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if is_done(name):
            return
        announce(name)
        install(existing_venv() or create_venv(), name)
    except PermissionError as error:
        raise SystemExit(
            "cannot write %s: make the checkout writable for this user and run again"
            % (error.filename or ROOT)
        )
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted; the same command starts again\n")
        sys.exit(130)


def announce(name):
    if not os.access(ROOT, os.W_OK):
        raise PermissionError(13, "not writable", ROOT)
    print(
        "installing %d packages into .venv, about %s MB on disk (requirements/%s.txt)"
        % (len(pins(name)), format(MEGABYTES[name], ","), name)
        + ("; make test adds scanners to build/, about 820 MB" if name == "dev" else ""),
        flush=True,
    )


def lock_path(name):
    return os.path.join(ROOT, "requirements", name + ".txt")


def pins(name):
    """Names of the packages in a lock."""
    return re.findall(r"^([\w.-]+)(?:\[.*\])?==", read(lock_path(name)), re.M)


def mark_path(mark):
    return os.path.join(VENV, mark)


def fingerprint(name):
    with open(lock_path(name), "rb") as lock:
        return hashlib.sha256(lock.read()).hexdigest()


def is_done(name):
    """True where this very lock file was installed to the end; dev holds all that local does."""
    return any(
        read(mark_path("installed-" + installed)) == fingerprint(installed) and existing_venv()
        for installed in {name, "dev"}
    )


def read(path):
    try:
        with open(path) as file:
            return file.read().strip()
    except OSError:
        return ""


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def existing_venv():
    """Interpreter of a complete environment; None where making it or filling it was cut short."""
    marks = [mark_path("created")] + glob.glob(mark_path("installed-*"))
    if os.path.exists(mark_path("installing")) or not any(map(os.path.exists, marks)):
        return None
    python = os.path.join(VENV, "bin", "python")
    return python if version_of(python) in WANTED else None


def create_venv():
    delete_venv()
    python = find_python()
    if python:
        print("creating .venv with %s" % python, flush=True)
        if run([python, "-m", "venv", VENV])[0] != 0:
            # Debian splits ensurepip from Python; uv needs neither, and says more where it fails
            delete_venv()
            create_with_uv(python)
    else:
        create_with_uv(None)
    write(mark_path("created"), "")
    return os.path.join(VENV, "bin", "python")


def run(command):
    """Run a command; return its status and its errors, for at Ctrl-C Python prints a traceback."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    errors = process.communicate()[1]
    return process.returncode, errors.decode("utf-8", "replace")


def delete_venv():
    """Delete the marks first: an interrupted deletion must not leave a complete-looking rest."""
    if os.path.islink(VENV):
        os.unlink(VENV)
    for mark in glob.glob(mark_path("installed-*")) + glob.glob(mark_path("created")):
        os.unlink(mark)
    shutil.rmtree(VENV, ignore_errors=True)
    if os.path.exists(VENV):
        raise PermissionError(13, "cannot be replaced", VENV)


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
            # pyenv has shims for versions that are not selected: run it to see its version
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
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--upgrade", "--target", UV]
    uv = os.path.join(UV, "bin", "uv")
    # make clean then deletes the Python too
    environment = dict(os.environ, UV_PYTHON_INSTALL_DIR=os.path.join(UV, "python"))
    command = [uv, "venv", "--seed", "--python", python or WANTED[0], VENV]
    status, errors = run(pip + ["uv==0.13.9"])
    sys.stderr.write(errors if status != 0 else "")
    if status != 0 or subprocess.call(command, env=environment) != 0:
        delete_venv()
        raise SystemExit(
            "No Python %s with venv was found, and uv could not fetch one; it says why above.\n"
            "Debian 13, Ubuntu 24.04 and later: apt install python3-venv python3-pip. Elsewhere "
            "install Python 3.13 (python.org, pyenv), or set UV_PYTHON_INSTALL_MIRROR to a copy of "
            "uv's Pythons. Then run the same command again." % " or ".join(sorted(WANTED))
        )


def install(python, name):
    write(mark_path("installing"), name)
    command = [python, "-m", "pip", "install", "--disable-pip-version-check"]
    command += ["--progress-bar", "off", "--require-hashes", "-r", lock_path(name)]
    with tempfile.TemporaryFile("w+") as errors:  # as in run()
        if run_with_progress(command, pins(name), errors) != 0:
            errors.seek(0)
            raise SystemExit(
                errors.read() + "The packages could not be installed; pip says why above.\n"
                "With no network, or behind a proxy, set PIP_INDEX_URL or PIP_PROXY and run again."
            )
    write(mark_path("installed-" + name), fingerprint(name))
    os.unlink(mark_path("installing"))


def run_with_progress(command, names, errors):
    """Run pip, show how many packages are fetched and installed, and return its status."""
    environment = dict(os.environ, PYTHONUNBUFFERED="1")
    pip = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=errors, universal_newlines=True, env=environment
    )
    seen = {"Collecting": 0, "Ignoring": 0, "Requirement": 0}
    reader = threading.Thread(target=count_lines, args=(pip.stdout, seen))
    reader.daemon = True
    reader.start()
    started = shown = time.time()
    line = "\r\033[K%s" if sys.stdout.isatty() else "%s\n"
    while pip.poll() is None:
        time.sleep(0.2)
        total = len(names) - seen["Ignoring"]
        if sys.stdout.isatty() or time.time() - shown >= EVERY_S:
            shown = time.time()
            done = (min(seen["Collecting"] + seen["Requirement"], total), total)
            text = "fetched %d of %d, " % done + "installed %d, " % installed()
            sys.stdout.write(line % (text + "%d s" % (shown - started)))
            sys.stdout.flush()
    reader.join()
    if pip.returncode == 0:
        print(line.rstrip("\n") % ("installed in %d s" % (time.time() - started)), flush=True)
    return pip.returncode


def count_lines(stream, seen):
    """Count pip's lines by their first word."""
    for line in stream:
        word = line.split(" ", 1)[0]
        if word in seen:
            seen[word] += 1


def installed():
    """How many distributions are in the environment so far."""
    return len(glob.glob(os.path.join(VENV, "lib", "python*", "site-packages", "*.dist-info")))


if __name__ == "__main__":
    main()
