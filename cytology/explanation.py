"""Explains one answer of a model that is no sum, by asking the model about variations of the row.

Contributions are Shapley values against the median training sample. Start from its values and
replace one after the other by the row's: a value's contribution is what its replacement adds to
the log-odds, averaged over all orders. They sum to the answer's log-odds, less those of the median
sample (``base``). A value that is the median's contributes 0.
"""

import math
from collections.abc import Mapping, Sequence

from cytology.annotations import NamedTuple
from cytology.decision import Decision
from cytology.feature import Value
from cytology.measurements import Row
from cytology.prediction import MEDIAN, Reasons, logit
from cytology.sensitivity import decisive_unknowns, rescorings

#: With up to this many scores other than the median's all orders count: 2^10 rows are asked.
EXACT_FEATURES = 10
#: Beyond it, this many orders are drawn, each with its reverse, which lowers the variance.
_DRAWN_ORDERS = 16
_SEED = 20_260_101


class Questions(NamedTuple):
    """The rows that one explanation asks a model about.

    ``moved`` are the features whose score is known and not the median's. ``steps`` leads from the
    median sample to the row: by sets of replaced features, or by drawn orders of them.
    """

    moved: list[int]
    orders: list[list[int]] | None
    steps: list[Row]
    variations: list[list[tuple[Value, Row]]]
    rescored: list[Row]

    @property
    def distinct(self) -> list[Row]:
        """Every row once."""
        varied = [row for options in self.variations for _, row in options]
        return list(dict.fromkeys([*self.steps, *varied, *self.rescored]))


class Explainer:
    """Knows which rows to ask about, and what their probabilities say."""

    def __init__(self, decision: Decision) -> None:
        self._threshold = decision.threshold
        self._levels = decision.levels
        self._medians = decision.medians

    def questions(self, row: Row) -> Questions:
        """Return the rows to ask about."""
        pairs = zip(row, self._medians, strict=True)
        moved = [index for index, (score, own) in enumerate(pairs) if score not in (None, own)]
        orders = None if len(moved) <= EXACT_FEATURES else _draw_orders(moved)
        sets = _subsets(moved) if orders is None else _prefixes(orders)
        variations = [
            [
                (value, (*row[:index], value, *row[index + 1 :]))
                for value in levels.values
                if value != row[index]
            ]
            for index, levels in enumerate(self._levels)
        ]
        steps = [self._replace(row, chosen) for chosen in sets]
        return Questions(moved, orders, steps, variations, rescorings(row, self._levels))

    def reasons(
        self,
        row: Row,
        probability: float,
        asked: Questions,
        answers: Mapping[Row, float],
        shares: Mapping[int, Sequence[float]],
    ) -> Reasons:
        """Return the reasons for one answer.

        Parameters
        ----------
        row, probability
            The row and its answer.
        asked
            The row's questions.
        answers
            The probability of every distinct row among them.
        shares
            By place of each missing value, the share of each of its levels.
        """
        values = [logit(answers[step]) for step in asked.steps]
        positive = probability >= self._threshold

        def changes(other: Row) -> bool:
            return (answers[other] >= self._threshold) != positive

        return Reasons(
            base=values[0],
            contributions=_contributions(row, logit(probability), asked, values),
            exact=asked.orders is None,
            what_would_change=tuple(
                levels.nearest(
                    [value for value, varied in options if changes(varied)],
                    median if own is None else own,
                )
                for levels, options, own, median in zip(
                    self._levels, asked.variations, row, self._medians, strict=True
                )
            ),
            fragility=sum(map(changes, asked.rescored)) / len(asked.rescored),
            fragility_exact=False,
            reference=MEDIAN,
            decisive_unknowns=decisive_unknowns(
                shares,
                {gap: [changes(varied) for _, varied in asked.variations[gap]] for gap in shares},
            ),
        )

    def _replace(self, row: Row, chosen: Sequence[int]) -> Row:
        values: list[Value | None] = list(self._medians)
        for index in chosen:
            values[index] = row[index]
        return tuple(values)


def _contributions(
    row: Row, total: float, asked: Questions, values: Sequence[float]
) -> tuple[float, ...]:
    """Per feature; missing scores share equally what the known ones leave of the log-odds."""
    found = [0.0] * len(row)
    add = _add_exact if asked.orders is None else _add_drawn
    add(found, asked, values)
    gaps = [index for index, score in enumerate(row) if score is None]
    for gap in gaps:
        found[gap] = (total - _whole(asked, values)) / len(gaps)
    return tuple(found)


def _whole(asked: Questions, values: Sequence[float]) -> float:
    """Log-odds with every known score replaced."""
    return values[-1] if asked.orders is None else values[len(asked.moved)]


def _add_exact(found: list[float], asked: Questions, values: Sequence[float]) -> None:
    """Weigh each set of others by the share of orders in which it comes before the feature."""
    count = len(asked.moved)
    shares = [1 / (count * math.comb(count - 1, size)) for size in range(count)]
    for place, index in enumerate(asked.moved):
        bit = 1 << place
        found[index] = math.fsum(
            shares[chosen.bit_count()] * (values[chosen | bit] - values[chosen])
            for chosen in range(len(values))
            if not chosen & bit
        )


def _add_drawn(found: list[float], asked: Questions, values: Sequence[float]) -> None:
    orders, position = asked.orders or [], 0
    for order in orders:
        before = values[0]
        for index in order:
            position += 1
            found[index] += (values[position] - before) / len(orders)
            before = values[position]


def _subsets(moved: Sequence[int]) -> list[list[int]]:
    """Every set of features; bit i of its place tells whether feature i of ``moved`` is in it."""
    sets: list[list[int]] = [[]]
    for index in moved:
        sets += [[*chosen, index] for chosen in sets]
    return sets


def _prefixes(orders: Sequence[Sequence[int]]) -> list[list[int]]:
    """The empty set, then the growing starts of every order."""
    return [[], *(list(order[: end + 1]) for order in orders for end in range(len(order)))]


def _draw_orders(moved: Sequence[int]) -> list[list[int]]:
    # Imported here: few rows have so many scores that are not the median's
    import random

    source = random.Random(_SEED)  # noqa: S311  (a fixed sample, no secret)
    drawn = [source.sample(moved, len(moved)) for _ in range(_DRAWN_ORDERS)]
    return [*drawn, *(order[::-1] for order in drawn)]
