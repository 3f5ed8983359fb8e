"""Turns what ResultWriter left in the bucket into the batches' outputs and failures.

Its manifest names files by status. Outputs are bare (``Transformation: COMPACT``), one a line;
of children that failed or never ran there is always the whole record, with the input. Files of
records, and files that are one array, are read too: that is what ResultWriter writes by default.
"""

import codecs
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from job.store import Store


class Failure(NamedTuple):
    """A batch without an output: its rows, and the error's name but not its text."""

    rows: list[int]
    error: str


def read_outcomes(store: Store, manifest: str) -> Iterator[Mapping[str, Any] | Failure]:
    """Every output and failure of a Map Run, in whatever order they were written."""
    files = store.document(manifest)
    if files is None:
        raise FileNotFoundError(manifest)
    for status, entries in files["ResultFiles"].items():
        for entry in entries:
            for record in _records(store.chunks(entry["Key"])):
                yield from _outcome(status, record)


def _outcome(status: str, record: Mapping[str, Any]) -> Iterator[Mapping[str, Any] | Failure]:
    if status == "SUCCEEDED":
        # A record holds its output as text
        yield json.loads(record["Output"]) if "Output" in record else record
        return
    # A child that timed out or was never begun has no error of its own
    error = record.get("Error") or status.lower()
    items = json.loads(record.get("Input") or "{}").get("Items", [])
    yield Failure([item["row"] for item in items], error)


def _records(chunks: Iterable[bytes]) -> Iterator[Mapping[str, Any]]:
    """The records of JSON Lines, or of one array; a chunk may end within one."""
    decoder, utf8 = json.JSONDecoder(), codecs.getincrementaldecoder("utf-8")()
    rest = ""
    for chunk in chunks:
        text, place = rest + utf8.decode(chunk), 0
        while (start := text.find("{", place)) >= 0:
            try:
                record, place = decoder.raw_decode(text, start)
            except json.JSONDecodeError:
                break  # cut off by the chunk's end: the next one goes on
            yield record
        rest = text[place:]
    if rest.strip("[], \t\r\n"):
        raise ValueError("a file of results is cut short")
