"""Writes predictions as the body of an answer: JSON or CSV, in the order of the samples."""

from collections.abc import Iterable, Mapping
from enum import IntEnum
from functools import lru_cache

from cytology.annotations import Any
from cytology.batch import Batch
from cytology.measurements import Sample
from cytology.prediction import Prediction, Reasons
from cytology.schema import Schema
from predict.responses import encode, error_entries
from runtime.errors import MalformedRequest

#: Marks the probability in an encoded template; no other number of an answer has these digits.
_PLACEHOLDER = -12345.678901


class Detail(IntEnum):
    """Parts of an answer, from all to fewest; an answer too large to send uses the next one."""

    REASONS = 0
    WARNINGS = 1
    RESULT = 2


_LEFT_OUT = {
    Detail.WARNINGS: "the reasons were left out: with them the answer would be too large to send",
    Detail.RESULT: "reasons and warnings were left out: the answer would be too large to send",
}


def as_json(
    batch: Batch,
    answers: list[Prediction | None],
    identity: Mapping[str, str],
    schema: Schema,
    detail: Detail = Detail.REASONS,
    prevalence: float | None = None,
    *,
    samples: bool = False,
) -> str:
    """Return the JSON document: the model, a prediction or null per sample, and every error.

    Parameters
    ----------
    batch
        The samples and their errors.
    answers
        One for each sample, None where it is invalid.
    identity
        Name, version and engine of the model.
    schema
        Has the features and classes.
    detail
        The parts to include.
    prevalence
        The share of the positive class that the caller stated, or None.
    samples
        True to repeat the values that were read in each entry.
    """
    encoded = _encode_entries(batch.samples, answers, schema, detail)
    entries = ",".join(_with_row(batch, encoded, samples=samples))
    extra: dict[str, Any] = error_entries(batch.errors)
    if prevalence is not None:
        extra["prevalence"] = prevalence
    notes = [*batch.notes, *_notes(answers, detail)]
    if notes:
        extra["notes"] = notes
    if batch.table:
        # Imported here: most requests are JSON
        from cytology.summary import summarize_batch

        summary = summarize_batch(batch, answers, schema, identity["version"])
        if "confusion" in summary:
            extra["confusion"] = summary["confusion"]
        extra["summary"] = summary
    rest = "," + encode(extra)[1:] if extra else "}"
    model = _encode_identity(*identity.items())
    return f'{{"model":{model},"predictions":[{entries}]{rest}'


def _notes(answers: list[Prediction | None], detail: Detail) -> list[str]:
    """Return a sentence for each part that was left out, with the reason."""
    if detail in _LEFT_OUT:
        return [_LEFT_OUT[detail]]
    given = [answer.reasons is not None for answer in answers if answer is not None]
    if any(given) and not all(given):
        return [
            f"reasons are given for the first {sum(given)} samples: more would take too long to "
            "compute; send fewer samples a request"
        ]
    return []


@lru_cache(maxsize=1)
def _encode_identity(*items: tuple[str, str]) -> str:
    """Encode name, version and engine once; all answers of a process share them."""
    return encode(dict(items))


def as_csv(
    batch: Batch, answers: list[Prediction | None], version: str, dialect: str | None = None
) -> str:
    """Return one line for each sample, in order, with its answer or its errors.

    Parameters
    ----------
    batch
        The samples and their errors.
    answers
        One for each sample, None where it is invalid.
    version
        Version of the model.
    dialect
        A name in ``cytology.results.DIALECTS``, or None for RFC 4180.

    Raises
    ------
    runtime.errors.MalformedRequest
        There is no such dialect.
    """
    # Imported here: most answers are JSON
    from cytology.results import DIALECTS, result_lines, write_csv

    dialect = dialect or "rfc4180"
    if dialect not in DIALECTS:
        raise MalformedRequest(f"dialect must be {' or '.join(DIALECTS)}")
    return write_csv(result_lines(batch, answers, version), dialect)


def _encode_entries(
    samples: list[Sample | None], answers: list[Prediction | None], schema: Schema, detail: Detail
) -> Iterable[str]:
    """Encode each entry; entries that differ only in the probability share one encoding.

    Large batches have few different entries, and encoding each one takes most of their time.
    """
    templates: dict[Any, tuple[str, str]] = {}
    for sample, answer in zip(samples, answers, strict=True):
        if sample is None or answer is None:
            yield "null"
        elif sample.id is None and answer.reasons is None and answer.probability_range is None:
            kind = (answer.label, answer.prediction_set, answer.warnings)
            template = templates.get(kind)
            if template is None:
                blank = answer._replace(probability=_PLACEHOLDER)
                before, _, after = encode(entry(sample, blank, schema, detail)).partition(
                    repr(_PLACEHOLDER)
                )
                template = templates[kind] = (before, after)
            yield f"{template[0]}{answer.probability!r}{template[1]}"
        else:
            yield encode(entry(sample, answer, schema, detail))


def _with_row(batch: Batch, entries: Iterable[str], *, samples: bool) -> Iterable[str]:
    """Yield each entry with the class of its row and, if asked, the values that were read."""
    labels = batch.labels or [None] * len(batch.samples)
    for text, sample, label in zip(entries, batch.samples, labels, strict=True):
        row: dict[str, Any] = {} if label is None else {"class": label}
        if samples and sample is not None:
            row["sample"] = sample.row
        yield text if not row or text == "null" else f"{text[:-1]},{encode(row)[1:]}"


def entry(sample: Sample, answer: Prediction, schema: Schema, detail: Detail) -> dict[str, Any]:
    """Return one sample's answer as a JSON object.

    Parameters
    ----------
    sample
        The sample; its id is repeated.
    answer
        Its prediction, with or without reasons.
    schema
        Names the contributions.
    detail
        The parts to include.
    """
    found: dict[str, Any] = {} if sample.id is None else {"id": sample.id}
    found |= {
        "label": answer.label,
        "probability": answer.probability,
        "inconclusive": answer.inconclusive,
        "prediction_set": answer.prediction_set,
        "prediction_set_level": answer.level,
        "threshold": answer.threshold,
    }
    if answer.probability_range is not None:
        found["probability_range"] = answer.probability_range
    if answer.reasons is not None and detail is Detail.REASONS:
        found |= _reasons(answer.reasons, schema)
        found["warnings"] = [caution._asdict() for caution in answer.warnings]
    elif detail is not Detail.RESULT:
        # Codes only: the sentences of a large batch exceed what Lambda can return
        found["warnings"] = [
            {"code": caution.code, "field": caution.field} for caution in answer.warnings
        ]
    return found


def _reasons(reasons: Reasons, schema: Schema) -> dict[str, Any]:
    names = schema.names
    found = {
        "base": reasons.base,
        "contributions": dict(zip(names, reasons.contributions, strict=True)),
        "contributions_exact": reasons.exact,
        "contributions_reference": reasons.reference,
        "what_would_change": dict(zip(names, reasons.what_would_change, strict=True)),
        "fragility": reasons.fragility,
        "fragility_exact": reasons.fragility_exact,
    }
    if reasons.decisive_unknowns:
        found["decisive_unknowns"] = [
            {"field": names[place], "probability": share}
            for place, share in reasons.decisive_unknowns
        ]
    return found
