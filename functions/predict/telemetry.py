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
        self._service = service
        self._lowest = _LEVELS.index(level.upper()) if level.upper() in _LEVELS else 1

    def info(self, message: str, **fields: Any) -> None:
        """Write what happened."""
        write(self.line("INFO", message, **fields))

    def error(self, message: str, **fields: Any) -> None:
        """Write what went wrong."""
        write(self.line("ERROR", message, **fields))

    def line(self, level: str, message: str, **fields: Any) -> str:
        """The line to write; none, an empty text, below the chosen level."""
        if _LEVELS.index(level) < self._lowest:
            return ""
        now = time.time()
        stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(now))
        return _line(
            {
                "level": level,
                "message": message,
                "timestamp": f"{stamp},{int(now * 1000) % 1000:03}+0000",
                "service": self._service,
                **fields,
            }
        )


def metrics_line(
    namespace: str,
    service: str,
    metrics: Mapping[str, tuple[str, float]],
    properties: Mapping[str, Any] | None = None,
) -> str:
    """The line that holds these metrics, each ``name: (unit, value)``.

    ``properties`` stay in the line, where a query finds them, and become no metrics.
    """
    directive = {
        "Namespace": namespace,
        "Dimensions": [["service"]],
        "Metrics": [{"Name": name, "Unit": unit} for name, (unit, _) in metrics.items()],
    }
    return _line(
        {
            "_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]},
            "service": service,
            **{name: [float(value)] for name, (_, value) in metrics.items()},
            **(properties or {}),
        }
    )


def write_metrics(
    namespace: str,
    service: str,
    metrics: Mapping[str, tuple[str, float]],
    properties: Mapping[str, Any] | None = None,
) -> None:
    """Write a line of metrics by itself."""
    write(metrics_line(namespace, service, metrics, properties))


def write(lines: str) -> None:
    """Write lines at once: each write wakes whoever reads standard output, and takes its time."""
    if lines:
        sys.stdout.write(lines)
        sys.stdout.flush()


def place_of(error: BaseException) -> str:
    """File and line where an error arose; never its text, which may quote a sample."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    if trace is None:
        return "unknown"
    return f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"


def _line(document: Mapping[str, Any]) -> str:
    # JSON escapes line ends, so no value can forge a second line
    return _ENCODER.encode(document) + "\n"
