"""Turns rows and their probabilities into counts: per feature and score, per tenth of probability.

Training counts its table once, the service counts what it is sent, and drift is the difference.
"""

import json
from collections.abc import Iterable, Mapping, Sequence

from cytology.measurements import Row
from cytology.schema import Feature, Schema

#: The histogram beside the features': tenths of the probability of the positive class.
PROBABILITY = "predicted probability"
TENTHS = 10

#: By the histogram's name. A feature's: missing first, then every score from the lowest.
Population = Mapping[str, tuple[int, ...]]


def histogram_names(schema: Schema) -> tuple[str, ...]:
    """One histogram a feature, in schema order, and the probability's."""
    return (*schema.names, PROBABILITY)


def count_scores(feature: Feature, scores: Iterable[int | None]) -> list[int]:
    """How often each score occurs; missing first, then every score from the lowest."""
    counts = [0] * (len(feature.scores) + 1)
    for score in scores:
        counts[0 if score is None else score - feature.minimum + 1] += 1
    return counts


def count_probabilities(probabilities: Iterable[float]) -> list[int]:
    """How many lie in each tenth; 1 belongs to the last."""
    counts = [0] * TENTHS
    for probability in probabilities:
        counts[min(int(probability * TENTHS), TENTHS - 1)] += 1
    return counts


def count_population(
    rows: Sequence[Row], probabilities: Iterable[float], schema: Schema
) -> Population:
    """Count every row in every histogram."""
    found = {
        feature.name: tuple(count_scores(feature, [row[position] for row in rows]))
        for position, feature in enumerate(schema.features)
    }
    return found | {PROBABILITY: tuple(count_probabilities(probabilities))}


def parse_population(content: bytes) -> Population:
    """Read population.json as training wrote it; the caller has checked its hash."""
    return {name: tuple(counts) for name, counts in json.loads(content).items()}
