"""Computes the population stability index of two histograms, and its p-value.

PSI is the sum of (p - q) ln(p / q) over the bins. Two samples of one population differ too: by
about (bins - 1)(1/n + 1/m), which for few samples exceeds any customary limit. So chance is
simulated: how large PSI grows where both histograms are drawn from their pooled frequencies.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cytology.population import Population

#: Samples in a histogram below which it is not judged.
FEWEST_JUDGED = 50
#: PSI from which a shift matters; below it the customary reading is "no significant change".
MATTERS = 0.10
#: Chance of calling any histogram of one check shifted where none is, shared among them.
FALSE_ALARMS = 0.01
#: Level of the printed interval.
CONFIDENCE = 0.95
#: Simulations without shift, enough for a chance of one in a thousand; and for the interval.
REPLICATES, RESAMPLED = 2_000, 1_000
#: Added to each bin: a score that one side never shows makes no infinite difference.
_PSEUDOCOUNT = 0.5

_Counts = NDArray[np.int64]


class Shift(NamedTuple):
    """One histogram against training's.

    ``psi`` is less what chance alone adds, and so may be below 0; ``low`` and ``high`` are its
    basic bootstrap interval; ``chance`` the share of simulations without shift whose PSI is as
    large. All three are nan, and ``shifted`` false, where there are too few samples.
    """

    name: str
    samples: int
    psi: float
    low: float
    high: float
    chance: float
    shifted: bool


def judge(reference: Population, found: Mapping[str, Sequence[int]], seed: int = 0) -> list[Shift]:
    """Compare every histogram of the reference with what was found, in the reference's order."""
    random = np.random.default_rng(seed)
    limit = FALSE_ALARMS / len(reference)
    return [
        _compare(
            name, np.array(before), np.array(found.get(name, [0] * len(before))), limit, random
        )
        for name, before in reference.items()
    ]


def stability_index(before: _Counts, after: _Counts) -> NDArray[np.float64]:
    """PSI of counts; bins along the last axis."""
    p, q = _shares(before), _shares(after)
    index: NDArray[np.float64] = ((q - p) * np.log(q / p)).sum(axis=-1)
    return index


def _compare(
    name: str, before: _Counts, after: _Counts, limit: float, random: np.random.Generator
) -> Shift:
    n, m = int(after.sum()), int(before.sum())
    if n < FEWEST_JUDGED:
        return Shift(name, n, np.nan, np.nan, np.nan, np.nan, shifted=False)
    observed = float(stability_index(before, after))
    pooled = (before + after) / (m + n)
    same = stability_index(
        random.multinomial(m, pooled, REPLICATES), random.multinomial(n, pooled, REPLICATES)
    )
    chance = (1 + int((same >= observed).sum())) / (1 + REPLICATES)
    resampled = stability_index(
        random.multinomial(m, before / m, RESAMPLED), random.multinomial(n, after / n, RESAMPLED)
    )
    tail = (1 - CONFIDENCE) / 2
    low, high = 2 * observed - np.quantile(resampled, [1 - tail, tail])
    psi = observed - float(same.mean())
    return Shift(
        name, n, psi, float(low), float(high), chance, shifted=chance <= limit and psi >= MATTERS
    )


def _shares(counts: _Counts) -> NDArray[np.float64]:
    smoothed = counts + _PSEUDOCOUNT
    shares: NDArray[np.float64] = smoothed / smoothed.sum(axis=-1, keepdims=True)
    return shares
