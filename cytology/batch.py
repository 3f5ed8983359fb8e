"""Turns untrusted rows into one outcome each: a prediction, or every rule that the row breaks.

The one way from rows to answers: the API, the bulk function on AWS and the Dask runner call it, so
a row is answered, or refused in the same words, wherever it is scored.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from cytology.measurements import InvalidMeasurements, Sample, read_sample
from cytology.prediction import Engine, Prediction
from cytology.schema import Schema

if TYPE_CHECKING:
    from cytology.error_codes import Code

#: Misspelt fields get a "did you mean" until a batch has this many errors.
_SUGGESTED_ERRORS = 200


class SampleError(NamedTuple):
    """One broken rule in one sample; ``sample`` counts from 0, None concerns the whole request."""

    sample: int | None
    field: str
    code: "Code"
    message: str


class Batch(NamedTuple):
    """Samples in the order sent, None where one is invalid, and every error.

    ``labels`` is None where there is no class column, or where its codes are not known; a single
    label is None where its cell is empty. ``notes`` says what a table's reader ignored or took
    for granted. ``inputs`` holds the text of each invalid sample. ``table`` is true for the rows
    of a table.
    """

    samples: list[Sample | None]
    errors: list[SampleError]
    labels: list[str | None] | None = None
    notes: Sequence[str] = ()
    inputs: Mapping[int, str] | None = None
    table: bool = False


def check_values(values: Sequence[Any], schema: Schema) -> Batch:
    """Check rows that are JSON values: mappings of named scores, or arrays in schema order."""
    samples: list[Sample | None] = []
    errors: list[SampleError] = []
    for index, value in enumerate(values):
        try:
            samples.append(read_sample(value, schema, len(errors) < _SUGGESTED_ERRORS))
        except InvalidMeasurements as invalid:
            samples.append(None)
            errors += [SampleError(index, *error) for error in invalid.errors]
    return Batch(samples, errors)


def score_batch(batch: Batch, engine: Engine, *, explain: bool = False) -> list[Prediction | None]:
    """Predict every valid sample, in order; None where a sample is invalid, which has errors.

    Pure: the same rows and the same model give the same answers, so repeating it does no harm.
    """
    rows = [sample.row for sample in batch.samples if sample is not None]
    answers = engine.predict(rows, explain=explain) if rows else []
    if len(rows) == len(batch.samples):
        return list(answers)
    remaining = iter(answers)
    return [None if sample is None else next(remaining) for sample in batch.samples]
