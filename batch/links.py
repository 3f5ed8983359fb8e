"""Maps columns of scores to probabilities with the roundings of a single row.

numpy's own e^x and logarithms differ from Python's in the last bit of some numbers. pyarrow calls
the C library's, as Python does.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cytology.link import Link
from cytology.prediction import LOGIT_CLIP

Floats = NDArray[np.float64]


def calibrated(link: Link, raw: Floats) -> Floats:
    """Return ``link.probability`` of every log-odds."""
    if not link.is_identity:
        tail = _log1p(_exp(-np.abs(raw)))
        raw = (
            link.c
            - link.a * (np.maximum(-raw, 0.0) + tail)
            + link.b * (np.maximum(raw, 0.0) + tail)
        )
    # One of the two is at most 1, so nothing overflows
    odds = _exp(-np.abs(raw))
    answer: Floats = np.where(raw >= 0, 1.0, odds) / (1.0 + odds)
    return answer


def log_odds_of(probabilities: Floats) -> Floats:
    """Return :func:`cytology.prediction.logit` of every probability."""
    clipped = np.clip(probabilities, LOGIT_CLIP, 1.0 - LOGIT_CLIP)
    return pc.ln(pa.array(clipped / (1.0 - clipped))).to_numpy()  # type: ignore[no-any-return]


def _exp(values: Floats) -> Floats:
    return pc.exp(pa.array(values)).to_numpy()  # type: ignore[no-any-return]


def _log1p(values: Floats) -> Floats:
    return pc.log1p(pa.array(values)).to_numpy()  # type: ignore[no-any-return]
