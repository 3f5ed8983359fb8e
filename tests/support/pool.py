"""Turns events into answers by real containers, as Lambda and the gateway before it do.

One container serves one request at a time. A request takes an idle container, else a new one is
started for it, and where ``cap`` of them run already it is refused with 429. A container that
fails, is killed or runs out of time is lost with its own request only: that one gets 502 or 504,
and the next request a new container.
"""

import http.client
import json
import threading
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, Self

from tests.support.containers import Container

THROTTLED, BAD_GATEWAY, GATEWAY_TIMEOUT = 429, 502, 504


class Delivery(NamedTuple):
    """What the caller of the front gets for one event.

    ``answer`` is the handler's own result, None where the front answered in its place with
    ``status``; ``reason`` then holds the runtime's report. ``cold`` says whether a container was
    started for it.
    """

    status: int
    answer: dict[str, Any] | None
    cold: bool
    reason: str = ""


class ContainerPool:
    """At most ``cap`` containers of an image, started on demand; safe to call from many threads."""

    def __init__(
        self,
        image: str,
        cap: int,
        *options: str,
        environment: Mapping[str, str] | None = None,
        timeout_s: float = 10,
    ) -> None:
        self._image = image
        self._cap = cap
        self._options = options
        #: The emulator enforces the function's time limit itself, as Lambda does
        self._environment = {
            **(environment or {}),
            "AWS_LAMBDA_FUNCTION_TIMEOUT": str(max(1, round(timeout_s))),
        }
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._idle: list[Container] = []
        self._busy: set[Container] = set()
        self._starting = 0
        self.statuses: Counter[int] = Counter()
        self.started = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for container in self.containers():
            container.remove()

    def containers(self) -> list[Container]:
        """All that run now, idle or busy."""
        with self._lock:
            return [*self._idle, *self._busy]

    def busy(self) -> list[Container]:
        """Those that serve a request now."""
        with self._lock:
            return [*self._busy]

    def warm(self) -> None:
        """Start containers up to the cap, and each one's function."""
        health = {"rawPath": "/v1/health", "requestContext": {"http": {"method": "GET"}}}
        with ThreadPoolExecutor(self._cap) as threads:
            list(threads.map(lambda _: self._start(health), range(self._cap - self._running())))

    def invoke(self, event: Any) -> Delivery:
        """Carry one event through the front; returns at once where it is refused."""
        delivery = self._deliver(event)
        with self._lock:
            self.statuses[delivery.status] += 1
        return delivery

    def _deliver(self, event: Any) -> Delivery:
        with self._lock:
            # The one used last: Lambda, too, lets the others grow old and go
            container = self._idle.pop() if self._idle else None
            if container is not None:
                self._busy.add(container)
            elif len(self._busy) + self._starting >= self._cap:
                return Delivery(THROTTLED, None, cold=False, reason="TooManyRequestsException")
            else:
                self._starting += 1
        cold = container is None
        if container is None:
            container = self._start_busy()
        delivery = self._ask(container, event, cold)
        with self._lock:
            self._busy.discard(container)
            if delivery.answer is not None:
                self._idle.append(container)
        if delivery.answer is None:
            container.remove()
        return delivery

    def _ask(self, container: Container, event: Any, cold: bool) -> Delivery:
        try:
            # The emulator needs a moment beyond the function's limit to say that it is over
            result = container.ask(event, self._timeout_s + 15)
        except TimeoutError:
            return Delivery(GATEWAY_TIMEOUT, None, cold, "no answer within the limit")
        except json.JSONDecodeError as error:
            # The emulator says so in plain text, with status 200
            timed_out = "Task timed out" in error.doc
            status = GATEWAY_TIMEOUT if timed_out else BAD_GATEWAY
            return Delivery(status, None, cold, error.doc[:300])
        except (OSError, http.client.HTTPException) as error:
            return Delivery(BAD_GATEWAY, None, cold, type(error).__name__)
        if isinstance(result, dict) and "statusCode" in result:
            return Delivery(result["statusCode"], result, cold)
        report = json.dumps(result)[:300]
        timed_out = "Task timed out" in report
        return Delivery(GATEWAY_TIMEOUT if timed_out else BAD_GATEWAY, None, cold, report)

    def _start_busy(self) -> Container:
        try:
            container = Container(self._image, *self._options, environment=self._environment)
        finally:
            with self._lock:
                self._starting -= 1
                self.started += 1
        with self._lock:
            self._busy.add(container)
        return container

    def _start(self, event: Any) -> None:
        with self._lock:
            self._starting += 1
        container = self._start_busy()
        container.ask(event)
        with self._lock:
            self._busy.discard(container)
            self._idle.append(container)

    def _running(self) -> int:
        with self._lock:
            return len(self._idle) + len(self._busy) + self._starting
