"""What is counted, and where a score or a probability is counted."""

import json

import pytest

from cytology.artifact import POPULATION
from cytology.levels import levels_of
from cytology.population import (
    count_population,
    count_probabilities,
    histogram_names,
    parse_population,
)
from cytology.schema import parse_schema
from training.dataset import as_rows, load_dataset


@pytest.fixture
def small():
    """Two features that begin at different scores; the second may be missing."""
    return parse_schema(
        json.dumps(
            {
                "classes": [{"name": "no", "code": 0}, {"name": "yes", "code": 1}],
                "positive": "yes",
                "features": [
                    {"name": "a", "min": 0, "max": 2},
                    {"name": "b", "min": 3, "max": 4, "may_be_missing": True},
                ],
            }
        )
    )


@pytest.mark.parametrize(
    ("probability", "tenth"), [(0.0, 0), (0.0999, 0), (0.1, 1), (0.55, 5), (0.999, 9), (1.0, 9)]
)
def test_a_probability_belongs_to_the_tenth_that_begins_at_or_below_it(probability, tenth):
    counts = count_probabilities([probability])

    assert len(counts) == 10
    assert counts[tenth] == sum(counts) == 1


def test_a_population_counts_each_row_in_every_histogram(small):
    found = count_population(
        [(0, 3), (1, None)], [0.05, 0.95], small, levels_of(small.features, {})
    )

    assert found == {
        "a": (0, 1, 1, 0),
        "b": (1, 1, 0),
        "predicted probability": (1, 0, 0, 0, 0, 0, 0, 0, 0, 1),
    }
    assert histogram_names(small) == tuple(found)


def test_the_artifact_holds_the_counts_of_the_training_table(artifact, schema):
    rows = as_rows(load_dataset(schema).scores)

    found = parse_population(artifact.read(POPULATION))

    assert tuple(found) == histogram_names(schema)
    assert {sum(counts) for counts in found.values()} == {len(rows)}
    for position, feature in enumerate(schema.features):
        column = [row[position] for row in rows]
        by_hand = [column.count(score) for score in (None, *feature.scores)]
        assert found[feature.name] == tuple(by_hand)
