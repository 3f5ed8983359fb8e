"""Turns a row into a prediction by adding points from a table: one exact number per score."""

import json
from collections.abc import Sequence
from operator import getitem
from typing import Any

from cytology.assembly import Assembler
from cytology.decision import Decision
from cytology.measurements import Row
from cytology.prediction import Prediction, Reasons, sigmoid
from cytology.schema import Schema
from cytology.sensitivity import Points, fragility, nearest_changes


class Scorecard:
    """An additive model, compiled.

    ``points[i]`` maps each score of feature i (and None, where it may be missing) to log-odds.
    Points are centred on the training data, so ``base`` is the average log-odds and each
    contribution reads as "compared with the average training sample".
    """

    name = "compiled"

    def __init__(
        self,
        base: float,
        points: Sequence[Points],
        schema: Schema,
        decision: Decision,
    ) -> None:
        self.base = base
        self.points = tuple(points)
        self._schema = schema
        self._assembler = Assembler(schema, decision)
        self._cutoff = decision.cutoff
        self._medians = decision.medians(schema.features)

    def logit(self, row: Row) -> float:
        """Log-odds of the positive class: base + contributions, added in schema order."""
        return sum(map(getitem, self.points, row), self.base)

    def predict(self, rows: Sequence[Row], *, explain: bool) -> list[Prediction]:
        """Answer every row; see :class:`cytology.prediction.Engine`."""
        assemble = self._assembler.assemble
        answers = []
        for row in rows:
            total = self.logit(row)
            possible = self._range(row) if None in row else None
            reasons = self._reasons(row, total) if explain else None
            answers.append(assemble(row, sigmoid(total), possible, reasons))
        return answers

    def _reasons(self, row: Row, total: float) -> Reasons:
        share, exact = fragility(self.points, self._schema, row, self.base, self._cutoff)
        return Reasons(
            base=self.base,
            contributions=tuple(
                [points[score] for points, score in zip(self.points, row, strict=True)]
            ),
            exact=True,
            what_would_change=nearest_changes(self.points, row, total, self._cutoff, self._medians),
            fragility=share,
            fragility_exact=exact,
        )

    def _range(self, row: Row) -> tuple[float, float]:
        """Probability at the worst and best value of every missing score; exact, being additive."""
        low = high = self.base
        for points, score in zip(self.points, row, strict=True):
            if score is None:
                possible = [value for key, value in points.items() if key is not None]
                low += min(possible)
                high += max(possible)
            else:
                low += points[score]
                high += points[score]
        return sigmoid(low), sigmoid(high)


def parse_scorecard(content: bytes, schema: Schema, decision: Decision) -> Scorecard:
    """Read scorecard.json as training wrote it; the caller has checked its hash."""
    raw: dict[str, Any] = json.loads(content)
    points: list[Points] = []
    for feature in schema.features:
        missing, *scored = raw["points"][feature.name]
        table: Points = dict(zip(feature.scores, scored, strict=True))
        if feature.may_be_missing:
            table[None] = missing
        points.append(table)
    return Scorecard(raw["base"], points, schema, decision)
