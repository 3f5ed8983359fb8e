"""Checks one untrusted sample: returns a row in schema order, or raises with all its errors."""

import re
from collections.abc import Sequence

from cytology.annotations import TYPE_CHECKING, NamedTuple
from cytology.feature import is_number, is_whole
from cytology.schema import CATEGORY, REAL, WHOLE, Feature, Schema, Value

if TYPE_CHECKING:  # a prediction needs the codes' names only, not their descriptions
    from cytology.error_codes import Code

Row = tuple[Value | None, ...]

ID_MAX_LENGTH = 64

#: Largest integer that a message quotes ("got 12"). Other values are only described, so that
#: messages stay short and repeat no free text.
_QUOTED_MAX = 9_999

#: Categories that a message lists; further ones are counted.
_LISTED = 10

#: Characters of an answer for the errors of one sample, so that they stay below 2 KB. The errors
#: of all features fit; errors of misspelt names are added while they fit.
_ERRORS_MAX = 1_550

#: Characters that JSON adds to the field and message of an error, its code included.
_ERROR_FRAME = 64

#: Unknown fields that a message lists by position; further ones are counted.
_UNKNOWN_PLACED = 8

#: Field names that a message may quote if they resemble a known one; they cannot hold a value.
_SPELLING = "[A-Za-z_ -]{1,40}"

#: Control characters, line ends, and lone surrogates, which JSON can spell and UTF-8 cannot.
_NOT_ONE_LINE = "[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]"

_ABSENT = object()
_INTEGERS = {int}


class Error(NamedTuple):
    """One broken rule: the field ("" for the sample as a whole), the code, and the sentence."""

    field: str
    code: "Code"
    message: str


class InvalidMeasurements(ValueError):
    """The sample breaks a rule; ``errors`` lists every broken rule, in schema order."""

    def __init__(self, errors: list[Error]) -> None:
        self.errors = errors
        super().__init__("; ".join(error.message for error in errors))


class Sample(NamedTuple):
    """A checked sample: one value per feature in schema order, None where missing; maybe an id."""

    row: Row
    id: str | None = None


def read_sample(value: object, schema: Schema, suggest: bool = True) -> Sample:
    """Return the checked sample.

    Parameters
    ----------
    value
        A mapping of field to value, or a list in schema order.
    schema
        Has the features.
    suggest
        Whether errors of misspelt fields say "did you mean". Comparing names takes a thousand times
        longer than reading a sample, too long for thousands of hostile samples.

    Raises
    ------
    InvalidMeasurements
        With every error of the sample, not only the first.
    """
    if isinstance(value, dict):
        return _read_mapping(value, schema, suggest)
    if isinstance(value, list):
        return Sample(_read_list(value, schema))
    raise InvalidMeasurements(
        [
            Error(
                "",
                "not_a_sample",
                f"a sample must be an object of {len(schema.features)} named {schema.noun}s or an "
                f"array of {len(schema.features)} {schema.noun}s, got {_describe(value)}",
            )
        ]
    )


def _read_mapping(value: dict[str, object], schema: Schema, suggest: bool) -> Sample:
    row: list[Value | None] = []
    errors: list[Error] = []
    known = 0
    for feature in schema.features:
        given = value.get(feature.name, _ABSENT)
        if given is _ABSENT:
            message = f"{feature.name} is missing; {_rule(feature)}"
            errors.append(Error(feature.name, "missing", message))
            continue
        known += 1
        # The usual measurement without a call. type() and not isinstance: bool is an int, and true
        # must not pass as 1
        if (
            type(given) is int
            and feature.kind == WHOLE
            and feature.minimum <= given <= feature.maximum
        ):
            row.append(given)
        else:
            _read_value(feature, given, schema.missing, row, errors)
    identifier = value.get("id", _ABSENT)
    if identifier is not _ABSENT:
        known += 1
        check_id(identifier, errors)
    if known != len(value):
        _name_unknown_fields(value, schema, errors, suggest)
    check_gaps(row, schema, errors)
    if errors:
        raise InvalidMeasurements(errors)
    return Sample(tuple(row), identifier if isinstance(identifier, str) else None)


def _read_list(value: list[object], schema: Schema) -> Row:
    scores = schema.common_scores
    # Nearly every row is integers in range; two calls into C recognise it. Types are compared
    # without isinstance: bool is an int, and true is no score
    if (
        scores is not None
        and len(value) == len(schema.features)
        and {*map(type, value)} == _INTEGERS
        and scores.issuperset(value)
    ):
        return tuple(value)  # type: ignore[arg-type]
    return _read_list_closely(value, schema)


def _read_list_closely(value: list[object], schema: Schema) -> Row:
    if len(value) != len(schema.features):
        raise InvalidMeasurements(
            [
                Error(
                    "",
                    "wrong_length",
                    f"{len(value)} {schema.noun}s found, {len(schema.features)} needed",
                )
            ]
        )
    row: list[Value | None] = []
    errors: list[Error] = []
    for feature, given in zip(schema.features, value, strict=True):
        _read_value(feature, given, schema.missing, row, errors)
    check_gaps(row, schema, errors)
    if errors:
        raise InvalidMeasurements(errors)
    return tuple(row)


