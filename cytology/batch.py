"""Checks untrusted rows and scores them: a prediction, or every error, for each row.

The API, the command line and Spark all call it, so a row gets the same answer everywhere.
"""

from collections.abc import Mapping, Sequence

from cytology.annotations import TYPE_CHECKING, Any, NamedTuple
from cytology.measurements import InvalidMeasurements, Sample, read_sample
from cytology.prediction import Engine, Prediction
from cytology.schema import Schema

if TYPE_CHECKING:
    from cytology.error_codes import Code

#: Errors of a batch up to which misspelt fields get a "did you mean"; comparing names is slow.
_SUGGESTED_ERRORS = 200


class SampleError(NamedTuple):
    """One broken rule in a sample; ``sample`` counts from 0 and is None for the whole request."""

    sample: int | None
    field: str
    code: "Code"
    message: str


class Batch(NamedTuple):
    """Samples in the order sent, None where one is invalid, and every error.

    ``labels`` is None without a class column of known codes; one label is None if its cell is
    empty. ``notes`` lists what the reader ignored or assumed. ``inputs`` holds the text of each
    invalid sample. ``table`` is true for the rows of a table.
    """

    samples: list[Sample | None]
    errors: list[SampleError]
    labels: list[str | None] | None = None
    notes: Sequence[str] = ()
    inputs: Mapping[int, str] | None = None
    table: bool = False
    #: Share of the positive class that the caller asks for; None for that of the training data.
    prevalence: float | None = None


def check_values(values: Sequence[Any], schema: Schema) -> Batch:
    """Return checked samples of JSON values: named scores, or arrays in schema order."""
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
    """Return a prediction for every valid sample, in order; None where a sample is invalid.

    Parameters
    ----------
    batch
        Checked samples.
    engine
        The loaded model.
    explain
        Whether to compute reasons.
    """
    rows = [sample.row for sample in batch.samples if sample is not None]
    answers = engine.predict(rows, explain=explain) if rows else []
    if len(rows) == len(batch.samples):
        return list(answers)
    remaining = iter(answers)
    return [None if sample is None else next(remaining) for sample in batch.samples]
