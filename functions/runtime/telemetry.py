"""Turns what one request amounted to into lines on standard output, which CloudWatch reads.

The lines are those of Powertools' Logger and Metrics (the embedded metric format), so the same
queries, alarms and tools read them, and a test compares the two. They are written here because
importing Powertools' own would double the cold start (docs/decisions/0031).
"""

import json
import os
import sys
import time
from collections.abc import Mapping
from typing import Any

#: Made once: json.dumps makes one for each call that asks for other separators than its own.
_ENCODER = json.JSONEncoder(separators=(",", ":"))
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class Log:
    """JSON lines from ``level`` on, each with the service's name and the caller's fields."""

    def __init__(self, service: str, level: str) -> None:
        self.service = service
        self._lowest = _LEVELS.index(level.upper()) if level.upper() in _LEVELS else 1
        self.for_people = sys.stdout.isatty()

    def info(self, message: str, **fields: Any) -> None:
        """Write what happened."""
        _write(self.line("INFO", message, **fields))

    def error(self, message: str, **fields: Any) -> None:
        """Write what went wrong."""
        _write(self.line("ERROR", message, **fields))

    def line(self, level: str, message: str, **fields: Any) -> str:
        """The line to write; none, an empty text, below the chosen level."""
        if _LEVELS.index(level) < self._lowest:
            return ""
        if self.for_people:
            return _readable(message, fields)
        now = time.time()
        stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(now))
        return _line(
            {
                "level": level,
                "message": message,
                "timestamp": f"{stamp},{int(now * 1000) % 1000:03}+0000",
                "service": self.service,
                **fields,
            }
        )


class Journal:
    """One line a request: the log's and the metrics' together, as the format allows.

    Two lines name everything twice, and each wakes whoever reads standard output. ``units`` are
    those of the metrics by name; without a ``namespace`` the log's line is all.
    """

    def __init__(self, log: Log, namespace: str | None, units: Mapping[str, str]) -> None:
        self._log = log
        # Encoded once, being the longest part of the line and the same in each
        self._directives = namespace and _ENCODER.encode([_directive(namespace, units)])

    def enter(self, message: str, fields: Mapping[str, Any], metrics: Mapping[str, float]) -> None:
        """Write the line; below the log's level only its metrics."""
        line = self._log.line("INFO", message, **fields, **metrics)
        if self._directives is not None and not self._log.for_people:
            line = line or _line({"service": self._log.service, **metrics})
            stamp = f'"Timestamp":{int(time.time() * 1000)}'
            line = f'{line[:-2]},"_aws":{{{stamp},"CloudWatchMetrics":{self._directives}}}}}\n'
        _write(line)


def place_of(error: BaseException) -> str:
    """File and line where an error arose; never its text, which may quote a sample."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    if trace is None:
        return "unknown"
    return f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"


def _directive(namespace: str, units: Mapping[str, str]) -> dict[str, Any]:
    return {
        "Namespace": namespace,
        "Dimensions": [["service"]],
        "Metrics": [{"Name": name, "Unit": unit} for name, unit in units.items()],
    }


def _write(line: str) -> None:
    if line:
        sys.stdout.write(line)
        sys.stdout.flush()


def _readable(message: str, fields: Mapping[str, Any]) -> str:
    """The line for a terminal: the local time and what is not 0; queries need the rest."""
    said = [f"{name}={value}" for name, value in fields.items() if value and name != "request_id"]
    return f"{time.strftime('%H:%M:%S')} {message} {' '.join(said)}\n"


def _line(document: Mapping[str, Any]) -> str:
    # JSON escapes line ends, so no value can forge a second line
    return _ENCODER.encode(document) + "\n"
