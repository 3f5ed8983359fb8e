"""Turns the CSV of aspirates into arrays: scores, labels, patients, chronological groups."""

import csv
import hashlib
import io
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cytology.schema import Schema

DATA_PATH = Path(__file__).parent / "data" / "breast-cancer-wisconsin.csv"
DATA_SHA256 = "1783aa292e4330b908badd260372c3a26d5c5529b784fa97288d1231b833d01f"

#: Adjacent rows with one score vector and ids that differ by a digit: one patient, mistyped.
SAME_PATIENT = {"13454352": "1345452"}

#: Rows per chronological group in file order, January 1989 to November 1991 (the data's notes).
GROUP_SIZES = (367, 70, 31, 17, 48, 49, 31, 86)


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


def load_dataset(schema: Schema, path: Path = DATA_PATH) -> Dataset:
    """Read and check a table of samples.

    The shipped table must have its known sha256. Any other table must have the schema's feature
    and class columns; without the schema's id column every row counts as its own patient.

    Raises
    ------
    InvalidDataset
        With every fault found, one a line, so that a table is mended in one round.
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
    patients = [
        SAME_PATIENT.get(patient, patient)
        for index, record in enumerate(records)
        for patient in [record.get(schema.id_column) or f"row-{index}"]
    ]
    periods = (
        np.repeat(np.arange(1, len(GROUP_SIZES) + 1), GROUP_SIZES)
        if shipped
        else np.ones(len(records), dtype=np.int64)
    )
    return Dataset(scores, labels, np.array(patients), periods, sha256)


def _read_records(content: bytes, schema: Schema, name: str) -> list[dict[str, str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidDataset(f"{name}: must be UTF-8 text") from None
    reader = csv.DictReader(io.StringIO(text))
    header = reader.fieldnames or []
    wanted = [*schema.names, schema.class_column]
    if lacking := [column for column in wanted if column not in header]:
        raise InvalidDataset(f"{name}: column missing: {', '.join(lacking)}")
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
    faults: list[str] = []
    for index, record in enumerate(records):
        where = f"row {index + 1}"
        for column, feature in enumerate(schema.features):
            text = (record[feature.name] or "").strip()
            if text in ("", schema.missing):
                if not feature.may_be_missing:
                    faults.append(f"{where}: {feature.name} may not be missing")
            elif text.lstrip("-").isdecimal() and int(text) in feature.scores:
                scores[index, column] = int(text)
            else:
                faults.append(
                    f"{where}: {feature.name} must be a whole number from {feature.minimum} "
                    f"to {feature.maximum}"
                )
        code = (record[schema.class_column] or "").strip()
        if code not in names:
            faults.append(
                f"{where}: {schema.class_column} must be one of {', '.join(sorted(names))}"
            )
        labels.append(names.get(code, ""))
    if faults:
        raise InvalidDataset("\n".join(faults))
    for item in schema.classes:
        if item.name not in labels:
            raise InvalidDataset(f"{schema.class_column}: no row is {item.name}")
    for column, feature in enumerate(schema.features):
        known = scores[~np.isnan(scores[:, column]), column]
        if np.unique(known).size < 2:
            raise InvalidDataset(f"{feature.name}: constant, so nothing can be learnt from it")
    return scores, np.array(labels)
