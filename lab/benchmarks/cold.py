"""Measures cold starts, and the memory that a container has used by its first answer.

A cold start lasts from a container in which only the emulator runs to the first correct answer; a
server's lasts from its container's first process. Containers have one processor.
"""

import time
from collections.abc import Sequence
from typing import Any

from lab.benchmarks.containers import first_labels, running
from lab.benchmarks.results import Series, entry
from lab.benchmarks.variants import SAMPLE, Caller, Variant, WrongAnswer


def cold(variants: Sequence[Variant], rounds: int) -> dict[str, Any]:
    """Start every variant once a round; one round more, the first, is not counted."""
    elapsed: Series = {variant.name: [] for variant in variants}
    memory: Series = {variant.name: [] for variant in variants}
    for number in range(rounds + 1):
        print(f"cold starts: round {number} of {rounds}", flush=True)
        for variant in rotated(variants, number):
            elapsed_ms, peak_mb = _start(variant)
            if number:
                elapsed[variant.name].append(elapsed_ms)
                memory[variant.name].append(peak_mb)
    return {"cold": entry("ms", rounds, elapsed), "memory": entry("MB", rounds, memory)}


def rotated(variants: Sequence[Variant], number: int) -> list[Variant]:
    """Begin each round with another variant, so that none always follows the same one."""
    offset = number % len(variants)
    return [*variants[offset:], *variants[:offset]]


def _start(variant: Variant) -> tuple[float, float]:
    """Return the milliseconds of one cold start and its peak memory in MB."""
    with running(variant) as container:
        caller = Caller(container.port, variant)
        started = time.perf_counter()
        if variant.is_server:
            labels = first_labels(caller)
            elapsed_s = time.time() - container.started()
        else:
            labels = caller.labels([SAMPLE])
            elapsed_s = time.perf_counter() - started
        caller.close()
        if labels != ["benign"]:
            raise WrongAnswer(f"{variant.name} answers {labels}")
        return elapsed_s * 1e3, container.peak_mb()
