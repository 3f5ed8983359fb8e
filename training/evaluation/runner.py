"""Runs tasks on every core and caches each result when it is complete."""

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from joblib import Parallel, delayed
from tqdm import tqdm


class Task(NamedTuple):
    """One piece of work: its name in the cache, and the call that does it."""

    name: str
    function: Callable[..., dict[str, Any]]
    arguments: tuple[Any, ...]


def run(tasks: Sequence[Task], cache: Path) -> dict[str, dict[str, Any]]:
    """Run the tasks without a cached result; an interrupted run continues.

    ``cache`` must be a directory for this data, code and protocol: its files are not checked.
    """
    cache.mkdir(parents=True, exist_ok=True)
    missing = [item for item in tasks if not (cache / f"{item.name}.json").exists()]
    if missing:
        done = Parallel(
            n_jobs=min(len(missing), os.cpu_count() or 1), return_as="generator_unordered"
        )(delayed(_run_and_keep)(item, cache) for item in missing)
        with tqdm(
            total=len(tasks), initial=len(tasks) - len(missing), desc="evaluate", unit="run"
        ) as progress:
            for name in done:
                progress.set_description(name)
                progress.update()
    return {item.name: json.loads((cache / f"{item.name}.json").read_text()) for item in tasks}


def _run_and_keep(item: Task, cache: Path) -> str:
    result = item.function(*item.arguments)
    # Atomic: an interrupted write leaves no result
    draft = cache / f".{item.name}.{os.getpid()}"
    draft.write_text(json.dumps(result))
    draft.replace(cache / f"{item.name}.json")
    return item.name
