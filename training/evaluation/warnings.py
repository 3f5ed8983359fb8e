"""Finds what makes a table or a model unfit for the promises of an answer, and says it in words."""

import math
from collections.abc import Mapping
from typing import Any

from training.decide import LEVEL


def find_warnings(figures: Mapping[str, float], classes: Mapping[str, int]) -> list[str]:
    """Return a sentence for each: a small class, no signal, classes told apart completely.

    Parameters
    ----------
    figures
        Of the model, by name.
    classes
        Number of samples by class.
    """
    needed = math.ceil(1 / (1 - LEVEL) - 1e-9) - 1
    found = [
        f"only {count} samples are {name}: with fewer than {needed} its limit rules nothing out, "
        "so answers are inconclusive where the class would have to be excluded"
        for name, count in classes.items()
        if count < needed
    ]
    shares = [count / sum(classes.values()) for count in classes.values()]
    guess = -sum(share * math.log(share) for share in shares)
    if figures["log_loss"] >= guess:
        found.append(
            f"no signal: the log-loss of {figures['log_loss']:.3f} is no better than that of the "
            f"classes' shares alone, {guess:.3f}; the answers must not be used"
        )
    if figures["auc"] >= 1.0:
        found.append(
            "the classes are told apart completely: probabilities cannot be calibrated, and a "
            "column may give the class away"
        )
    return found


def as_lines(report: Mapping[str, Any]) -> list[str]:
    """Return the report's warnings as they are printed."""
    return [f"warning: {warning}" for warning in report["warnings"]]
