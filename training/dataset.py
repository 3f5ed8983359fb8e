"""Turns the CSV of aspirates into arrays: scores, labels, patients, chronological groups."""

import csv
import hashlib
import io
import math
import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cytology.schema import Feature, Schema

DATA_PATH = Path(__file__).parent / "data" / "breast-cancer-wisconsin.csv"
DATA_SHA256 = "1783aa292e4330b908badd260372c3a26d5c5529b784fa97288d1231b833d01f"

#: Adjacent rows with one score vector and ids that differ by a digit: one patient, mistyped.
SAME_PATIENT = {"13454352": "1345452"}

#: Rows per chronological group in file order, January 1989 to November 1991 (the data's notes).
GROUP_SIZES = (367, 70, 31, 17, 48, 49, 31, 86)

#: Fewer of either class leave some fold without one.
FEWEST_PATIENTS = 20

#: Faults and columns beyond this number are counted, not listed.
_SHOWN = 20


class InvalidDataset(ValueError):
    """The table breaks a rule; the message names the row, the column and the rule."""


class Dataset(NamedTuple):
    """n samples.

    ``scores`` (n, features) float64, NaN where missing; ``labels`` (n,) class names;
    ``patients`` (n,) ids that keep a patient's samples together; ``periods`` (n,) the
    chronological group, 1 first, all 1 where the table states none; ``sha256`` of the file.
    """

    scores: NDArray[np.float64]
    labels: NDArray[np.str_]
    patients: NDArray[np.str_]
    periods: NDArray[np.int64]
    sha256: str

    def take(self, rows: NDArray[Any]) -> "Dataset":
        """Only these rows, by index or by mask."""
        return Dataset(
            self.scores[rows],
            self.labels[rows],
            self.patients[rows],
            self.periods[rows],
            self.sha256,
        )


def load_dataset(schema: Schema, path: Path = DATA_PATH) -> Dataset:
    """Read and check a table of samples.

    The shipped table must have its known sha256. Any other table must have the schema's feature
    and class columns; without the schema's id column every row counts as its own patient.

    Raises
    ------
    InvalidDataset
        With every error found, one a line, so that a table is mended in one round.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InvalidDataset(f"{path.name}: {error.strerror}") from None
    sha256 = hashlib.sha256(content).hexdigest()
    shipped = path.resolve() == DATA_PATH.resolve()
    if shipped and sha256 != DATA_SHA256:
        raise InvalidDataset(f"{path.name}: sha256 must be {DATA_SHA256}, found {sha256}")
    records = _read_records(content, schema, path.name)
    scores, labels = _read_values(records, schema)
    patients = np.array(
        [record.get(schema.id_column) or f"row-{row}" for row, record in enumerate(records)]
    )
    periods = np.ones(len(records), dtype=np.int64)
    if sha256 == DATA_SHA256:
        patients = np.array([SAME_PATIENT.get(patient, patient) for patient in patients.tolist()])
        periods = np.repeat(np.arange(1, len(GROUP_SIZES) + 1), GROUP_SIZES)
    dataset = Dataset(scores, labels, patients, periods, sha256)
    _check_learnable(dataset, schema)
    return dataset


def _read_records(content: bytes, schema: Schema, name: str) -> list[dict[str, str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidDataset(f"{name}: must be UTF-8 text") from None
    reader = csv.DictReader(io.StringIO(text))
    header = reader.fieldnames or []
    wanted = [*schema.names, schema.class_column]
    if lacking := [column for column in wanted if column not in header]:
        found = ", ".join(header[:_SHOWN]) or "none"
        raise InvalidDataset(
            f"{name}: column missing: {', '.join(lacking)}; the header has: {found}"
        )
    if repeated := sorted({column for column in wanted if header.count(column) > 1}):
        raise InvalidDataset(f"{name}: column twice in the header: {', '.join(repeated)}")
    records = list(reader)
    if not records:
        raise InvalidDataset(f"{name}: no rows")
    return records


def _read_values(
    records: list[dict[str, str]], schema: Schema
) -> tuple[NDArray[np.float64], NDArray[np.str_]]:
    names = {str(item.code): item.name for item in schema.classes}
    names |= {item.name: item.name for item in schema.classes}
    scores = np.full((len(records), len(schema.features)), np.nan)
    labels: list[str] = []
    errors: list[str] = []
    for row, record in enumerate(records):
        where = f"row {row + 1}"
        for column, feature in enumerate(schema.features):
            try:
                scores[row, column] = _read_score(record[feature.name], feature, schema.missing)
            except ValueError as error:
                errors.append(f"{where}: {feature.name} {error}")
        code = (record[schema.class_column] or "").strip()
        if code not in names:
            known = ", ".join(names)
            errors.append(f"{where}: {schema.class_column} must be one of {known}")
        labels.append(names.get(code, ""))
    if len(errors) > _SHOWN:
        errors[_SHOWN:] = [f"and {len(errors) - _SHOWN} more"]
    if errors:
        raise InvalidDataset("\n".join(errors))
    return scores, np.array(labels)


def _read_score(text: str | None, feature: Feature, missing: str) -> float:
    """One cell, NaN where missing; the error's text says what the cell must be."""
    text = (text or "").strip()
    if text in ("", missing):
        if not feature.may_be_missing:
            raise ValueError("may not be missing")
        return math.nan
    if re.fullmatch(r"-?[0-9]{1,9}", text) and int(text) in feature.scores:
        return int(text)
    raise ValueError(f"must be a whole number from {feature.minimum} to {feature.maximum}")


def _check_learnable(dataset: Dataset, schema: Schema) -> None:
    errors = []
    for item in schema.classes:
        members = dataset.labels == item.name
        patients = np.unique(dataset.patients[members]).size
        if not members.any():
            errors.append(f"{schema.class_column}: no row is {item.name}")
        elif patients < FEWEST_PATIENTS:
            errors.append(
                f"{schema.class_column}: {patients} patients are {item.name}; at least "
                f"{FEWEST_PATIENTS} are needed to judge a model on patients it has not seen"
            )
    for column, feature in zip(dataset.scores.T, schema.features, strict=True):
        if np.unique(column[~np.isnan(column)]).size < 2:
            errors.append(f"{feature.name}: constant, so nothing can be learnt from it")
    if errors:
        raise InvalidDataset("\n".join(errors))
