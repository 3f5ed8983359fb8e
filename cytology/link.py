"""Maps a model's log-odds to calibrated log-odds.

Beta calibration (Kull, Silva Filho & Flach, 2017): with p the model's probability,
calibrated log-odds = a·ln p - b·ln(1 - p) + c. With a and b at least 0 a higher p never gives a
lower calibrated probability, so the order of samples stays.
"""

import math

from cytology.annotations import NamedTuple
from cytology.prediction import logit, sigmoid

#: Calibrated log-odds are inverted within these model log-odds.
_WIDEST = 60.0


class Link(NamedTuple):
    """The three numbers of a beta calibration; 1, 1, 0 changes nothing."""

    a: float = 1.0
    b: float = 1.0
    c: float = 0.0

    @property
    def is_identity(self) -> bool:
        """True where calibrated and model log-odds are the same."""
        return self == (1.0, 1.0, 0.0)

    def log_odds(self, raw: float) -> float:
        """Return the calibrated log-odds of the model's."""
        if self.is_identity:
            return raw
        tail = math.log1p(math.exp(-abs(raw)))
        return self.c - self.a * (max(-raw, 0.0) + tail) + self.b * (max(raw, 0.0) + tail)

    def probability(self, raw: float) -> float:
        """Return the calibrated probability of the model's log-odds."""
        return sigmoid(self.log_odds(raw))

    def raw_log_odds(self, probability: float) -> float:
        """Return the model's log-odds that give a calibrated probability."""
        wanted = logit(probability)
        if self.is_identity:
            return wanted
        low, high = -_WIDEST, _WIDEST
        for _ in range(80):
            middle = (low + high) / 2
            if self.log_odds(middle) < wanted:
                low = middle
            else:
                high = middle
        return high
