"""States an answer for a population in which the positive class is rarer or more frequent.

Only the share of the classes may differ (label shift): within each class, scores must occur as in
the training data. The log-odds of probability, threshold and range then move by the same amount,
so label and prediction set stay: sensitivity and specificity do not depend on prevalence.
"""

import math
from collections.abc import Callable

from cytology.prediction import Prediction, logit, sigmoid


def at_prevalence(answer: Prediction, prevalence: float, trained: float) -> Prediction:
    """Return the answer for another prevalence.

    Parameters
    ----------
    answer
        As the model gives it.
    prevalence
        Share of the positive class among the samples asked about; above 0 and below 1.
    trained
        The share among the training samples.
    """
    moved = shifted(prevalence, trained)
    possible = answer.probability_range
    return answer._replace(
        probability=moved(answer.probability),
        threshold=moved(answer.threshold),
        probability_range=possible and (moved(possible[0]), moved(possible[1])),
    )


def shifted(prevalence: float, trained: float) -> Callable[[float], float]:
    """Return what a probability becomes at another prevalence; see :func:`at_prevalence`."""
    shift = _log_odds(prevalence) - _log_odds(trained)
    return lambda probability: sigmoid(logit(probability) + shift)


def _log_odds(share: float) -> float:
    return math.log(share / (1.0 - share))
