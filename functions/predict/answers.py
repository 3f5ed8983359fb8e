"""Turns predictions into the body of an answer, JSON or CSV, in the order of the samples."""

from collections.abc import Iterable, Mapping
from enum import IntEnum
from functools import lru_cache
from typing import Any

from cytology.batch import Batch
from cytology.measurements import Sample
from cytology.prediction import Prediction, Reasons
from cytology.schema import Schema
from predict.responses import encode, error_entries

#: Stands in for the one number that differs between two answers of one kind, when a template is
#: made of them; JSON spells it in a way that nothing else in an answer does.
_PLACEHOLDER = -12345.678901

#: A cell that begins so is a formula to a spreadsheet (OWASP, CSV injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Detail(IntEnum):
    """How much an answer says beside the result itself; less is tried where more cannot be sent."""

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
) -> str:
    """The JSON document: the model, a prediction or null per sample, and every error."""
    entries = ",".join(_encode_entries(batch.samples, answers, schema, detail))
    extra: dict[str, Any] = error_entries(batch.errors)
    if detail in _LEFT_OUT:
        extra["notes"] = [_LEFT_OUT[detail]]
    if batch.labels is not None:
        extra["confusion"] = confusion(batch.labels, answers, schema)
    rest = "," + encode(extra)[1:] if extra else "}"
    model = _encode_identity(*identity.items())
    return f'{{"model":{model},"predictions":[{entries}]{rest}'


@lru_cache(maxsize=1)
def _encode_identity(*items: tuple[str, str]) -> str:
    """The same in all answers of a process."""
    return encode(dict(items))


def as_csv(batch: Batch, answers: list[Prediction | None]) -> str:
    """RFC 4180 with a header: one line a sample, in order, with its answer or its errors."""
    # Imported here: most answers are JSON
    import csv
    import io

    errors: dict[int | None, list[str]] = {}
    for error in batch.errors:
        errors.setdefault(error.sample, []).append(error.message)
    header = ["row", "id", "label", "probability", "inconclusive", "error"]
    output = io.StringIO(newline="")
    writer = csv.writer(output)
    writer.writerow(header if batch.labels is None else [*header, "class"])
    for index, (sample, answer) in enumerate(zip(batch.samples, answers, strict=True)):
        line: list[object] = [index + 1, _harmless(sample.id or "") if sample else ""]
        if answer is None:
            line += ["", "", "", _harmless("; ".join(errors.get(index, ())))]
        else:
            inconclusive = "true" if answer.inconclusive else "false"
            line += [answer.label, answer.probability, inconclusive, ""]
        if batch.labels is not None:
            line.append(batch.labels[index] or "")
        writer.writerow(line)
    return output.getvalue()


def confusion(
    labels: list[str | None], answers: list[Prediction | None], schema: Schema
) -> dict[str, dict[str, int]]:
    """Count answers by true class, then by predicted label; rows without either do not count."""
    table = {true: dict.fromkeys(schema.class_names, 0) for true in schema.class_names}
    for label, answer in zip(labels, answers, strict=True):
        if label is not None and answer is not None:
            table[label][answer.label] += 1
    return table


def _harmless(text: str) -> str:
    return "'" + text if text.startswith(_FORMULA_STARTS) else text


def _encode_entries(
    samples: list[Sample | None], answers: list[Prediction | None], schema: Schema, detail: Detail
) -> Iterable[str]:
    """Encode each entry; equal ones but for the probability share one encoding.

    A large batch has a handful of different answers beside its probabilities, and encoding each
    anew is most of a batch's time.
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


def entry(sample: Sample, answer: Prediction, schema: Schema, detail: Detail) -> dict[str, Any]:
    """One sample's answer; reasons, and the wording of warnings, only where they were asked for."""
    found: dict[str, Any] = {} if sample.id is None else {"id": sample.id}
    found |= {
        "label": answer.label,
        "probability": answer.probability,
        "inconclusive": answer.inconclusive,
        "prediction_set": answer.prediction_set,
        "threshold": answer.threshold,
    }
    if answer.probability_range is not None:
        found["probability_range"] = answer.probability_range
    if answer.reasons is not None and detail is Detail.REASONS:
        found |= _reasons(answer.reasons, schema)
        found["warnings"] = [caution._asdict() for caution in answer.warnings]
    elif detail is not Detail.RESULT:
        # Codes alone: in a batch of 10,000 the sentences would outgrow what Lambda can return
        found["warnings"] = [
            {"code": caution.code, "field": caution.field} for caution in answer.warnings
        ]
    return found


def _reasons(reasons: Reasons, schema: Schema) -> dict[str, Any]:
    names = schema.names
    return {
        "base": reasons.base,
        "contributions": dict(zip(names, reasons.contributions, strict=True)),
        "contributions_exact": reasons.exact,
        "what_would_change": dict(zip(names, reasons.what_would_change, strict=True)),
        "fragility": reasons.fragility,
        "fragility_exact": reasons.fragility_exact,
    }
