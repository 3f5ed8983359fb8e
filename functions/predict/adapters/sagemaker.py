"""SageMaker's container contract: GET /ping, POST /invocations; also in MLflow's forms."""

from cytology.annotations import Any
from predict.batches import read_batch, read_values
from predict.requests import Request, media_type, read_body
from predict.responses import JSON, Reply
from predict.service import EXPLAINED_BY_DEFAULT, Service, answer_batch, report_health
from runtime.errors import InvalidSamples, MalformedRequest, SampleError
from runtime.strict_json import read_json

NPY = "application/x-npy"
JSON_LINES = frozenset({"application/jsonlines", "application/jsonl", "application/x-ndjson"})

#: Members under which clients of SageMaker and of MLflow send their samples.
_MEMBERS = ("instances", "samples", "inputs", "dataframe_records", "dataframe_split")


def ping(service: Service, request: Request) -> Reply:
    """Answer GET /ping: 200 once the container can serve."""
    return report_health(service, request)


def invoke(service: Service, request: Request) -> Reply:
    """Answer POST /invocations.

    Reads CSV as POST /v1/predict does, the JSON of SageMaker's and MLflow's clients, JSON lines
    with one sample in each, and numpy's file format.

    Raises
    ------
    runtime.errors.RequestError
        As :func:`predict.service.predict` does.
    """
    schema, settings = service.artifact.schema, service.settings
    kind = media_type(request)
    if kind in (JSON, NPY, *JSON_LINES):
        content = read_body(request, settings.max_body_bytes)
        batch = read_values(_values(kind, content), schema, settings)
    else:
        batch = read_batch(request, schema, settings)
    explain = len(batch.samples) <= EXPLAINED_BY_DEFAULT
    return answer_batch(service, batch, request, explain=explain)


def _values(kind: str, content: bytes) -> list[Any]:
    if kind == JSON:
        return _samples(read_json(content))
    if kind == NPY:
        # Imported here: few clients send numpy's format
        from predict.adapters.npy import read_npy

        return read_npy(content)
    lines = enumerate(content.splitlines(), 1)
    return _samples([_of_line(line, number) for number, line in lines if line.strip()])


def _of_line(line: bytes, number: int) -> Any:
    try:
        return read_json(line)
    except MalformedRequest as error:
        raise MalformedRequest(f"line {number}, read alone: {error}") from None


def _samples(document: Any) -> list[Any]:
    values = document
    if isinstance(document, dict):
        member = next((name for name in _MEMBERS if name in document), None)
        if member is None:
            return [document]
        values = document[member]
        if isinstance(values, dict):
            values = _split(values) if member == "dataframe_split" else _columns(values)
    if not isinstance(values, list) or not values:
        raise InvalidSamples(
            "the request holds no samples",
            [SampleError(None, "instances", "no_samples", "send an array of at least one sample")],
        )
    # One sample as a flat array of scores, or an array of samples
    flat = not any(isinstance(value, list | dict) for value in values)
    return [values] if flat else values


def _split(frame: dict[str, Any]) -> list[Any]:
    """Rows of ``{"columns": [name, …], "data": [[score, …], …]}``."""
    names, rows = frame.get("columns"), frame.get("data")
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise MalformedRequest('"dataframe_split" must hold "data", an array of rows')
    if names is None:
        return rows
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise MalformedRequest('"columns" must be an array of names')
    if len(set(names)) != len(names) or any(len(row) != len(names) for row in rows):
        raise MalformedRequest("every row must hold one value for each column, named once")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _columns(columns: dict[str, Any]) -> list[Any]:
    """Rows of ``{name: [score, …], …}``; one row if the values are no arrays."""
    if not any(isinstance(values, list) for values in columns.values()):
        return [columns]
    if len({len(values) if isinstance(values, list) else -1 for values in columns.values()}) != 1:
        raise MalformedRequest("the columns must be arrays of one length")
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
