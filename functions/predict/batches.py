"""Reads a request's body of any media type into checked samples and every error."""

from cytology.annotations import Any
from cytology.batch import Batch, check_values
from cytology.schema import Schema
from predict.requests import Request, media_type, read_body
from predict.responses import CSV, JSON
from runtime.errors import (
    InvalidSamples,
    MalformedRequest,
    RequestTooLarge,
    SampleError,
    UnsupportedMediaType,
)
from runtime.settings import Settings
from runtime.strict_json import read_json


def read_batch(request: Request, schema: Schema, settings: Settings) -> Batch:
    """Return the samples of a body of JSON or CSV, and the errors of invalid ones.

    Parameters
    ----------
    request
        The request; its query may name the columns and classes of a table.
    schema
        Has the features and classes.
    settings
        Has the limits.

    Raises
    ------
    runtime.errors.RequestError
        The body as a whole cannot be read.
    """
    kind = media_type(request)
    if kind == JSON:
        document = read_json(read_body(request, settings.max_body_bytes))
        batch = read_values(_sample_values(document), schema, settings)
        return batch._replace(prevalence=read_prevalence(request, document))
    if kind == CSV:
        return _read_csv(request, schema, settings)
    raise UnsupportedMediaType("send application/json or text/csv; save a workbook as CSV")


def read_prevalence(request: Request, document: Any = None) -> float | None:
    """Return the prevalence that the query or a JSON body asks for, None without one.

    Raises
    ------
    MalformedRequest
        It is no share, or both name one.
    """
    asked: Any = request.query.get("prevalence")
    if isinstance(document, dict) and "samples" in document and "prevalence" in document:
        if asked is not None:
            raise MalformedRequest("prevalence stands in the query and in the body; give one")
        asked = document["prevalence"]
    if asked is None:
        return None
    try:
        share = float(asked) if isinstance(asked, str | int | float) else 0.0
    except ValueError:
        share = 0.0
    if isinstance(asked, bool) or not 0.0 < share < 1.0:
        raise MalformedRequest("prevalence must be a number above 0 and below 1")
    return share


def read_values(values: list[Any], schema: Schema, settings: Settings) -> Batch:
    """Return checked samples of JSON values, and the errors of invalid ones.

    Parameters
    ----------
    values
        One object or array for each sample.
    schema
        Has the features.
    settings
        Has the limit of samples.

    Raises
    ------
    RequestTooLarge
        There are more samples than allowed.
    """
    if len(values) > settings.max_samples:
        raise _too_many(settings)
    return check_values(values, schema)


def _sample_values(document: Any) -> list[Any]:
    """Return the samples as sent: the list under "samples", or the one bare sample."""
    if not isinstance(document, dict) or "samples" not in document:
        return [document]
    values = document["samples"]
    if document.keys() - {"samples", "prevalence"}:
        raise InvalidSamples(
            "the request names unknown fields",
            [
                SampleError(
                    None, "", "unknown_member", 'beside "samples" only "prevalence" is known'
                )
            ],
        )
    if not isinstance(values, list) or not values:
        raise InvalidSamples(
            "the request holds no samples",
            [
                SampleError(
                    None, "samples", "no_samples", "samples must be an array of at least one sample"
                )
            ],
        )
    return values


def _read_csv(request: Request, schema: Schema, settings: Settings) -> Batch:
    # Imported here: most requests are JSON
    from cytology.reading.refusals import InvalidTable, TooManyRows
    from cytology.reading.table import Choices, read_table

    content = read_body(request, settings.max_body_bytes)
    choices = Choices(request.query.get("columns"), request.query.get("classes"))
    try:
        return read_table(
            content,
            schema,
            settings.max_samples,
            choices,
            unpacked_max=settings.max_body_bytes,
        )
    except InvalidTable as invalid:
        members: dict[str, Any] = {}
        if invalid.first_row:
            members["table"] = {
                "width": invalid.width,
                "first_row": invalid.first_row,
                "readings": invalid.readings,
            }
        error = SampleError(None, "", invalid.code, str(invalid))
        raise InvalidSamples("the table cannot be read", [error], members) from None
    except TooManyRows:
        raise _too_many(settings) from None


def _too_many(settings: Settings) -> RequestTooLarge:
    return RequestTooLarge(f"at most {settings.max_samples:,} samples a request; split the request")
