"""Turns a trace into what a pool of real containers makes of it, beside the simulation.

``make simulate-containers``: requests of many samples come at random moments to at most three
containers of the real image, as Lambda's front would pass them on; each request's fate is kept. The
simulation is then given the same moments and the durations that were measured, and must refuse and
start as many. Written to docs/scale/containers.json, which the page of the simulation shows.
"""

import argparse
import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np

from simulation.processes import simulate
from simulation.replay import replay
from simulation.rules import COLD, THROTTLED, WARM, Rules
from tests.conftest import ROOT
from tests.image import built_image
from tests.pool import HALF_GB, ContainerPool
from tests.transports import http_event

DOCUMENT = ROOT / "docs" / "scale" / "containers.json"
CAP = 3
#: A request long enough to meet others: so many samples at less than a third of a processor.
SAMPLES = 10_000
SEED = 7


class Fate(NamedTuple):
    """When a request came, how long it took, and what became of it."""

    came_s: float
    took_s: float
    outcome: int


def main() -> int:
    """Run the trace on containers, compare, keep the document; 1 where they differ."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.containers")
    parser.add_argument("--requests", type=int, default=120)
    parser.add_argument("--rate", type=float, default=6.0, help="requests a second")
    options = parser.parse_args()
    found = compared(measured(options.requests, options.rate), options.rate)
    print(json.dumps(found, indent=2))
    DOCUMENT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return int(not agrees(found))


def measured(requests: int, rate: float) -> list[Fate]:
    """The fate of each request, in order of its coming."""
    moments = np.cumsum(np.random.default_rng(SEED).exponential(1 / rate, requests))
    body = json.dumps({"samples": [[5, 1, 1, 1, 2, 1, 3, 1, 1]] * SAMPLES})
    headers = {"content-type": "application/json"}
    event = http_event("POST", "/v1/predict?explain=false", headers, body)
    fates: list[Fate] = []
    lock = threading.Lock()
    with ContainerPool(built_image(), CAP, *HALF_GB, timeout_s=60) as pool:
        started = time.perf_counter()

        def call() -> None:
            came = time.perf_counter()
            delivery = pool.invoke(event)
            took = time.perf_counter() - came
            outcome = COLD if delivery.cold else WARM
            if delivery.status == 429:
                outcome = THROTTLED
            elif delivery.status != 200:
                raise SystemExit(f"a container answers {delivery.status}: {delivery.reason}")
            with lock:
                fates.append(Fate(came - started, took, outcome))

        with ThreadPoolExecutor(4 * CAP + 20) as callers:
            calls = []
            for moment in moments:
                time.sleep(max(0.0, started + moment - time.perf_counter()))
                calls.append(callers.submit(call))
            for each in calls:
                each.result()
    return sorted(fates)


def compared(fates: list[Fate], rate: float) -> dict[str, Any]:
    """Counts of both, and how many requests had the same fate in both.

    A refused request has no duration; should the simulation answer it, it takes the usual one.
    """
    came, took, outcome = (np.array(column) for column in zip(*fates, strict=True))
    usual = float(np.median(took[outcome == WARM]))
    cold = outcome == COLD
    warm_s = np.where(outcome == WARM, took, usual)
    cold_s = np.where(cold, np.maximum(took - usual, 0), float(np.median(took[cold])) - usual)
    rules = Rules(concurrency=CAP)
    simulated = replay(came, warm_s, cold_s, rules).outcomes
    reference = np.frombuffer(simulate(came, warm_s, cold_s, rules)[0], np.uint8)
    return {
        "command": "make simulate-containers",
        "requests": len(fates),
        "rate": rate,
        "containers": CAP,
        "usual_ms": usual * 1000,
        "start_ms": float(np.median(took[cold])) * 1000,
        "real": _counts(outcome),
        "simulated": _counts(simulated),
        "reference": _counts(reference),
        "same_fate": float((outcome == simulated).mean()),
    }


def agrees(found: dict[str, Any]) -> bool:
    """As many starts; refusals, request by request, the same but for a few at the edge."""
    real, simulated = found["real"], found["simulated"]
    near = abs(real["refused"] - simulated["refused"]) <= 0.05 * found["requests"]
    return bool(real["cold"] == simulated["cold"] and near and found["same_fate"] >= 0.9)


def _counts(outcomes: np.ndarray) -> dict[str, int]:
    names = {"warm": WARM, "cold": COLD, "refused": THROTTLED}
    return {name: int((outcomes == value).sum()) for name, value in names.items()}


if __name__ == "__main__":
    sys.exit(main())
