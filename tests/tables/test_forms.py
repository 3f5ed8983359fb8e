"""Every form of the data set gets the answers of its JSON, or a refusal, wherever it is read."""

import csv
import io
import json
from functools import cache

import numpy as np
import pytest

from batch.__main__ import NONE_SCORED, main
from cytology.reading.table import Choices
from tests.support import tables
from tests.support.tables import FILES, SCHEMA, Form
from training.dataset import InvalidDataset, load_dataset

FORMS = list(tables.forms())
SMALL = sorted(path for path in FILES.iterdir() if path.suffix in (".csv", ".arff"))
NUMBERS = ("label", "probability", "probability_range", "inconclusive")


@cache
def answers_to(transport, samples: str) -> list[tuple]:
    """The answers to the same samples as JSON."""
    answer = transport.request(
        "POST", "/v1/predict?explain=false", {"content-type": "application/json"}, samples
    )
    return [tuple(str(entry.get(key)) for key in NUMBERS) for entry in answer.json()["predictions"]]


def all_samples() -> str:
    rows = [[None if cell == "?" else int(cell) for cell in row] for row in tables.SCORES]
    return json.dumps({"samples": rows})


def post(transport, form: Form):
    query = "&".join(
        f"{name}={value}"
        for name, value in (("columns", form.columns), ("classes", form.classes))
        if value
    )
    return transport.request(
        "POST", f"/v1/predict?explain=false&{query}", {"content-type": "text/csv"}, form.content
    )


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_the_api_gives_the_answers_of_json_or_refuses(transport, form):
    answer = post(transport, form)
    document = answer.json()
    if form.refused:
        assert answer.status == 422
        assert {error["code"] for error in document["errors"]} == {form.refused}
        return
    found = [tuple(str(entry.get(key)) for key in NUMBERS) for entry in document["predictions"]]
    assert found == answers_to(transport, all_samples())
    if form.labelled:
        assert sum(sum(row.values()) for row in document["confusion"].values()) == 699


@pytest.mark.parametrize("path", SMALL, ids=lambda path: path.name)
def test_a_small_file_gets_the_outcome_beside_it(transport, path):
    expected = json.loads(path.with_suffix(".json").read_text())
    answer = post(transport, Form(path.name, path.read_bytes()))
    if "refused" in expected:
        assert answer.status == 422
        assert [error["code"] for error in answer.json()["errors"]] == [expected["refused"]]
    else:
        found = answer.json()["predictions"]
        assert [tuple(str(entry.get(key)) for key in NUMBERS) for entry in found] == answers_to(
            transport, json.dumps(expected)
        )


def arguments_of(form: Form) -> list[str]:
    found = []
    for name, value in (("columns", form.columns), ("classes", form.classes)):
        found += [f"--{name}", value] if value else []
    return found


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_the_command_line_gives_the_answers_of_json_or_refuses(form, transport, tmp_path, capsys):
    path = tmp_path / "rows.csv"
    path.write_bytes(form.content)
    status = main([str(path), *arguments_of(form)])
    if form.refused and not form.local:
        assert status == NONE_SCORED
        assert form.refused in capsys.readouterr().out
        return
    assert status == 0
    text = (tmp_path / "rows.predictions.csv").read_text()
    lines = list(csv.DictReader(io.StringIO(text, newline="")))
    found = [(line["label"], line["probability"], line["inconclusive"]) for line in lines]
    expected = [
        (label, probability, inconclusive.lower())
        for label, probability, _, inconclusive in answers_to(transport, all_samples())
    ]
    assert found == expected


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_training_reads_the_same_rows_and_labels_or_refuses(form, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_bytes(form.content)
    choices = Choices(form.columns, form.classes)
    if not form.labelled or (form.refused and not form.local):
        with pytest.raises(InvalidDataset):
            load_dataset(SCHEMA, path, choices)
        return
    dataset, shipped = load_dataset(SCHEMA, path, choices), load_dataset(SCHEMA)
    assert np.array_equal(dataset.scores, shipped.scores, equal_nan=True)
    assert dataset.labels.tolist() == shipped.labels.tolist()
