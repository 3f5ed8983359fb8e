"""Injects one fault into a container; returns the evidence for its claim, or fails."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from tests.chaos.beside import measure
from tests.chaos.flights import Flights
from tests.support.containers import Container, docker, started
from tests.support.image import Unavailable
from tests.support.pool import ContainerPool
from tests.support.transports import http_event

BENIGN = [5, 1, 1, 1, 2, 1, 3, 1, 1]
TYPE = {"content-type": "application/json"}

SHORT = http_event("POST", "/v1/predict", TYPE, json.dumps(BENIGN))
#: As many samples as can be sent with all their reasons: 0.4 s of one processor.
LONG = http_event(
    "POST", "/v1/predict?explain=true", TYPE, json.dumps({"samples": [BENIGN] * 5_000})
)

#: A third of a processor, so that a long request lasts a second.
SLOW = ("--cpus", "0.3")

FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
OTHER_SKLEARN = "1.6.1"


class Fault(NamedTuple):
    """A fault, the claim about its effect, and whether make test injects it."""

    name: str
    claim: str
    inject: Callable[[str], str]
    quick: bool = True


def expect(holds: object, what: str) -> None:
    if not holds:
        raise AssertionError(what)


def label(answer: Any) -> str:
    expect("statusCode" in answer, f"no answer: {json.dumps(answer)[:300]}")
    expect(answer["statusCode"] == 200, f"status {answer['statusCode']}")
    return json.loads(answer["body"])["predictions"][0]["label"]


def wait_until_busy(pool: ContainerPool, count: int) -> list[Container]:
    deadline = time.monotonic() + 60
    while len(pool.busy()) < count:
        expect(time.monotonic() < deadline, "no request is in flight")
        time.sleep(0.01)
    time.sleep(0.3)
    return pool.busy()


def kill_mid_request(image: str) -> str:
    with ContainerPool(image, 2, *SLOW, timeout_s=60) as pool, ThreadPoolExecutor(2) as callers:
        pool.warm()
        flights = [callers.submit(pool.invoke, LONG) for _ in range(2)]
        wait_until_busy(pool, 2)[0].kill()
        statuses = sorted(flight.result().status for flight in flights)
        expect(statuses == [200, 502], f"in flight: {statuses}")
        after = pool.invoke(SHORT)
        again = [pool.invoke(SHORT).status for _ in range(3)]
        expect(after.status == 200 and set(again) == {200}, "the next request is not served")
    return "the killed container's request got 502, the other in flight 200, the next four 200"


def out_of_memory(image: str) -> str:
    # A short request needs 13 MB, the long one some 50
    limits = ("--memory", "30m", "--memory-swap", "30m")
    with ContainerPool(image, 1, *limits, timeout_s=60) as pool:
        expect(pool.invoke(SHORT).status == 200, "a small request needs more than 30 MB")
        delivery = pool.invoke(LONG)
        expect(delivery.status == 502, f"the request beyond memory got {delivery.status}")
        expect("signal: killed" in delivery.reason, delivery.reason)
        after = pool.invoke(SHORT)
        expect(after.status == 200 and after.cold, "the next request is not served")
    return (
        "in 30 MB a request of 5,000 explained samples got 502 (Runtime.ExitError, signal: "
        "killed), the next 200"
    )


def timeout(image: str) -> str:
    with ContainerPool(image, 1, timeout_s=3) as pool:
        pool.warm()
        # Slow from now on only: on a busy machine a slow start would itself run out of time
        docker("update", "--cpus", "0.1", pool.containers()[0].name)
        started_s = time.monotonic()
        delivery = pool.invoke(LONG)
        took_s = time.monotonic() - started_s
        expect(delivery.status == 504, f"got {delivery.status}: {delivery.reason}")
        expect(took_s < 8, f"only after {took_s:.1f} s")
        expect(pool.invoke(SHORT).status == 200, "the next request is not served")
    return f"504 after {took_s:.1f} s with a limit of 3 s, the next request 200"


def wrong_sklearn(image: str) -> str:
    recipe = f"FROM {image}\nRUN python -m pip install --quiet --no-cache-dir --no-deps --upgrade"
    recipe += f" --target /opt/python scikit-learn=={OTHER_SKLEARN}\n"
    other = "tumour-classification-other-sklearn"
    try:
        docker("build", "--quiet", "--tag", other, "-", input=recipe)
    except AssertionError as error:
        raise Unavailable(f"no other scikit-learn to be had: {error}") from None
    with started(other, environment={"MODEL_ENGINE": "sklearn"}) as container:
        report = container.ask(SHORT)
        expect(report.get("errorType") == "ArtifactMismatch", json.dumps(report)[:300])
        expect(f"found {OTHER_SKLEARN}" in report["errorMessage"], report["errorMessage"])
    with started(other, environment={"MODEL_ENGINE": "compiled"}) as container:
        expect(label(container.ask(SHORT)) == "benign", "the scorecard needs no scikit-learn")
    return f"{report['errorMessage']}; the scorecard engine, which needs none, answers"


def wrong_clock(image: str) -> str:
    if not FAKETIME.exists():
        raise Unavailable("libfaketime is missing: apt-get install faketime")
    bodies, years = set(), []
    mount = ("--volume", f"{FAKETIME}:/faketime.so:ro")
    for shift in ("+0d", "-3650d", "+3650d"):
        environment = {"LD_PRELOAD": "/faketime.so", "FAKETIME": shift}
        with started(image, *mount, environment=environment) as container:
            answer = container.ask(SHORT)
            expect(label(answer) == "benign", "another label")
            bodies.add(answer["body"])
            line = next(line for line in container.logs().splitlines() if '"answered"' in line)
            years.append(json.loads(line[line.index("{") :])["timestamp"][:4])
    expect(len(bodies) == 1, "the answer depends on the date")
    expect(len(set(years)) == 3, f"the clock was not moved: {years}")
    return f"equal bytes in the years {', '.join(years)} (as the log has it)"


def stop_server(image: str) -> str:
    with started(image, command=("serve",)) as container:
        # Past Docker's proxy, which accepts connections that the server would refuse
        flights = Flights(container.address(), 8080)
        flights.take_off(callers=8, seconds=2)
        container.kill("TERM")
        flights.land(lambda: docker("wait", container.name))
        code = container.state()["ExitCode"]
    flights.check()
    expect(code == 0, f"exit status {code}")
    return f"{flights.summary()}; exit status 0"


def large_requests(image: str) -> str:
    with started(image, command=("serve",)) as container:
        found = measure(container.address(), 8080)
    expect(found.ratio <= 3, found.summary())
    return found.summary()


FAULTS = (
    Fault("killed mid-request", "only the request in flight is lost", kill_mid_request),
    Fault("out of memory", "a visible error, 502 at the front, then service", out_of_memory),
    Fault("out of time", "504 at the front, then service", timeout),
    Fault("another scikit-learn", "refuses at start-up", wrong_sklearn, quick=False),
    Fault("clock ten years off", "the same answer", wrong_clock, quick=False),
    Fault("large requests", "small ones take at most 3 × as long", large_requests, quick=False),
    Fault("SIGTERM to the server", "no request in flight is lost", stop_server),
)
