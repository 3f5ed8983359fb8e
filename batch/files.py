"""Turns a file of samples into a file of results beside it, and goes on where it stopped."""

import json
import multiprocessing
import os
import shutil
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from batch import Refused
from batch.results import Counts, count_rows, lay_out, open_results, write_part
from batch.samples import Reading, UnknownClasses, read_block
from batch.scoring import Scorer, in_process
from batch.service import changed
from batch.source import Block, Source, open_source
from cytology.reading.classes import read_coding
from cytology.reading.head import read_labels
from cytology.reading.table import NO_CHOICES, Choices
from cytology.schema import Schema
from cytology.summary import Outcomes, summarize

#: Bytes of a block that a process scores, and of one that is sent to a service.
BLOCK, SENT_BLOCK = 4_000_000, 50_000

#: Bytes of a file from which starting processes takes less time than they save.
MANY_BYTES = 1_500_000

Tick = Callable[[int, int], object]


class Options(NamedTuple):
    """How a file is read, and where and how its results are written.

    ``model_dir`` holds the model that processes load for themselves; without it, ``workers``
    threads share the scorer.
    """

    target: Path
    choices: Choices = NO_CHOICES
    dialect: str = "rfc4180"
    model_dir: Path | None = None
    workers: int = 1
    block: int = BLOCK
    prevalence: float | None = None


class Job(NamedTuple):
    """What a worker needs for any block."""

    folder: Path
    reading: Reading
    suffix: str
    dialect: str


def predict_file(path: Path, scorer: Scorer, options: Options, tick: Tick) -> dict[str, Any]:
    """Score every row of a file, and return the summary with the reader's notes.

    The results grow as parts in a folder ``….partial`` and are joined at the end. Interrupted, the
    next call goes on with the parts that lack, as long as neither the input nor the model has
    changed.

    Parameters
    ----------
    path
        The samples.
    scorer
        Answers them.
    options
        How to read and where to write.
    tick
        Is called with how many rows are done, of how many.

    Raises
    ------
    batch.service.Refused
        The service would not answer. The parts that were written are kept.
    cytology.reading.refusals.InvalidTable
        The file is no table of samples.
    """
    # Refused before anything is written
    read_coding(scorer.schema, options.choices.classes, learning=False)
    with _executor(path, options) as executor:
        source = open_source(path, scorer.schema, options.choices, options.block)
        folder = options.target.with_name(options.target.name + ".partial")
        known = _open_folder(folder, source, options, scorer.schema)
        while True:
            notes = list(source.notes)
            labels = (
                read_labels(known, scorer.schema, options.choices, notes) if source.head else None
            )
            reading = Reading(scorer.schema, source.head, labels, source.encoding)
            job = Job(folder, reading, options.target.suffix, options.dialect)
            try:
                parts = _score_blocks(source, scorer, job, options, executor, tick)
                break
            except UnknownClasses as unknown:
                # All cells of a class say what they mean: score again with those found
                known = [old | new for old, new in zip(known, unknown.cells, strict=True)]
                shutil.rmtree(folder)
                _write_state(folder, _state(source, options), known)
    shutil.rmtree(folder)
    labelled = source.labelled or labels is not None
    return _summary(parts, labelled, scorer) | {
        "notes": [*(source.head.notes if source.head else ()), *notes]
    }


def _score_blocks(
    source: Source,
    scorer: Scorer,
    job: Job,
    options: Options,
    executor: Executor | None,
    tick: Tick,
) -> list[Counts]:
    """Write the file of results; return the counts of its parts."""
    parts = _parts_of(job.folder)
    model = next((counts.model for counts in parts.values() if counts.model), "")
    done = sum(counts.rows for counts in parts.values())
    tick(done, source.rows)
    todo = (block for block in source.blocks() if block.number not in parts)
    joined = 0
    with open_results(options.target, job.suffix, job.dialect) as add:
        for number, counts in _run(todo, scorer, job, options, executor):
            if model and counts.model and counts.model != model:
                shutil.rmtree(job.folder)
                raise Refused(changed(model, counts.model))
            model = model or counts.model
            parts[number] = counts
            done += counts.rows
            tick(done, max(done, source.rows))
            while joined in parts:
                add(job.folder / f"{joined}.part")
                joined += 1
        for number in range(joined, len(parts)):
            add(job.folder / f"{number}.part")
    return [*parts.values()]


