"""Writes one JSON line per request, log and metrics, to standard output.

The lines have the format of Powertools' Logger and Metrics (CloudWatch's embedded metric format);
a test compares the two. Importing Powertools would double the cold start (docs/decisions/0031).
"""

import json
import os
import sys
import time
from collections.abc import Mapping

from cytology.annotations import Any

#: Made once: json.dumps builds an encoder in each call with other separators.
_ENCODER = json.JSONEncoder(separators=(",", ":"))
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class Log:
    """JSON lines from ``level`` on, each with the service's name and the caller's fields."""

    def __init__(self, service: str, level: str) -> None:
        self.service = service
        self._lowest = _LEVELS.index(level.upper()) if level.upper() in _LEVELS else 1
        self.for_people = sys.stdout.isatty()

    def info(self, message: str, **fields: Any) -> None:
        """Write a line at level INFO."""
        _write(self.line("INFO", message, **fields))

    def error(self, message: str, **fields: Any) -> None:
        """Write a line at level ERROR."""
        _write(self.line("ERROR", message, **fields))

    def line(self, level: str, message: str, **fields: Any) -> str:
        """Return the line to write; an empty text below the chosen level."""
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
    """Writes one line per request that is both the log entry and the metrics.

    A second line would repeat every name. ``units`` are the metrics' units by name; without a
    ``namespace`` only the log entry is written.
    """

    def __init__(self, log: Log, namespace: str | None, units: Mapping[str, str]) -> None:
        self._log = log
        # Encoded once: the longest part of the line is the same in every line
        self._directives = namespace and _ENCODER.encode([_directive(namespace, units)])

    def enter(self, message: str, fields: Mapping[str, Any], metrics: Mapping[str, float]) -> None:
        """Write one line; below the log's level only its metrics.

        Parameters
        ----------
        message
            The event's name.
        fields
            Fields of the log entry alone.
        metrics
            Metrics by name, in the units that the journal was made with.
        """
        line = self._log.line("INFO", message, **fields, **metrics)
        if self._directives is not None and not self._log.for_people:
            line = line or _line({"service": self._log.service, **metrics})
            stamp = f'"Timestamp":{int(time.time() * 1000)}'
            line = f'{line[:-2]},"_aws":{{{stamp},"CloudWatchMetrics":{self._directives}}}}}\n'
        _write(line)


def place_of(error: BaseException) -> str:
    """Return the file and line where an error arose; its text may quote a sample."""
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
    """Return the line for a terminal: the local time and the fields that are not 0."""
    said = [f"{name}={value}" for name, value in fields.items() if value and name != "request_id"]
    return f"{time.strftime('%H:%M:%S')} {message} {' '.join(said)}\n"


def _line(document: Mapping[str, Any]) -> str:
    # JSON escapes line ends, so no value can forge a second line
    return _ENCODER.encode(document) + "\n"
