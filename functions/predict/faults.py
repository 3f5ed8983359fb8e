"""The ways in which a request can be at fault, as exceptions that carry their evidence."""

from collections.abc import Sequence

from cytology.batch import SampleFault as SampleFault


class RequestFault(Exception):
    """The caller can mend this request; ``detail`` says how, without repeating what was sent."""

    def __init__(self, detail: str) -> None:
        self.detail = detail
        super().__init__(detail)


class MalformedRequest(RequestFault):
    """The event or its body cannot be read at all."""


class UnknownPath(RequestFault):
    """Nothing lives at this path."""


class MethodNotAllowed(RequestFault):
    """The path exists, for the methods in ``allow``."""

    def __init__(self, allow: Sequence[str]) -> None:
        self.allow = tuple(allow)
        super().__init__(f"this path answers {', '.join(allow)}")


class RequestTooLarge(RequestFault):
    """More bytes or more samples than one request may carry."""


class UnsupportedMediaType(RequestFault):
    """The body is declared as something that the service does not read."""


class InvalidSamples(RequestFault):
    """No sample is valid; ``faults`` names every broken rule."""

    def __init__(self, detail: str, faults: Sequence[SampleFault]) -> None:
        self.faults = tuple(faults)
        super().__init__(detail)
