"""Exceptions for the errors of a request."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from cytology.annotations import Any
from cytology.batch import SampleError as SampleError


class RequestError(Exception):
    """The caller can fix this request; ``detail`` says how, without repeating what was sent."""

    def __init__(self, detail: str) -> None:
        self.detail = detail
        super().__init__(detail)


class MalformedRequest(RequestError):
    """The event or its body cannot be read at all."""


class UnknownPath(RequestError):
    """The path does not exist."""


class MethodNotAllowed(RequestError):
    """The path exists, for the methods in ``allow``."""

    def __init__(self, allow: Sequence[str]) -> None:
        self.allow = tuple(allow)
        super().__init__(f"this path answers {', '.join(allow)}")


class NotAcceptable(RequestError):
    """The service writes none of the media types that the caller accepts."""


class RequestTooLarge(RequestError):
    """More bytes or more samples than one request may carry."""


class UnsupportedMediaType(RequestError):
    """The service does not read the body's media type, charset or encoding."""


class InvalidSamples(RequestError):
    """No sample is valid; ``errors`` lists every broken rule.

    ``members`` are further members of the problem document.
    """

    def __init__(
        self,
        detail: str,
        errors: Sequence[SampleError],
        members: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        self.errors = tuple(errors)
        self.members = members
        super().__init__(detail)
