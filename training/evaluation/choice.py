"""Chooses the candidate that ships, by a fixed rule, and gives the reasons.

The rule: of the candidates that are monotone, calibrated and better than the baseline, the simplest
whose log-loss is within one standard error of the best candidate's. The error is that of the paired
difference to the best, over draws of patients: all candidates predict the same patients, so a
patient who is hard for all of them must not count. The baseline itself cannot be chosen; the report
states the difference of every candidate.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.evaluation.gates import GATES

#: One coefficient for the sum of all scores.
BASELINE = "plain-sum"

#: Gates that a calibrated model must pass.
_CALIBRATION = [gate for gate in GATES if gate.figure in ("ece", "calibration_slope")]


class Contender(NamedTuple):
    """A candidate's losses (n,), averaged over the repeats, and what the rule asks of it."""

    losses: NDArray[np.float64]
    figures: Mapping[str, float]
    monotone: bool


class Verdict(NamedTuple):
    """The rule's result for one candidate, with every objection."""

    name: str
    log_loss: float
    behind: float
    standard_error: float
    objections: tuple[str, ...]


class Choice(NamedTuple):
    """What ships (None where no candidate meets the rule), the best, and a verdict on each."""

    name: str | None
    best: str
    verdicts: tuple[Verdict, ...]


def choose(contenders: Mapping[str, Contender], weights: NDArray[np.float64]) -> Choice:
    """Apply the rule; ``contenders`` go from the simplest to the most complex."""
    best = min(contenders, key=lambda name: contenders[name].losses.mean())
    baseline = float(contenders[BASELINE].losses.mean())
    verdicts = [
        _verdict(name, contender, contenders[best].losses, baseline, weights)
        for name, contender in contenders.items()
    ]
    name = next((verdict.name for verdict in verdicts if not verdict.objections), None)
    return Choice(name, best, tuple(verdicts))


def _verdict(
    name: str,
    contender: Contender,
    best: NDArray[np.float64],
    baseline: float,
    weights: NDArray[np.float64],
) -> Verdict:
    gaps = contender.losses - best
    draws = (weights @ gaps) / weights.sum(axis=1)
    behind, error = float(gaps.mean()), float(draws.std())
    objections = []
    if name == BASELINE:
        objections.append("the baseline")
    elif contender.losses.mean() >= baseline:
        objections.append("no better than the baseline")
    if behind > error:
        objections.append("more than one standard error behind the best")
    if not contender.monotone:
        objections.append("a higher score can lower the probability")
    objections += _miscalibrations(contender.figures)
    return Verdict(name, float(contender.losses.mean()), behind, error, tuple(objections))


def _miscalibrations(figures: Mapping[str, float]) -> Sequence[str]:
    return [
        f"{gate.figure} must be {gate.must}, found {figures[gate.figure]:.3f}"
        for gate in _CALIBRATION
        if not gate.must.hold(figures[gate.figure])
    ]
