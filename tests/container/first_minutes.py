"""Types the commands of the README as a newcomer does, and checks what the terminal shows.

``fresh-machine.sh`` runs it in a clone on a fresh machine: standard library of Python 3.9 only.
"""

import json
import os
import pty
import random
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request

CTRL_C = b"\x03"
SAMPLE = {"samples": [[5, 1, 1, 1, 2, 1, 3, 1, 1]]}


class Typed:
    """A command in a terminal of its own; its output is printed and kept."""

    def __init__(self, command):
        print(f"\n$ {command}", flush=True)
        self.started, self.shown, self.updates = time.monotonic(), "", 0
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            # tqdm draws no bar in a window without columns
            os.execvp("sh", ["sh", "-c", f"stty rows 30 cols 100; exec {command}"])

    def read(self, until=None, seconds=3600.0):
        """Read until a text is shown, the command ends, or the time is over."""
        end = time.monotonic() + seconds
        while not (until and until in self.shown) and (left := end - time.monotonic()) > 0:
            if not select.select([self.terminal], [], [], min(left, 1))[0]:
                continue
            try:
                read = os.read(self.terminal, 65_536)
            except OSError:  # the command has ended
                read = b""
            if not read:
                break
            self.shown += read.decode(errors="replace")
        return self

    def press(self, key):
        os.write(self.terminal, key)
        return self

    def end(self):
        """Wait for the end; print what the terminal showed, and how long it took."""
        self.read(seconds=60)
        end = time.monotonic() + 60
        while (ended := os.waitpid(self.pid, os.WNOHANG))[0] == 0:
            if time.monotonic() > end:
                os.kill(self.pid, signal.SIGKILL)
                raise SystemExit(f"{self.shown}\nBROKEN: the command has not ended")
            time.sleep(0.1)
        status = os.waitstatus_to_exitcode(ended[1])
        # A line that is overwritten: the last state counts, and how often it moved
        for line in self.shown.replace("\r\n", "\n").split("\n"):
            states = [state for state in line.replace("\x1b[K", "").split("\r") if state]
            moved = f"   ({len(states)} updates)" if len(states) > 1 else ""
            print(f"  {states[-1]}{moved}" if states else "")
        took_s = time.monotonic() - self.started
        print(f"  -> status {status} after {took_s:.0f} s", flush=True)
        expect("Traceback" not in self.shown, "no traceback is shown")
        return status


def expect(holds, what):
    if not holds:
        raise SystemExit(f"BROKEN: {what}")


def ask(port):
    answer = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/predict",
        json.dumps(SAMPLE).encode(),
        {"content-type": "application/json"},
    )
    label = json.load(urllib.request.urlopen(answer))["predictions"][0]["label"]
    page = urllib.request.urlopen(f"http://127.0.0.1:{port}/").read()
    print(f"  (asked: one sample is {label}; the form has {len(page):,} bytes)", flush=True)


def serve(port, limit_s):
    """Serve, ask, press Ctrl-C; the first start may install and train."""
    server = Typed(f"make serve PORT={port}").read(until="serving on", seconds=limit_s)
    if "serving on" not in server.shown:
        server.press(CTRL_C).end()
        raise SystemExit("BROKEN: make serve serves nothing")
    seconds = time.monotonic() - server.started
    print(f"  (serves after {seconds:.0f} s)", flush=True)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    ask(port)
    server.read(until="answered", seconds=10).press(CTRL_C).end()
    expect('{"level"' not in server.shown, "a terminal shows lines for people")


def main():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    for seconds in (3, 10):
        Typed(f"make serve PORT={port}").read(seconds=seconds).press(CTRL_C).end()
        print(f"  (Ctrl-C after {seconds} s)", flush=True)
    serve(port, 1800)
    subprocess.run(["chmod", "-R", "a-w", "artifact"], check=True)
    print("\n$ chmod -R a-w artifact")
    serve(port, 120)
    print("\n$ chmod -R u+w artifact; rm -r artifact")
    subprocess.run(["chmod", "-R", "u+w", "artifact"], check=True)
    shutil.rmtree("artifact")
    for _ in range(5):
        seconds = random.uniform(0.3, 15)
        Typed(f"make serve PORT={port}").read(seconds=seconds).press(CTRL_C).end()
        print(f"  (Ctrl-C after {seconds:.1f} s)", flush=True)
    serve(port, 300)
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        in_use = Typed(f"make serve PORT={port}").read(seconds=60)
        expect(in_use.end() != 0 and "is in use" in in_use.shown, "a port in use is named")
    tests = Typed("make test").read(seconds=7200)
    return tests.end()


if __name__ == "__main__":
    sys.exit(main())
