"""Writes documents and errors as HTTP replies; only this module maps an error to a status."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from runtime import errors
from runtime.errors import InvalidSamples, MethodNotAllowed, RequestError, SampleError

_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False, ensure_ascii=False)

JSON = "application/json"
CSV = "text/csv"
PROBLEM = "application/problem+json"

#: Errors that an answer lists; further ones are counted. An answer to a request of 1 MB thus
#: stays below the 6 MB that Lambda returns.
MAX_LISTED_ERRORS = 10_000

#: Exception → status, problem type and title (RFC 9457).
PROBLEMS: dict[type[RequestError], tuple[int, str, str]] = {
    errors.MalformedRequest: (400, "malformed-request", "The request cannot be read"),
    errors.UnknownPath: (404, "unknown-path", "The path does not exist"),
    errors.MethodNotAllowed: (405, "method-not-allowed", "This path answers other methods"),
    errors.NotAcceptable: (406, "not-acceptable", "The service writes none of the accepted types"),
    errors.RequestTooLarge: (413, "request-too-large", "The request is too large"),
    errors.UnsupportedMediaType: (415, "unsupported-media-type", "The body's type is not read"),
    errors.InvalidSamples: (422, "invalid-samples", "No sample is valid"),
}


class Tally(NamedTuple):
    """Counts of one request, for logs and metrics."""

    samples: int = 0
    invalid: int = 0
    positive: int = 0
    inconclusive: int = 0


class Reply(NamedTuple):
    """An HTTP answer, not yet in the form of a transport; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: str
    tally: Tally = Tally()


def json_reply(document: Mapping[str, Any], status: int = 200) -> Reply:
    """Return a JSON answer that must not be cached."""
    return Reply(status, {"content-type": JSON, "cache-control": "no-store"}, encode(document))


def encode(document: Mapping[str, Any]) -> str:
    """Return compact JSON; raise ValueError if a number is not finite."""
    return _ENCODER.encode(document)


def problem_reply(error: RequestError, request_id: str) -> Reply:
    """Return the problem document of a caller's error; it lists the error of every sample."""
    status, kind, title = PROBLEMS[type(error)]
    members: dict[str, Any] = {}
    if isinstance(error, InvalidSamples):
        members = {**error_entries(error.errors), **error.members}
    reply = problem(status, kind, title, error.detail, request_id, members)
    if isinstance(error, MethodNotAllowed):
        reply.headers["allow"] = ", ".join(error.allow)
    return reply


def failure_reply(request_id: str) -> Reply:
    """Return the answer to an error of the service: the request id, without the cause."""
    return problem(
        500,
        "internal-error",
        "The service failed",
        "this is an error of the service, not of the request; report the request id",
        request_id,
    )


def error_entries(errors: Sequence[SampleError]) -> dict[str, Any]:
    """Return the member ``errors``, and ``errors_omitted`` with the number of further ones."""
    if not errors:
        return {}
    listed = [
        {
            **({} if error.sample is None else {"sample": error.sample}),
            "field": error.field,
            "code": error.code,
            "message": error.message,
        }
        for error in errors[:MAX_LISTED_ERRORS]
    ]
    omitted = len(errors) - len(listed)
    return {"errors": listed, **({"errors_omitted": omitted} if omitted else {})}


def problem(
    status: int,
    kind: str,
    title: str,
    detail: str,
    request_id: str,
    members: Mapping[str, Any] | None = None,
) -> Reply:
    """Return a problem document (RFC 9457).

    Parameters
    ----------
    status
        The HTTP status.
    kind
        Last part of the problem's type; callers compare it, so it never changes.
    title
        One sentence for the kind.
    detail
        How to fix this request.
    request_id
        The id of the request in the log.
    members
        Further members, as :func:`error_entries` makes them.
    """
    document = {
        "type": f"urn:problem:cytology:{kind}",
        "title": title,
        "status": status,
        "detail": detail,
        "request_id": request_id,
        **(members or {}),
    }
    headers = {"content-type": PROBLEM, "cache-control": "no-store"}
    return Reply(status, headers, encode(document))
