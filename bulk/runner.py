"""Turns a table into results and faults on every core of a machine, or of a cluster, with Dask.

Which worker scores which block, when, and what becomes of the blocks of a worker that dies is
Dask's business. Ours is that a block may be scored any number of times and counts once.
"""

import shutil
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import dask
from distributed import Client, LocalCluster, as_completed

from bulk.output import Written, write_output
from bulk.scoring import Done, load_model, score_block
from bulk.source import BLOCK_BYTES, blocks_of, open_source

#: A worker that would hold more is stopped and its work given to another.
MEMORY_LIMIT = "1GiB"

Watch = Callable[[Client, Done], None]


class Lost(Exception):
    """Dask gave up on a block; what was scored is kept, and the next run goes on from there."""


def score_table(
    path: Path,
    target: Path,
    model_dir: Path,
    *,
    workers: int = 2,
    scheduler: str | None = None,
    block_bytes: int = BLOCK_BYTES,
    watch: Watch = lambda _client, _done: None,
) -> Written:
    """Score every row of a CSV or Parquet file.

    Interrupted, the next call of the same file goes on with the blocks that are still to do: those
    done lie beside the target, each named by the content and the model that it was made from.
    On a cluster, every worker must see the same files at the same paths. ``watch`` is told of every
    block that is done.

    Raises
    ------
    cytology.columns.InvalidTable, UnicodeDecodeError
        The file is no table of samples.
    Lost
        A block took down every worker that tried it.
    """
    started = time.perf_counter()
    model_dir = model_dir.resolve()
    model = load_model(str(model_dir))
    source = open_source(path, model.artifact.schema)
    parts = target.resolve().with_name(f"{target.name}.parts")
    parts.mkdir(parents=True, exist_ok=True)
    blocks = list(blocks_of(source, block_bytes))
    with ExitStack() as stack:
        client = _connect(workers, scheduler, stack)
        futures = client.map(
            score_block,
            blocks,
            source=source,
            model_dir=str(model_dir),
            parts=str(parts),
            # Two blocks of the same content are two tasks
            key=[f"score-{number}-{block.sha256[:16]}" for number, block in enumerate(blocks)],
            retries=2,
        )
        places = {future.key: place for place, future in enumerate(futures)}
        found: dict[int, Done] = {}
        for future in as_completed(futures):
            error = future.exception()
            if error is not None:
                raise _explained(error)
            done = future.result()
            found[places[future.key]] = done
            watch(client, done)
        done_blocks = [found[place] for place in range(len(blocks))]
    scored = time.perf_counter() - started
    written = write_output(done_blocks, source, parts, target, model.artifact.schema)
    shutil.rmtree(parts)
    about = _about(done_blocks, scored, time.perf_counter() - started)
    summary = {"model": model.artifact.version, **written.summary, **about}
    return written._replace(summary=summary)


def _connect(workers: int, scheduler: str | None, stack: ExitStack) -> Client:
    if scheduler:
        return stack.enter_context(Client(scheduler))
    # A worker is a process: numpy's and Python's own work both hold the lock of an interpreter
    stack.enter_context(dask.config.set({"distributed.worker.memory.terminate": 0.95}))
    cluster = stack.enter_context(
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            memory_limit=MEMORY_LIMIT,
            # Any free port, for this machine alone
            dashboard_address="127.0.0.1:0",
            silence_logs="CRITICAL",
        )
    )
    return stack.enter_context(Client(cluster))


def _explained(error: BaseException) -> BaseException:
    # Dask's own: a block whose workers died one after the other
    return Lost(str(error)) if type(error).__name__ == "KilledWorker" else error


def _about(done: list[Done], scored_s: float, total_s: float) -> dict[str, Any]:
    return {
        "blocks": len(done),
        "workers": len({block.worker for block in done}),
        "peak_bytes_per_worker": max((block.peak_bytes for block in done), default=0),
        "cpu_seconds": round(sum(block.seconds for block in done), 3),
        "seconds_to_score": round(scored_s, 3),
        "seconds": round(total_s, 3),
    }