def _read_value(
    feature: Feature, given: object, missing: str, row: list[Value | None], errors: list[Error]
) -> None:
    """Append a value, or None where it is missing, to ``row``, or else an error to ``errors``."""
    if given is None or given == missing:
        if feature.may_be_missing:
            row.append(None)
        else:
            errors.append(missing_value(feature))
    elif (value := feature.read(given)) is not None:
        row.append(value)
    else:
        errors.append(wrong_value(feature, given))


def check_gaps(row: Sequence[Value | None], schema: Schema, errors: list[Error]) -> None:
    """Append an error if more values of a sample without other errors are missing than may be."""
    if errors or row.count(None) <= schema.missing_at_most:
        return
    gaps = [name for name, value in zip(schema.names, row, strict=True) if value is None]
    message = (
        f"{len(gaps)} {schema.noun}s are missing, at most {schema.missing_at_most} may be; "
        f"give some of {', '.join(gaps[:_LISTED])}"
    )
    errors.append(Error("", "too_many_missing", message))


def missing_value(feature: Feature) -> Error:
    """Return the error of a missing value that is required."""
    message = f"{feature.name} may not be missing; {_rule(feature)}"
    return Error(feature.name, "missing", message)


def wrong_value(feature: Feature, given: object) -> Error:
    """Return the error of something that is no value of the feature."""
    code: Code = "out_of_range"
    found = _describe(given)
    if feature.kind == CATEGORY:
        code = "unknown_category"
    elif not is_number(given):
        code = "not_a_number"
    elif feature.kind == REAL and type(given) is float:
        found = "a number out of range"
    elif not is_whole(given):
        code = "not_whole"
    return Error(feature.name, code, f"{feature.name} must be {_range(feature)}, got {found}")


def _range(feature: Feature) -> str:
    if feature.kind == CATEGORY:
        more = len(feature.values) - _LISTED
        listed = ", ".join(feature.values[:_LISTED])
        return f"one of {listed}{f' and {more} more' if more > 0 else ''}"
    noun = "a whole number" if feature.kind == WHOLE else "a number"
    unit = f" {feature.unit}" if feature.unit else ""
    return f"{noun} from {_spelt(feature.minimum)} to {_spelt(feature.maximum)}{unit}"


def _spelt(limit: float) -> str:
    return str(limit).removesuffix(".0")


def _rule(feature: Feature) -> str:
    unknown = "was not scored" if feature.kind == WHOLE else "is not known"
    return f"give {_range(feature)}{f', or null where it {unknown}' * feature.may_be_missing}"


def is_one_line(text: str) -> bool:
    """True if a text has no control character, line end or lone surrogate."""
    # Compiled when a text needs it: compilation would take a hundredth of a cold start
    return text.isprintable() or re.search(_NOT_ONE_LINE, text) is None


def check_id(identifier: object, errors: list[Error]) -> None:
    """Append an error if a sample's id is not text of at most 64 characters on one line."""
    if not isinstance(identifier, str):
        message = f"id must be a string, got {_describe(identifier)}"
        errors.append(Error("id", "invalid_id", message))
    elif len(identifier) > ID_MAX_LENGTH:
        errors.append(
            Error(
                "id",
                "invalid_id",
                f"id must be at most {ID_MAX_LENGTH} characters long, got {len(identifier)}",
            )
        )
    elif not is_one_line(identifier):
        errors.append(Error("id", "invalid_id", "id must be printable text on one line"))


def _name_unknown_fields(
    value: dict[str, object], schema: Schema, errors: list[Error], suggest: bool
) -> None:
    """Append an error for each field that resembles a known one, and one for all others.

    The other names may hold anything, so the message gives their positions and never repeats them.
    """
    known = [*schema.names, "id"]
    places = []
    room = _ERRORS_MAX - sum(_length(error) for error in errors)
    for place, field in enumerate(value, 1):
        if field in known:
            continue
        close = _closest(field, known) if suggest and room > 0 else None
        if close is not None:
            message = f"{field} is not a known field; did you mean {close}?"
            error = Error(field, "unknown_field", message)
            room -= _length(error)
            if room >= 0:
                errors.append(error)
                continue
        places.append(place)
    if places:
        errors.append(Error("", "unknown_field", _unknown_at(places)))


def _length(error: Error) -> int:
    return len(error.field) + len(error.message) + _ERROR_FRAME


def _closest(field: str, known: list[str]) -> str | None:
    # Imported here: only invalid requests need it
    import difflib

    if not re.fullmatch(_SPELLING, field):
        return None
    return next(iter(difflib.get_close_matches(field, known, n=1)), None)


def _unknown_at(places: list[int]) -> str:
    if len(places) == 1:
        return f"field {places[0]} of the sample is not known"
    shown = ", ".join(str(place) for place in places[:_UNKNOWN_PLACED])
    more = len(places) - _UNKNOWN_PLACED
    return f"fields {shown}{f' and {more} more' if more > 0 else ''} of the sample are not known"


def _describe(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if abs(value) <= _QUOTED_MAX else "a far larger or smaller number"
    if isinstance(value, float):
        return "a number with decimals" if not value.is_integer() else "a number out of range"
    if isinstance(value, str):
        return "text"
    if isinstance(value, list):
        return "an array"
    return "an object"
