"""Turns a table into the checksums that a run must reach, with neither Dask nor Arrow nor numpy.

One process, one row after the other, the API's own reader and the engine itself: what a run on many
workers is held against.
"""

import csv
import hashlib
import struct
from itertools import batched
from pathlib import Path
from typing import NamedTuple

from bulk.output import fault_line
from bulk.scoring import load_model
from bulk.source import open_source
from cytology.batch import score_batch
from cytology.table import read_rows

_ROWS_AT_ONCE = 10_000
#: As bulk.output.RECORD: row, probability, positive, inconclusive.
_RECORD = struct.Struct("<qdBB")


class Checksums(NamedTuple):
    """Of every score and of every fault, in the order of the rows."""

    rows: int
    scores_sha256: str
    faults_sha256: str


def checksums(path: Path, model_dir: Path) -> Checksums:
    """Score a CSV file row by row; nothing is kept but the checksums."""
    artifact, engine, _ = load_model(str(model_dir))
    schema = artifact.schema
    source = open_source(path, schema)
    scores, faults = hashlib.sha256(), hashlib.sha256()
    number = 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        file.seek(source.data_starts)
        reader = csv.reader(file, delimiter=source.delimiter, strict=True)
        rows = (row for row in reader if row and (len(row) > 1 or row[0].strip()))
        for part in batched(rows, _ROWS_AT_ONCE):
            batch = read_rows(part, source.layout, schema)
            for place, answer in enumerate(score_batch(batch, engine), number + 1):
                if answer is not None:
                    positive = answer.label == schema.positive
                    scores.update(
                        _RECORD.pack(place, answer.probability, positive, answer.inconclusive)
                    )
            for fault in batch.faults:
                if fault.sample is not None:
                    row = number + 1 + fault.sample
                    faults.update(fault_line(row, fault.field, fault.message))
            number += len(part)
    return Checksums(number, scores.hexdigest(), faults.hexdigest())
