"""Turns one client with large requests into what it costs the clients with small ones."""

import http.client
import json
import subprocess
import sys
import time
from typing import NamedTuple

SAMPLE = [5, 1, 1, 1, 2, 1, 3, 1, 1]
#: Rounds of each kind, in turns, so that other programs on the machine disturb both alike.
ROUNDS, SECONDS = 5, 2.0
TYPE = {"content-type": "application/json"}


class Beside(NamedTuple):
    """Seconds of each small request, alone and beside the large ones, and how many those were."""

    alone_s: list[float]
    beside_s: list[float]
    large: int

    @property
    def ratio(self) -> float:
        """How many times the 99th percentile of small requests is larger beside large ones."""
        return percentile(self.beside_s) / percentile(self.alone_s)

    def summary(self) -> str:
        return (
            f"99 of 100 small requests within {percentile(self.alone_s) * 1e3:.1f} ms alone "
            f"({len(self.alone_s)}), {percentile(self.beside_s) * 1e3:.1f} ms beside "
            f"{self.large} large ones ({len(self.beside_s)}): {self.ratio:.1f} ×"
        )


def percentile(times_s: list[float]) -> float:
    """The time within which 99 of 100 requests were answered."""
    return sorted(times_s)[len(times_s) * 99 // 100]


def measure(host: str, port: int) -> Beside:
    """Ask small requests alone and beside a client that sends 10,000 samples again and again."""
    found = Beside([], [], 0)
    for _ in range(ROUNDS):
        found.alone_s.extend(ask(host, port, 1, SECONDS))
        # A process of its own: in a thread it would delay the client that is measured
        command = [sys.executable, "-m", "tests.chaos.beside", host, str(port)]
        large = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        large.stdout.readline()
        found.beside_s.extend(ask(host, port, 1, SECONDS))
        found = found._replace(large=found.large + int(large.communicate()[0]))
    return found


def ask(host: str, port: int, samples: int, seconds: float) -> list[float]:
    """Seconds of each request that one client sends over one connection in so much time."""
    body = json.dumps({"samples": [SAMPLE] * samples})
    connection = http.client.HTTPConnection(host, port, timeout=60)
    times_s, end_s = [], time.monotonic() + seconds
    while (started_s := time.monotonic()) < end_s:
        connection.request("POST", "/v1/predict", body, TYPE)
        response = connection.getresponse()
        response.read()
        assert response.status == 200, response.status
        times_s.append(time.monotonic() - started_s)
    connection.close()
    return times_s


if __name__ == "__main__":
    address = sys.argv[1], int(sys.argv[2])
    ask(*address, 10_000, 0.1)
    print("started", flush=True)
    print(len(ask(*address, 10_000, SECONDS)))
