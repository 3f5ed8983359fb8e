"""Turns the candidates' log-losses into the one that ships, and the reasons for it.

The rule: of the candidates that are monotone and calibrated, the simplest whose log-loss is within
one standard error of the best candidate's. The error is that of the paired difference to the best,
over patients drawn anew: all candidates are judged on the same patients, so what makes a patient
hard for all of them must not count.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.evaluation.gates import GATES

#: What a model must keep to count as calibrated.
_CALIBRATION = [gate for gate in GATES if gate.figure in ("ece", "calibration_slope")]


class Contender(NamedTuple):
    """A candidate's losses (n,), averaged over the repeats, and what the rule asks of it."""

    losses: NDArray[np.float64]
    figures: Mapping[str, float]
    monotone: bool


class Verdict(NamedTuple):
    """What the rule says of one candidate."""

    name: str
    log_loss: float
    behind: float
    standard_error: float
    objections: tuple[str, ...]


class Choice(NamedTuple):
    """The candidate that ships, the one of lowest log-loss, and a verdict on each."""

    name: str
    best: str
    verdicts: tuple[Verdict, ...]


class NoChoice(ValueError):
    """No candidate meets the rule."""


def choose(contenders: Mapping[str, Contender], weights: NDArray[np.float64]) -> Choice:
    """Apply the rule; ``contenders`` go from the simplest to the most complex.

    Raises
    ------
    NoChoice
        No candidate is monotone, calibrated and near enough to the best.
    """
    best = min(contenders, key=lambda name: contenders[name].losses.mean())
    verdicts = [
        _verdict(name, contender, contenders[best].losses, weights)
        for name, contender in contenders.items()
    ]
    for verdict in verdicts:
        if not verdict.objections:
            return Choice(verdict.name, best, tuple(verdicts))
    raise NoChoice("no candidate is monotone, calibrated and within one standard error of the best")


def _verdict(
    name: str,
    contender: Contender,
    best: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> Verdict:
    gaps = contender.losses - best
    draws = (weights @ gaps) / weights.sum(axis=1)
    behind, error = float(gaps.mean()), float(draws.std())
    objections = []
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
