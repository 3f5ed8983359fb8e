"""Every row ends in the results or in the faults, exactly once, whatever happens on the way."""

import csv
import io
import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cytology.artifact import load_artifact
from cytology.schema import load_schema
from job.ledger import Ledger
from job.score import score_event
from predict.engines import load_engine
from tests.conftest import ROOT

SCHEMA = load_schema()
ARTIFACT = load_artifact(str(ROOT / "artifact"))
ENGINE = load_engine(ARTIFACT, None)

cell = st.sampled_from(["1", "5", "10", "11", "", "x", "?"])
plain = st.lists(st.integers(1, 10).map(str), min_size=9, max_size=9)
rows = st.lists(st.one_of(plain, st.lists(cell, min_size=7, max_size=10)), min_size=1, max_size=40)


def output_of(numbers, table):
    """A batch's output for rows of these numbers, through JSON as from a child."""
    event = {
        "BatchInput": {"form": "cells", "model": ARTIFACT.version, "columns": [*SCHEMA.names]},
        "Items": [{"row": number, "value": {"cells": table[number]}} for number in numbers],
    }
    return score_event(event, ENGINE, SCHEMA, ARTIFACT.version)


def files_of(ledger):
    return tuple(b"".join(spool.read()).decode() for spool in (ledger.results, ledger.faults))


def rows_in(text):
    return [int(line["row"]) for line in csv.DictReader(io.StringIO(text))]


def close(table, deliveries, failures=()):
    with Ledger(len(table), SCHEMA, ARTIFACT.version) as ledger:
        for numbers in failures:
            ledger.note_failure(numbers, "Lambda.Unknown")
        for output in deliveries:
            ledger.enter(output)
        ledger.settle()
        return files_of(ledger), ledger.summary(labelled=False)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(table=rows, data=st.data())
def test_each_row_counts_once_under_repeats_failures_losses_and_any_order(table, data):
    # Batches as rows of any number, in any composition: retries need not repeat the same batch
    number = st.integers(0, len(table) - 1)
    attempts = data.draw(st.lists(st.lists(number, min_size=1, max_size=9), max_size=15))
    lost = data.draw(st.sets(st.integers(0, 15)))
    failed = data.draw(st.lists(st.lists(number, min_size=1, max_size=9), max_size=4))
    deliveries = [
        output_of(numbers, table) for place, numbers in enumerate(attempts) if place not in lost
    ]

    (results, faults), summary = close(table, deliveries, failed)

    scored, faulty = rows_in(results), rows_in(faults)
    everything = list(range(1, len(table) + 1))
    assert sorted([*scored, *set(faulty)]) == everything
    assert scored == sorted(set(scored))
    assert faulty == sorted(faulty)
    delivered = {row for place, row_ in enumerate(attempts) if place not in lost for row in row_}
    assert summary["unscored"] == len(table) - len(delivered)
    assert summary["scored"] + summary["faulty"] + summary["unscored"] == len(table)
    assert summary["scored"] == len(scored)
    assert sum(summary["labels"].values()) == summary["scored"]


@settings(max_examples=60, deadline=None)
@given(table=rows, size=st.integers(1, 9), seed=st.integers(0, 1000))
def test_order_and_repeats_change_no_byte(table, size, seed):
    numbers = list(range(len(table)))
    deliveries = [output_of(numbers[at : at + size], table) for at in range(0, len(numbers), size)]
    expected, summary = close(table, deliveries)
    shuffled = deliveries * 2
    random.Random(seed).shuffle(shuffled)

    found, again = close(table, shuffled)

    assert found == expected
    assert again == {**summary, "repeated": len(table)}


def test_a_failed_batch_is_named_only_for_rows_that_no_other_attempt_scored():
    table = [["1"] * 9] * 3

    (results, faults), summary = close(table, [output_of([0], table)], [[0, 1]])

    assert rows_in(results) == [1]
    assert [(row["row"], row["message"]) for row in csv.DictReader(io.StringIO(faults))] == [
        ("2", "not scored: Lambda.Unknown"),
        ("3", "not scored: its batch was not run"),
    ]
    assert summary["unscored"] == 2


def test_rows_that_the_file_does_not_have_and_answers_of_another_model_count_for_nothing():
    table = [["1"] * 9] * 2
    stray = output_of([1], table)
    stray["scored"] = [(7, *stray["scored"][0][1:])]
    other = {**output_of([0], table), "model": "other"}

    (results, _), summary = close(table, [stray, other])

    assert rows_in(results) == []
    assert (summary["strays"], summary["unscored"]) == (2, 2)


def test_an_id_that_a_spreadsheet_would_run_is_made_harmless():
    table = [["1"] * 9]
    output = output_of([0], table)
    output["scored"] = [(*tuple(entry)[:4], "=cmd()", None) for entry in output["scored"]]

    (results, _), _ = close(table, [output])

    assert next(csv.DictReader(io.StringIO(results)))["id"] == "'=cmd()"
