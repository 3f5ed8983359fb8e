"""Turns a request's body into checked samples and every fault, whatever its media type."""

from typing import Any, NamedTuple

from cytology.measurements import InvalidMeasurements, Sample, read_sample
from cytology.schema import Schema
from predict.faults import (
    InvalidSamples,
    MalformedRequest,
    RequestTooLarge,
    SampleFault,
    UnsupportedMediaType,
)
from predict.requests import Request, media_type, read_body
from predict.responses import CSV, JSON
from predict.settings import Settings
from predict.strict_json import read_json

#: Misspelt fields get a "did you mean" until a request has this many faults.
_SUGGESTED_FAULTS = 200


class Batch(NamedTuple):
    """Samples in the order sent, None where one is invalid; its faults; labels where sent."""

    samples: list[Sample | None]
    faults: list[SampleFault]
    labels: list[str | None] | None = None


def read_batch(request: Request, schema: Schema, settings: Settings) -> Batch:
    """Read a body of JSON or CSV.

    Raises
    ------
    predict.faults.RequestFault
        The body as a whole cannot be read. A batch in which only some samples are invalid is
        returned with their faults.
    """
    kind = media_type(request)
    if kind == JSON:
        document = read_json(read_body(request, settings.max_body_bytes))
        return read_values(_sample_values(document), schema, settings)
    if kind == CSV:
        return _read_csv(read_body(request, settings.max_body_bytes), schema, settings)
    raise UnsupportedMediaType("send application/json or text/csv")


def read_values(values: list[Any], schema: Schema, settings: Settings) -> Batch:
    """Check samples that are JSON values already.

    Raises
    ------
    RequestTooLarge
        More samples than one request may carry.
    """
    if len(values) > settings.max_samples:
        raise _too_many(settings)
    samples: list[Sample | None] = []
    faults: list[SampleFault] = []
    for index, value in enumerate(values):
        try:
            samples.append(read_sample(value, schema, len(faults) < _SUGGESTED_FAULTS))
        except InvalidMeasurements as invalid:
            samples.append(None)
            faults += [SampleFault(index, *fault) for fault in invalid.faults]
    return Batch(samples, faults)


def _sample_values(document: Any) -> list[Any]:
    """Return the samples as sent: the list under "samples", or the one bare sample."""
    if not isinstance(document, dict) or "samples" not in document:
        return [document]
    values = document["samples"]
    if len(document) > 1:
        raise InvalidSamples(
            "the request names unknown fields",
            [SampleFault(None, "", 'beside "samples" no other field is known')],
        )
    if not isinstance(values, list) or not values:
        raise InvalidSamples(
            "the request holds no samples",
            [SampleFault(None, "samples", "samples must be an array of at least one sample")],
        )
    return values


def _read_csv(content: bytes, schema: Schema, settings: Settings) -> Batch:
    # Imported here: most requests are JSON
    from cytology.columns import InvalidTable
    from cytology.table import TooManyRows, read_table

    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise MalformedRequest("the body is not UTF-8 text") from None
    try:
        table = read_table(text, schema, settings.max_samples)
    except InvalidTable as invalid:
        raise InvalidSamples(
            "the table cannot be read", [SampleFault(None, "", str(invalid))]
        ) from None
    except TooManyRows:
        raise _too_many(settings) from None
    if not table.samples:
        raise InvalidSamples(
            "the table holds no samples", [SampleFault(None, "", "only a header was found")]
        )
    if len(table.samples) > settings.max_samples:
        raise _too_many(settings)
    faults = [SampleFault(index, *fault) for index, fault in table.faults]
    return Batch(table.samples, faults, table.labels)


def _too_many(settings: Settings) -> RequestTooLarge:
    return RequestTooLarge(f"at most {settings.max_samples:,} samples a request; split the request")
