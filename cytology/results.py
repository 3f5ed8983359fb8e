"""Turns samples and answers into one line a row, and the lines into CSV."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from cytology.annotations import Any, NamedTuple
from cytology.batch import Batch, SampleError
from cytology.prediction import Prediction

COLUMNS = (
    "row",
    "id",
    "label",
    "probability",
    "probability_low",
    "probability_high",
    "inconclusive",
    "warnings",
    "class",
    "error_field",
    "error_code",
    "error",
    "input",
    "model",
)

Line = list[str | int | float]

#: Starts of a formula: at the start of a cell, and after any character that separates cells in
#: some locale. Excel evaluates full-width signs too. Source: OWASP, CSV injection.
_FORMULA = re.compile(r"(^|[,;|\t\r\n\"])(\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")
#: Some spreadsheets also evaluate a cell that starts with a tab or a line end.
_BLANK_START = re.compile(r"^[\t\r\n]")


class Dialect(NamedTuple):
    """Delimiter, decimal sign and first character of a CSV."""

    delimiter: str
    decimal: str
    start: str


#: By name. Excel in German parts columns by semicolons and numbers by commas, and reads UTF-8 only
#: behind a byte order mark.
DIALECTS = {"rfc4180": Dialect(",", ".", ""), "excel-de": Dialect(";", ",", "\ufeff")}


def harmless(text: str) -> str:
    """Return the text with ``'`` before each start of a formula."""
    if not text:
        return text
    text = _FORMULA.sub(r"\1'\2", text)
    return "'" + text if _BLANK_START.match(text) else text


def result_lines(batch: Batch, answers: Sequence[Prediction | None], model: str) -> Iterable[Line]:
    """Return one line for each sample, in order, with the cells of :data:`COLUMNS`.

    Parameters
    ----------
    batch
        The samples, with their errors.
    answers
        One a sample, None where it is invalid.
    model
        The version of the model that answered.
    """
    errors: dict[int | None, list[SampleError]] = {}
    for error in batch.errors:
        errors.setdefault(error.sample, []).append(error)
    inputs = batch.inputs or {}
    labels = batch.labels or [None] * len(answers)
    rows = zip(batch.samples, answers, labels, strict=True)
    for index, (sample, answer, label) in enumerate(rows):
        identifier = harmless(sample.id) if sample and sample.id else ""
        if answer is None:
            found = errors.get(index, ())
            yield [index + 1, identifier, "", "", "", "", "", "", label or "", *_told(found),
                   harmless(inputs.get(index, "")), model]  # fmt: skip
            continue
        low, high = answer.probability_range or ("", "")
        inconclusive = "true" if answer.inconclusive else "false"
        warnings = warnings_of(answer)
        yield [index + 1, identifier, answer.label, answer.probability, low, high, inconclusive,
               warnings, label or "", "", "", "", "", model]  # fmt: skip


def warnings_of(answer: Prediction) -> str:
    """The warnings of an answer in one cell: codes, with their fields."""
    return "; ".join(_named(caution.code, caution.field) for caution in answer.warnings)


def _told(errors: Sequence[SampleError]) -> tuple[str, str, str]:
    return (
        "; ".join(error.field for error in errors),
        "; ".join(error.code for error in errors),
        harmless("; ".join(error.message for error in errors)),
    )


def _named(code: str, field: str) -> str:
    return f"{code}:{field}" if field else code


def write_csv(
    lines: Iterable[Sequence[Any]], dialect: str = "rfc4180", *, header: bool = True
) -> str:
    """A CSV as RFC 4180 has it, or a dialect of it.

    Parameters
    ----------
    lines
        The cells of each line; floats are spelt as the dialect does.
    dialect
        A name in :data:`DIALECTS`.
    header
        Whether the names of the columns come first.
    """
    delimiter, decimal, start = DIALECTS[dialect]
    output = io.StringIO(newline="")
    output.write(start)
    writer = csv.writer(output, delimiter=delimiter)
    if header:
        writer.writerow(COLUMNS)
    if decimal != ".":
        lines = ([_spelt(cell, decimal) for cell in line] for line in lines)
    writer.writerows(lines)
    return output.getvalue()


def _spelt(cell: Any, decimal: str) -> Any:
    return repr(cell).replace(".", decimal) if isinstance(cell, float) else cell