def _run(
    blocks: Iterator[Block],
    scorer: Scorer,
    job: Job,
    options: Options,
    executor: Executor | None,
) -> Iterator[tuple[int, Counts]]:
    """Yield the counts of blocks as they are done; few wait at a time."""
    # A file that has been read as a whole is too small for processes
    if executor is None or (job.reading.head is None and options.model_dir):
        yield from (score_block(scorer, job, block) for block in blocks)
        return
    work = partial(_work, job) if options.model_dir else partial(score_block, scorer, job)
    pending: set[Future[tuple[int, Counts]]] = set()
    for block in blocks:
        pending.add(executor.submit(work, block))
        if len(pending) >= 2 * options.workers:
            ready, pending = wait(pending, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in ready)
    while pending:
        ready, pending = wait(pending, return_when=FIRST_COMPLETED)
        yield from (future.result() for future in ready)


@contextmanager
def _executor(path: Path, options: Options) -> Iterator[Executor | None]:
    """Threads that share the scorer, or processes that start while the file is scanned."""
    if options.workers == 1 or (options.model_dir and path.stat().st_size < MANY_BYTES):
        yield None
        return
    executor: Executor = ThreadPoolExecutor(options.workers)
    if options.model_dir:
        context = multiprocessing.get_context("spawn")
        arguments = (options.model_dir, options.prevalence)
        executor = ProcessPoolExecutor(options.workers, context, _start, arguments)
        for _ in range(options.workers):
            executor.submit(int)
    try:
        yield executor
    finally:
        executor.shutdown(cancel_futures=True)


_local: dict[str, Scorer] = {}


def _start(model_dir: Path, prevalence: float | None) -> None:
    """Prepare a process: load the model, leave Ctrl-C to the parent and end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _local["scorer"] = in_process(model_dir, prevalence)


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
    os._exit(1)


def _work(job: Job, block: Block) -> tuple[int, Counts]:
    return score_block(_local["scorer"], job, block)


def score_block(scorer: Scorer, job: Job, block: Block) -> tuple[int, Counts]:
    """Score a block and write its part.

    Parameters
    ----------
    scorer
        Answers the rows.
    job
        How the rows are read, and where and how the part is written.
    block
        The rows.

    Returns
    -------
    The number of the block and the counts of its rows.
    """
    samples = read_block(block, job.reading)
    answers = scorer.answer(samples)
    columns = lay_out(block.first, samples, answers, scorer.schema.class_names)
    counts = count_rows(columns, samples, answers.model)
    part = job.folder / f"{block.number}.part"
    write_part(columns, part, job.suffix, job.dialect)
    # The part counts once its counts are there
    _write_json(part.with_suffix(".json"), counts._asdict())
    return block.number, counts


def _state(source: Source, options: Options) -> Any:
    choices = [*options.choices, options.prevalence]
    return [source.sha256, *map(str, choices), options.dialect, options.block]


def _open_folder(folder: Path, source: Source, options: Options, schema: Schema) -> list[set[str]]:
    """Empty the folder of an earlier run unless it was of the same file; return known classes."""
    state = _state(source, options)
    try:
        found = json.loads((folder / "state.json").read_text())
        if found["state"] == state:
            return [set(cells) for cells in found["classes"]]
    except (OSError, ValueError, TypeError, KeyError):
        pass  # nothing to go on with
    shutil.rmtree(folder, ignore_errors=True)
    known = _first_classes(source, schema)
    _write_state(folder, state, known)
    return known


def _first_classes(source: Source, schema: Schema) -> list[set[str]]:
    """The cells of the class columns in the first block."""
    if source.head is None or not source.head.layout.labels:
        return []
    nothing: list[dict[str, str | None]] = [{} for _ in source.head.layout.labels]
    try:
        read_block(next(source.blocks()), Reading(schema, source.head, nothing, source.encoding))
    except UnknownClasses as unknown:
        return unknown.cells
    return [set() for _ in nothing]


def _write_state(folder: Path, state: Any, known: list[set[str]]) -> None:
    folder.mkdir()
    classes = [sorted(cells) for cells in known]
    _write_json(folder / "state.json", {"state": state, "classes": classes})


def _write_json(path: Path, content: Any) -> None:
    made = path.with_name(path.name + ".tmp")
    made.write_text(json.dumps(content))
    made.replace(path)


def _parts_of(folder: Path) -> dict[int, Counts]:
    found = {}
    for path in folder.glob("[0-9]*.json"):
        counts = Counts(**json.loads(path.read_text()))
        found[int(path.stem)] = counts
    return found


def _summary(parts: list[Counts], labelled: bool, scorer: Scorer) -> dict[str, Any]:
    outcomes: Outcomes = Counter()
    errors: Counter[str] = Counter()
    for part in parts:
        errors.update(part.errors)
        for label, unclear, known, rows in part.outcomes:
            outcomes[label, unclear, known] += rows
    model = next((part.model for part in parts if part.model), "")
    return summarize(outcomes, errors, labelled, scorer.schema, model)
