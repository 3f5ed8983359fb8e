"""Turns rows and their probabilities into counts: per feature and level, per tenth of probability.

Training counts its table once, the service counts what it is sent, and drift is the difference.
"""

import json
from collections.abc import Iterable, Mapping, Sequence

from cytology.feature import Value
from cytology.levels import Levels
from cytology.measurements import Row
from cytology.schema import Schema

#: The histogram beside the features': tenths of the probability of the positive class.
PROBABILITY = "predicted probability"
TENTHS = 10

#: By the histogram's name. A feature's: missing first, then every level.
Population = Mapping[str, tuple[int, ...]]


def histogram_names(schema: Schema) -> tuple[str, ...]:
    """One histogram a feature, in schema order, and the probability's."""
    return (*schema.names, PROBABILITY)


def count_values(levels: Levels, values: Iterable[Value | None]) -> list[int]:
    """How often each level occurs; missing first."""
    counts = [0] * (len(levels.values) + 1)
    for value in values:
        counts[0 if value is None else levels.place(value) + 1] += 1
    return counts


def count_probabilities(probabilities: Iterable[float]) -> list[int]:
    """How many lie in each tenth; 1 belongs to the last."""
    counts = [0] * TENTHS
    for probability in probabilities:
        counts[min(int(probability * TENTHS), TENTHS - 1)] += 1
    return counts


def count_population(
    rows: Sequence[Row], probabilities: Iterable[float], schema: Schema, levels: Sequence[Levels]
) -> Population:
    """Count every row in every histogram; the levels are the decision's."""
    found = {
        name: tuple(count_values(own, [row[position] for row in rows]))
        for position, (name, own) in enumerate(zip(schema.names, levels, strict=True))
    }
    return found | {PROBABILITY: tuple(count_probabilities(probabilities))}


def parse_population(content: bytes) -> Population:
    """Read population.json as training wrote it; the caller has checked its hash."""
    return {name: tuple(counts) for name, counts in json.loads(content).items()}
