"""Turns one batch of a Distributed Map into its rows' answers and faults: no AWS, no state.

An item is ``{"row": number, "value": value}``; what the value is, the job's ``form`` says:

===== ========================================================================================
table a row of CSV as Step Functions reads it: column → text
cells a row of CSV as the opening step copied it: ``{"cells": [text, …]}``
lines a line of JSON Lines as the opening step copied it: ``{"line": text}``
===== ========================================================================================

A value ``{"fault": text}`` stands for a row that the opening step could not pass on.
"""

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from cytology.batch import Batch, SampleFault, check_values, score_batch
from cytology.columns import layout_of_header, read_header
from cytology.prediction import Engine
from cytology.schema import Schema
from cytology.table import read_rows
from predict.faults import MalformedRequest
from predict.strict_json import read_json

#: A child's output may hold 262,144 bytes; some are for what Step Functions writes around it.
MAX_OUTPUT_BYTES = 250_000


class OtherModel(Exception):
    """The job was opened with another model than the one in this image."""


class Scored(NamedTuple):
    """What a batch says of one row: place of the label, probability, inconclusive, id, class."""

    row: int
    label: int
    probability: float
    inconclusive: int
    id: str | None
    true: int | None


def score_event(
    event: Mapping[str, Any], engine: Engine, schema: Schema, model: str
) -> dict[str, Any]:
    """Answer an event of ItemBatcher; the same event always gets the same answer.

    Raises
    ------
    OtherModel
        A job must not be scored by two models.
    """
    job = event["BatchInput"]
    if job["model"] != model:
        raise OtherModel(f"the job is for {job['model']}, here is {model}")
    items: list[dict[str, Any]] = event["Items"]
    rows = [item["row"] for item in items]
    batch = _read(job, [item["value"] for item in items], schema)
    answers = score_batch(batch, engine)
    labels = batch.labels or [None] * len(rows)
    names = schema.class_names
    # Lists: the runtime client writes a named tuple as an object
    scored = [
        list(
            Scored(
                row,
                names.index(answer.label),
                answer.probability,
                int(answer.inconclusive),
                sample.id,
                None if label is None else names.index(label),
            )
        )
        for row, sample, answer, label in zip(rows, batch.samples, answers, labels, strict=True)
        if sample is not None and answer is not None
    ]
    faults = [
        (rows[fault.sample], fault.field, fault.message)
        for fault in batch.faults
        if fault.sample is not None
    ]
    return _fitting({"model": model, "scored": scored, "faults": faults})


def _fitting(output: dict[str, Any]) -> dict[str, Any]:
    """The output, with the first fault alone of each row where all would be too long to return."""
    if len(json.dumps(output)) <= MAX_OUTPUT_BYTES:
        return output
    first = [next(faults) for _, faults in groupby(output["faults"], key=lambda fault: fault[0])]
    return {**output, "faults": first}


def _read(job: Mapping[str, Any], values: Sequence[Any], schema: Schema) -> Batch:
    refused = {
        place: SampleFault(place, "", value["fault"])
        for place, value in enumerate(values)
        if job["form"] != "table" and "fault" in value
    }
    if job["form"] == "lines":
        parsed = [
            None if place in refused else _parse(place, value["line"], refused)
            for place, value in enumerate(values)
        ]
        batch = check_values(parsed, schema)
    else:
        columns: list[str] = job["columns"]
        layout = layout_of_header(read_header(columns, schema) or [], schema)
        if job["form"] == "table":
            cells = [[value.get(name, "") for name in columns] for value in values]
        else:
            cells = [value.get("cells", []) for value in values]
        batch = read_rows(cells, layout, schema)
    kept = [fault for fault in batch.faults if fault.sample not in refused]
    faults = sorted([*kept, *refused.values()], key=lambda fault: fault.sample or 0)
    return batch._replace(faults=faults)


def _parse(place: int, line: str, refused: dict[int, SampleFault]) -> Any:
    try:
        return read_json(line.encode("utf-8", "surrogatepass"))
    except MalformedRequest as fault:
        message = fault.detail.replace("the body", "the line")
        refused[place] = SampleFault(place, "", message)
        return None
