"""Turns a stop of a server into the requests that it answered, and those that it lost."""

import http.client
import json
import threading
import time
from collections.abc import Callable

ROWS = 500
#: Seconds within which a server that runs has accepted and read what was sent.
ACCEPTED_S = 0.2
BODY = json.dumps({"samples": [[5, 1, 1, 1, 2, 1, 3, 1, 1]] * ROWS})


class Flights:
    """Callers who ask again and again, each over a new connection, until the server has ended.

    A refused connection was never accepted. A request is lost that was sent before the stop and got
    no answer, and any answer that is cut short.
    """

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._lock = threading.Lock()
        self._callers: list[threading.Thread] = []
        self._stop_at = 0.0
        self._ended = threading.Event()
        self.answered: list[tuple[float, float]] = []
        self.lost: list[str] = []

    def take_off(self, callers: int, seconds: float) -> None:
        """Start the callers, and return when the stop is due."""
        self._callers = [threading.Thread(target=self._ask) for _ in range(callers)]
        for caller in self._callers:
            caller.start()
        time.sleep(seconds)
        self._stop_at = time.monotonic()

    def land(self, wait_for_end: Callable[[], object]) -> None:
        """Wait until the server has ended; nobody asks whoever takes its port next."""
        wait_for_end()
        self._ended.set()
        for caller in self._callers:
            caller.join()

    def check(self) -> None:
        """Raise where a request was lost, or where none was in flight at the stop."""
        assert not self.lost, f"{len(self.lost)} requests were lost: {self.lost[:3]}"
        assert self.in_flight, "no request was in flight"

    @property
    def in_flight(self) -> int:
        """Requests sent before the stop and answered after it."""
        return sum(sent_s < self._stop_at < done_s for sent_s, done_s in self.answered)

    def summary(self) -> str:
        return (
            f"{len(self.answered)} requests of {len(self._callers)} callers, "
            f"{self.in_flight} of them in flight at the stop: all answered, none lost"
        )

    def _lose(self, error: Exception) -> None:
        with self._lock:
            self.lost.append(f"{type(error).__name__}: {error}")

    def _ask(self) -> None:
        while not self._ended.is_set():
            connection = http.client.HTTPConnection(self._host, self._port, timeout=60)
            sent_s = time.monotonic()
            try:
                connection.connect()
            except OSError:
                return
            try:
                connection.request(
                    "POST", "/v1/predict", BODY, {"content-type": "application/json"}
                )
                response = connection.getresponse()
                count = len(json.loads(response.read()).get("predictions", ()))
                with self._lock:
                    if (response.status, count) == (200, ROWS):
                        self.answered.append((sent_s, time.monotonic()))
                    else:
                        self.lost.append(f"status {response.status}, {count} rows")
            except http.client.IncompleteRead as error:
                self._lose(error)
            # Sent to a server that is stopping: refused, or the next container at this
            # address answers; only what was sent before the stop is owed an answer
            except (OSError, http.client.HTTPException, ValueError) as error:
                if not self._stop_at or sent_s < self._stop_at - ACCEPTED_S:
                    self._lose(error)
            finally:
                connection.close()
