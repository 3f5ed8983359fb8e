"""Turns one block of a table into its results and faults: the task that a worker carries out."""

import functools
import hashlib
import json
import os
import resource
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.feather as feather

from bulk.cells import Cells, cells_of_bytes, cells_of_table
from bulk.points import MISSING, UNREADABLE, Flags, Floats, Points, Scores, points_of
from bulk.source import Block, Source, read_bytes, read_group
from cytology.artifact import Artifact, load_artifact
from cytology.batch import SampleFault, score_batch
from cytology.prediction import Engine
from cytology.scorecard import Scorecard
from cytology.table import read_rows
from predict.engines import load_engine

#: Counted up whenever the same block would give other files.
FORMAT = 1

FAULTS = pa.schema([("row", pa.int64()), ("field", pa.string()), ("message", pa.string())])


class Model(NamedTuple):
    """What scores: the checked engine, and its points where it is a scorecard."""

    artifact: Artifact
    engine: Engine
    points: Points | None


class Done(NamedTuple):
    """What one block came to; its rows are in two files named by ``key``."""

    key: str
    rows: int
    faulty: int
    seconds: float
    peak_bytes: int
    worker: int


@functools.cache
def load_model(directory: str) -> Model:
    """Load and check a model, once in each worker."""
    artifact = load_artifact(directory)
    engine = load_engine(artifact, None)
    points = None
    if isinstance(engine, Scorecard):
        points = points_of(engine, artifact.schema, artifact.decision)
    return Model(artifact, engine, points)


def results_schema(source: Source) -> pa.Schema:
    """Columns of the results; the class only where the table has one."""
    fields = [("row", pa.int64()), ("id", pa.string()), ("label", pa.string())]
    fields += [("probability", pa.float64()), ("inconclusive", pa.bool_())]
    return pa.schema(fields + ([("class", pa.string())] if source.labelled else []))


def score_block(block: Block, source: Source, model_dir: str, parts: str) -> Done:
    """Score one block into files of its own, unless that was done before.

    Safe to repeat, and to be cut off at any point: files are named by what they were made from,
    and come into being whole.
    """
    started = process_time()
    model = load_model(model_dir)
    key = _key(block, source, model)
    done = Path(parts, f"{key}.json")
    if not done.exists():
        if source.delimiter:
            cells = cells_of_bytes(read_bytes(source, block), source, model.artifact.schema)
        else:
            cells = cells_of_table(read_group(source, block), source, model.artifact.schema)
        results, faults = score_cells(cells, source, model)
        _put(Path(parts, f"{key}.results"), lambda path: feather.write_feather(results, path))
        _put(Path(parts, f"{key}.faults"), lambda path: feather.write_feather(faults, path))
        counts = {"rows": len(cells.closely), "faulty": len(cells.closely) - len(results)}
        _put(done, lambda path: Path(path).write_text(json.dumps(counts)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Done(
        key=key,
        **json.loads(done.read_text()),
        seconds=process_time() - started,
        # Kilobytes, but for macOS
        peak_bytes=peak if sys.platform == "darwin" else peak * 1024,
        worker=os.getpid(),
    )


def score_cells(cells: Cells, source: Source, model: Model) -> tuple[pa.Table, pa.Table]:
    """Results and faults of a block; its rows count from 0."""
    answers = _plain_answers(cells, model)
    closely = np.arange(answers.count) if model.points is None else np.flatnonzero(cells.closely)
    faults = _look_closely(answers, closely, cells, source, model)
    return _results(answers, source, model), pa.table(
        [
            pa.array([fault.sample for fault in faults], pa.int64()),
            pa.array([fault.field for fault in faults], pa.string()),
            pa.array([fault.message for fault in faults], pa.string()),
        ],
        FAULTS,
    )


@dataclass
class _Answers:
    """One entry a row; ``label`` is the place of the true class in the schema, -1 for none."""

    probability: Floats
    positive: Flags
    inconclusive: Flags
    label: npt.NDArray[np.int32]
    ids: pa.Array
    valid: Flags

    @property
    def count(self) -> int:
        return len(self.valid)


def _plain_answers(cells: Cells, model: Model) -> _Answers:
    count = len(cells.closely)
    scores = Scores(np.zeros(count), np.zeros(count, bool), np.zeros(count, bool))
    if model.points is not None:
        # Rows with an unreadable cell are overwritten by those who look closely
        places = np.where(cells.places == UNREADABLE, np.uint8(MISSING), cells.places)
        scores = model.points.score(places)
    return _Answers(
        *scores,
        label=np.full(count, -1, np.int32) if cells.labels is None else cells.labels,
        ids=pa.array([""] * count) if cells.ids is None else cells.ids,
        valid=np.ones(count, bool),
    )


def _look_closely(
    answers: _Answers,
    closely: npt.NDArray[np.intp],
    cells: Cells,
    source: Source,
    model: Model,
) -> list[SampleFault]:
    """Have the API's own reader and the engine itself answer these rows; return their faults."""
    schema = model.artifact.schema
    batch = read_rows([cells.row(int(row)) for row in closely], source.layout, schema)
    labels = batch.labels or [None] * len(closely)
    found = score_batch(batch, model.engine)
    for row, answer, label in zip(closely, found, labels, strict=True):
        answers.valid[row] = answer is not None
        answers.label[row] = -1 if label is None else schema.class_names.index(label)
        if answer is not None:
            answers.probability[row] = answer.probability
            answers.positive[row] = answer.label == schema.positive
            answers.inconclusive[row] = answer.inconclusive
    mask = np.zeros(answers.count, bool)
    mask[closely] = True
    ids = [(sample.id or "") if sample else "" for sample in batch.samples]
    answers.ids = pc.replace_with_mask(answers.ids, pa.array(mask), pa.array(ids, pa.string()))
    return [
        fault._replace(sample=int(closely[fault.sample]))
        for fault in batch.faults
        if fault.sample is not None
    ]


def _results(answers: _Answers, source: Source, model: Model) -> pa.Table:
    schema = model.artifact.schema
    rows = np.flatnonzero(answers.valid)
    names = [schema.negative, schema.positive]
    columns = [
        pa.array(rows, pa.int64()),
        answers.ids.filter(pa.array(answers.valid)),
        _named(answers.positive[rows].astype(np.int32), names),
        pa.array(answers.probability[rows]),
        pa.array(answers.inconclusive[rows]),
    ]
    if source.labelled:
        columns.append(_named(answers.label[rows], list(schema.class_names)))
    return pa.table(columns, results_schema(source))


def _named(places: npt.NDArray[np.int32], names: list[str]) -> pa.Array:
    """Places as their names; below 0 is none."""
    indices = pa.array(places, mask=places < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(names)).cast(pa.string())


def _key(block: Block, source: Source, model: Model) -> str:
    """Everything that decides a block's results: its content, its columns, the model."""
    made_from = (FORMAT, block.sha256, source.delimiter, source.layout, model.artifact.version)
    return hashlib.sha256(repr(made_from).encode()).hexdigest()


def _put(path: Path, write: Callable[[str], object]) -> None:
    """Write a file that is either whole or not there, whoever else writes the same."""
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    os.close(handle)
    write(temporary)
    Path(temporary).replace(path)
