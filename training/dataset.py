"""Turns the CSV of aspirates into arrays: scores, labels, patients, chronological groups."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cytology.batch import Batch
from cytology.feature import CATEGORY
from cytology.measurements import Row
from cytology.reading.files import read_file
from cytology.reading.refusals import InvalidTable
from cytology.reading.table import NO_CHOICES, Choices
from cytology.schema import Schema

DATA_PATH = Path(__file__).parent / "data" / "breast-cancer-wisconsin.csv"
DATA_SHA256 = "1783aa292e4330b908badd260372c3a26d5c5529b784fa97288d1231b833d01f"

#: Two adjacent rows with equal scores and ids that differ by a digit: one patient, mistyped.
SAME_PATIENT = {"13454352": "1345452"}

#: Rows per chronological group in file order, January 1989 to November 1991 (the data's notes).
GROUP_SIZES = (367, 70, 31, 17, 48, 49, 31, 86)

#: Fewer of either class leave some fold without one.
FEWEST_PATIENTS = 20

#: Errors beyond this number are counted, not listed.
_SHOWN = 20


class InvalidDataset(ValueError):
    """The table breaks a rule; the message names the row, the column and the rule."""


class Dataset(NamedTuple):
    """n samples.

    ``scores`` (n, features) float64, or objects where a feature is a category: floats and texts,
    NaN where missing; ``labels`` (n,) class names;
    ``patients`` (n,) ids that keep a patient's samples together; ``periods`` (n,) the
    chronological group, 1 first, all 1 where the table states none; ``sha256`` of the file.
    """

    scores: NDArray[Any]
    labels: NDArray[np.str_]
    patients: NDArray[np.str_]
    periods: NDArray[np.int64]
    sha256: str

    def take(self, rows: NDArray[Any]) -> "Dataset":
        """Only these rows, by index or by mask."""
        return Dataset._make([*(each[rows] for each in self[:-1]), self.sha256])


def load_dataset(schema: Schema, path: Path = DATA_PATH, choices: Choices = NO_CHOICES) -> Dataset:
    """Read and check a table of samples.

    The shipped table must have its known sha256. Any other table must have the schema's features
    and a class column, as docs/tables.md says; without an id column every row counts as its own
    patient.

    Parameters
    ----------
    schema
        The features and classes.
    path
        A file of any form that the reader reads.
    choices
        What the columns hold and the class codes mean, where the file does not say so itself.

    Raises
    ------
    InvalidDataset
        With every error found, one a line, so that one round fixes the table.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InvalidDataset(f"{path.name}: {error.strerror}") from None
    sha256 = hashlib.sha256(content).hexdigest()
    shipped = path.resolve() == DATA_PATH.resolve()
    if shipped and sha256 != DATA_SHA256:
        raise InvalidDataset(f"{path.name}: sha256 must be {DATA_SHA256}, found {sha256}")
    scores, labels, patients = _read_values(_read(content, schema, choices), schema)
    periods = np.ones(len(labels), dtype=np.int64)
    if sha256 == DATA_SHA256:
        patients = np.array([SAME_PATIENT.get(patient, patient) for patient in patients.tolist()])
        periods = np.repeat(np.arange(1, len(GROUP_SIZES) + 1), GROUP_SIZES)
    dataset = Dataset(scores, labels, patients, periods, sha256)
    _check_learnable(dataset, schema)
    return dataset


def _read(content: bytes, schema: Schema, choices: Choices) -> Batch:
    try:
        table = read_file(content, schema, choices._replace(learning=True))
    except InvalidTable as invalid:
        raise InvalidDataset(str(invalid)) from None
    errors = [f"row {(error.sample or 0) + 1}: {error.message}" for error in table.errors]
    if table.labels is None:
        errors += ["no class column with known codes", *table.notes]
    errors += [
        f"row {row}: {schema.class_column} is missing; state it, or delete the row"
        for row, label in enumerate(table.labels or (), 1)
        if label is None
    ]
    if len(errors) > _SHOWN:
        errors[_SHOWN:] = [f"and {len(errors) - _SHOWN} more"]
    if errors:
        raise InvalidDataset("\n".join(errors))
    return table


def as_matrix(rows: Sequence[Row], schema: Schema) -> NDArray[Any]:
    """(n, features) float64, or objects where a feature is a category; NaN where missing."""
    if all(feature.kind != CATEGORY for feature in schema.features):
        return np.array(rows, dtype=np.float64)  # None becomes NaN
    found = np.array(rows, dtype=object)
    found[found == None] = np.nan  # noqa: E711  (compares every cell)
    for place, feature in enumerate(schema.features):
        if feature.kind != CATEGORY:
            found[:, place] = found[:, place].astype(np.float64)
    return found


def as_rows(scores: NDArray[Any]) -> list[Row]:
    """(n, features) with NaN → rows as the service handles them, None where missing."""
    return [tuple(map(_as_value, vector)) for vector in scores.tolist()]


def _as_value(value: Any) -> Any:
    if value != value:
        return None
    return int(value) if type(value) is float and value.is_integer() else value


def _read_values(
    table: Batch, schema: Schema
) -> tuple[NDArray[Any], NDArray[np.str_], NDArray[np.str_]]:
    samples = [sample for sample in table.samples if sample is not None]
    scores = as_matrix([sample.row for sample in samples], schema)
    patients = [sample.id or f"row-{row}" for row, sample in enumerate(samples)]
    return scores, np.array(table.labels), np.array(patients)


def _check_learnable(dataset: Dataset, schema: Schema) -> None:
    errors = []
    for item in schema.classes:
        members = dataset.labels == item.name
        patients = np.unique(dataset.patients[members]).size
        if not members.any():
            errors.append(f"{schema.class_column}: no row is {item.name}")
        elif patients < FEWEST_PATIENTS:
            errors.append(
                f"{schema.class_column}: {patients} independent samples are {item.name}; "
                f"at least {FEWEST_PATIENTS} are needed to judge a model on samples it has not seen"
            )
    for column, feature in zip(dataset.scores.T, schema.features, strict=True):
        if len(set(column[column == column].tolist())) < 2:
            errors.append(f"{feature.name}: constant, so nothing can be learnt from it")
    if errors:
        raise InvalidDataset("\n".join(errors))
