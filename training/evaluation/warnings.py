"""Writes a warning for each property of table or model that limits the answers."""

import math
from collections.abc import Mapping
from typing import Any

from training.decide import LEVEL, level_of_size

#: Share of the log-loss of the class frequencies from which on a model has no signal.
_SIGNAL = 0.99


def find_warnings(figures: Mapping[str, float], classes: Mapping[str, int]) -> list[str]:
    """Return a sentence for each: a small class, no signal, complete separation of the classes.

    Parameters
    ----------
    figures
        Of the model, by name.
    classes
        Number of samples by class.
    """
    name, count = min(classes.items(), key=lambda item: item[1])
    level = level_of_size(count)
    found = []
    if level < LEVEL:
        found.append(
            f"only {count} samples are {name}: prediction sets hold each class with "
            f"{level:.0%} instead of {LEVEL:.0%}, the highest coverage for this number"
        )
    shares = [count / sum(classes.values()) for count in classes.values()]
    guess = -sum(share * math.log(share) for share in shares)
    if figures["log_loss"] >= _SIGNAL * guess:
        found.append(
            f"no signal: the log-loss of {figures['log_loss']:.3f} is not clearly better than "
            f"that of the classes' shares alone, {guess:.3f}; the answers must not be used"
        )
    if figures["auc"] >= 1.0:
        found.append(
            "the classes are separated completely: probabilities cannot be calibrated, and a "
            "column may contain the class"
        )
    return found


def as_lines(report: Mapping[str, Any]) -> list[str]:
    """Return the report's warnings as they are printed."""
    return [f"warning: {warning}" for warning in report["warnings"]]
