"""Predicts by adding points from a table: one exact number per score."""

import math
from collections.abc import Mapping, Sequence
from operator import getitem

from cytology.annotations import Any
from cytology.assembly import Assembler
from cytology.decision import Decision
from cytology.levels import Levels
from cytology.measurements import Row
from cytology.missing import MAX_FILLINGS, Filler, average
from cytology.prediction import Prediction, Reasons
from cytology.schema import Schema
from cytology.sensitivity import (
    Points,
    decisive_unknowns,
    flips_with_gaps,
    fragility,
    nearest_changes,
    nearest_flips,
)

#: Points are whole numbers of 2^-44 log-odds. Their floats, and sums of them below 2^9, are exact.
UNIT = 2.0**-44
_SIGMOID = [{"kind": "sigmoid"}]


class Scorecard:
    """An additive model, compiled.

    ``points[i]`` maps each value of feature i to log-odds. Points are centred on the training
    data, so ``base`` is the average log-odds and each contribution reads as "compared with the
    average training sample". The decision's link turns the sum into the probability.
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
        self._link = decision.link
        self._filler = Filler(decision.given, decision.levels)
        self._assembler = Assembler(schema, decision)
        self._threshold = decision.threshold
        self._cutoff = decision.cutoff
        self._levels, self._medians = decision.levels, decision.medians

    def logit(self, row: Row) -> float:
        """Log-odds of a complete row before the link: base + contributions in schema order."""
        return sum(map(getitem, self.points, row), self.base)

    def predict(self, rows: Sequence[Row], *, explain: bool) -> list[Prediction]:
        """Answer every row; see :class:`cytology.prediction.Engine`."""
        assemble, link = self._assembler.assemble, self._link.probability
        answers = []
        for row in rows:
            possible = None
            if None in row:
                probability, possible = self._average(row)
                total = self._link.raw_log_odds(probability) if explain else 0.0
            else:
                total = self.logit(row)
                probability = link(total)
            reasons = self._reasons(row, total) if explain else None
            answers.append(assemble(row, probability, possible, reasons))
        return answers

    def by_name(self) -> dict[str, list[float]]:
        """Return the points of each feature, in the order of its scores or categories."""
        tables = zip(self._schema.names, self.points, strict=True)
        return {name: list(table.values()) for name, table in tables}

    def _are_positive(self, rows: Sequence[Row]) -> list[bool]:
        return [
            (self._average(row)[0] if None in row else self._link.probability(self.logit(row)))
            >= self._threshold
            for row in rows
        ]

    def _average(self, row: Row) -> tuple[float, tuple[float, float]]:
        """Probability of a row with missing scores, and its range over what they could be."""
        gaps = self._filler.shares(row)
        if math.prod(map(len, gaps.values())) > MAX_FILLINGS:
            fillings = self._filler.fillings(row)
            totals, shares = [self.logit(filled) for filled in fillings.rows], fillings.shares
        else:
            # Sums of every filling without its row: two gaps have a hundred
            known = zip(self.points, row, strict=True)
            totals = [sum([table[v] for table, v in known if v is not None], self.base)]
            shares = [1.0]
            for gap, own in gaps.items():
                points = [self.points[gap][value] for value in self._levels[gap].values]
                totals = [total + point for total in totals for point in points]
                shares = [share * part for share in shares for part in own]
        return average(list(map(self._link.probability, totals)), shares), self._range(row)

    def _reasons(self, row: Row, total: float) -> Reasons:
        points = self._explained(row, total)
        share, exact = fragility(points, self._levels, row, self.base, self._cutoff)
        decisive: tuple[tuple[int, float], ...] = ()
        if None in row:
            flips = flips_with_gaps(row, self._levels, self._are_positive)
            changes = nearest_flips(row, self._levels, self._medians, flips)
            decisive = decisive_unknowns(self._filler.shares(row), dict(enumerate(flips)))
        else:
            changes = nearest_changes(points, self._levels, row, total, self._cutoff)
        return Reasons(
            base=self.base,
            contributions=tuple([table[score] for table, score in zip(points, row, strict=True)]),
            exact=True,
            what_would_change=changes,
            fragility=share,
            fragility_exact=exact and None not in row,
            decisive_unknowns=decisive,
        )

    def _explained(self, row: Row, total: float) -> Sequence[Points]:
        """The points, and for missing scores what they add on average: equal parts of the rest."""
        if None not in row:
            return self.points
        known = sum(
            table[score] for table, score in zip(self.points, row, strict=True) if score is not None
        )
        part = (total - self.base - known) / row.count(None)
        return [
            table if score is not None else {**table, None: part}
            for table, score in zip(self.points, row, strict=True)
        ]

    def _range(self, row: Row) -> tuple[float, float]:
        """Probability at the worst and best value of every missing score; exact, being additive."""
        low = high = self.base
        for points, score in zip(self.points, row, strict=True):
            if score is None:
                low += min(points.values())
                high += max(points.values())
            else:
                low += points[score]
                high += points[score]
        return self._link.probability(low), self._link.probability(high)


def is_additive(document: Mapping[str, Any]) -> bool:
    """Tell whether model.json holds one table per feature and a plain sigmoid."""
    plain = document.get("link") in (_SIGMOID, [*_SIGMOID, {"kind": "complement"}])
    return document["kind"] == "sum" and "terms" not in document and plain


def _read_points(
    document: Mapping[str, Any], schema: Schema, levels: Sequence[Levels]
) -> tuple[float, list[Points]]:
    """Return base and points of every value in log-odds of the positive class.

    Points of a missing value are left out: the service averages over the known ones.
    """
    unit = -UNIT if len(document["link"]) > 1 else UNIT
    points: list[Points] = [own.table([0.0] * len(own.values)) for own in levels]
    for table in document["tables"]:
        column, known = table["column"], dict(zip(table["values"], table["points"], strict=True))
        feature = schema.features[column]
        points[column] = {value: known[value] * unit for value in feature.values or feature.scores}
    return document["base"] * unit, points


def parse_scorecard(document: Mapping[str, Any], schema: Schema, decision: Decision) -> Scorecard:
    """Build the engine of an additive model.json.

    Parameters
    ----------
    document
        For which :func:`is_additive` holds.
    schema, decision
        Of the same artifact.
    """
    return Scorecard(*_read_points(document, schema, decision.levels), schema, decision)
