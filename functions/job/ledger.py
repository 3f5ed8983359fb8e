"""Turns what the batches said, in any order and any number of times, into one outcome a row."""

import csv
import hashlib
import io
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple, Self

from cytology.schema import Schema
from job.score import Scored

#: Faults that the summary repeats; all of them are in their file.
MAX_LISTED_FAULTS = 100

#: A cell that begins so is a formula to a spreadsheet (OWASP, CSV injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class File(NamedTuple):
    """A finished file's checksum and size."""

    sha256: str
    bytes: int


class Spool:
    """Lines written in any order and read in the order of their rows; on disk, not in memory."""

    def __init__(self, header: Sequence[str]) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._index: list[tuple[int, int, int]] = []
        self._header = _line(header)
        self._size = 0

    def write(self, first_row: int, lines: bytes) -> None:
        """Keep lines of consecutive rows, by the first of them."""
        self._index.append((first_row, self._size, len(lines)))
        self._size += self._file.write(lines)

    def read(self) -> Iterator[bytes]:
        """The header, and every line by row."""
        yield self._header
        self._file.flush()
        for _, start, length in sorted(self._index):
            yield os.pread(self._file.fileno(), length, start)

    def close(self) -> None:
        """Let go of the disk."""
        self._file.close()


class Ledger:
    """One outcome for each of so many rows: the first that comes; the rest are counted and dropped.

    Batches are pure, so what comes twice is the same twice. A row of which nothing is heard is
    entered at the end, as a fault that says so.
    """

    def __init__(self, rows: int, schema: Schema, model: str) -> None:
        self.rows = rows
        self.scored = self.faulty = self.unscored = self.repeated = self.strays = 0
        self.inconclusive = 0
        self.results = Spool(["row", "id", "label", "probability", "inconclusive", "class"])
        self.faults = Spool(["row", "field", "message"])
        self._model = model
        self._names = schema.class_names
        self._labels = [0, 0]
        self._confusion = [[0, 0], [0, 0]]
        self._seen = bytearray(rows)
        self._reasons: dict[int, str] = {}

    def enter(self, output: Mapping[str, Any]) -> None:
        """Take one batch's output; one of another model is no outcome."""
        if output["model"] != self._model:
            self.strays += len(output["scored"])
            return
        self._enter_scored([Scored(*entry) for entry in output["scored"]])
        by_row: dict[int, list[tuple[str, str]]] = {}
        for row, field, message in output["faults"]:
            by_row.setdefault(row, []).append((field, message))
        for row, faults in by_row.items():
            if self._is_new(row):
                self.faulty += 1
                self._enter_faults(row, faults)

    def note_failure(self, rows: Sequence[int], error: str) -> None:
        """Remember why a batch failed, for those of its rows that no other attempt scores."""
        self._reasons |= dict.fromkeys(rows, error)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.results.close()
        self.faults.close()

    def settle(self) -> None:
        """Give every row that nothing was heard of its fault."""
        row = self._seen.find(0)
        while row >= 0:
            self._seen[row] = 1
            self.unscored += 1
            reason = self._reasons.get(row, "its batch was not run")
            self._enter_faults(row, [("", f"not scored: {reason}")])
            row = self._seen.find(0, row)

    def summary(self, labelled: bool) -> dict[str, Any]:
        """Counts, the confusion matrix where the table has a class, and the first faults."""
        names = self._names
        found: dict[str, Any] = {
            "rows": self.rows,
            "scored": self.scored,
            "faulty": self.faulty,
            "unscored": self.unscored,
            "repeated": self.repeated,
            "strays": self.strays,
            "labels": dict(zip(names, self._labels, strict=True)),
            "inconclusive": self.inconclusive,
        }
        if labelled:
            found["confusion"] = {
                true: dict(zip(names, counts, strict=True))
                for true, counts in zip(names, self._confusion, strict=True)
            }
        return {**found, "faults": list(islice(self._listed(), MAX_LISTED_FAULTS))}

    def _listed(self) -> Iterator[dict[str, Any]]:
        for piece in islice(self.faults.read(), 1, None):
            for row, field, message in csv.reader(io.StringIO(piece.decode(), newline="")):
                yield {"row": int(row), "field": field, "message": message}

    def _enter_scored(self, entries: list[Scored]) -> None:
        lines: list[bytes] = []
        first = last = -1
        for entry in entries:
            if not self._is_new(entry.row):
                continue
            if entry.row != last + 1 or not lines:
                if lines:
                    self.results.write(first, b"".join(lines))
                first, lines = entry.row, []
            last = entry.row
            lines.append(self._result(entry))
        if lines:
            self.results.write(first, b"".join(lines))

    def _result(self, entry: Scored) -> bytes:
        self.scored += 1
        self.inconclusive += entry.inconclusive
        self._labels[entry.label] += 1
        if entry.true is not None:
            self._confusion[entry.true][entry.label] += 1
        return _line(
            [
                entry.row + 1,
                _harmless(entry.id or ""),
                self._names[entry.label],
                entry.probability,
                "true" if entry.inconclusive else "false",
                "" if entry.true is None else self._names[entry.true],
            ]
        )

    def _enter_faults(self, row: int, faults: Sequence[tuple[str, str]]) -> None:
        lines = [_line([row + 1, field, message]) for field, message in faults]
        self.faults.write(row, b"".join(lines))

    def _is_new(self, row: int) -> bool:
        if not 0 <= row < self.rows:
            self.strays += 1
            return False
        if self._seen[row]:
            self.repeated += 1
            return False
        self._seen[row] = 1
        return True


class Hashed(io.RawIOBase):
    """A stream over pieces that knows, once read, what it held."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""
        self._digest = hashlib.sha256()
        self._size = 0

    def readable(self) -> bool:
        """True: that is all it is."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes; fewer than asked for only at the end."""
        buffer = [self._rest]
        length = len(self._rest)
        while size < 0 or length < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            buffer.append(piece)
            length += len(piece)
        content = b"".join(buffer)
        given, self._rest = (content, b"") if size < 0 else (content[:size], content[size:])
        self._digest.update(given)
        self._size += len(given)
        return given

    def file(self) -> File:
        """Checksum and size of what was read."""
        return File(self._digest.hexdigest(), self._size)


def _line(cells: Sequence[object]) -> bytes:
    output = io.StringIO(newline="")
    csv.writer(output).writerow(cells)
    return output.getvalue().encode()


def _harmless(text: str) -> str:
    return "'" + text if text.startswith(_FORMULA_STARTS) else text
