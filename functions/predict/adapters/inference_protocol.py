"""Answers the Open Inference Protocol, version 2.

Source: github.com/kserve/open-inference-protocol (REST), and for tensors behind the JSON header
Triton's binary data extension, which the clients in use send by default.
"""

import re

from cytology.annotations import Any
from cytology.measurements import is_one_line
from predict.adapters.tensors import read_rows, tensors_of
from predict.batches import read_values
from predict.requests import Request, read_body
from predict.responses import Reply, Tally, json_reply, problem_reply
from predict.service import Service, score
from runtime.errors import InvalidSamples, MalformedRequest, RequestError, UnknownPath
from runtime.strict_json import read_json

HEADER_LENGTH = "inference-header-content-length"

#: Bytes up to which the protocol's own member repeats errors; keeps a refusal under 2 KB.
_REFUSAL_BYTES = 1_900

LABELS, PROBABILITIES = "predict", "predict_proba"


def describe_server(service: Service, _: Request) -> Reply:
    """Answer GET /v2: the server's metadata."""
    return json_reply(
        {
            "name": "cytology",
            "version": service.artifact.version,
            "extensions": ["binary_tensor_data"],
        }
    )


def report_live(_: Service, __: Request) -> Reply:
    """Answer GET /v2/health/live."""
    return json_reply({"live": True})


def report_ready(_: Service, __: Request) -> Reply:
    """Answer GET /v2/health/ready; a service that is not ready fails at start-up."""
    return json_reply({"ready": True})


def report_model_ready(service: Service, request: Request, **model: str) -> Reply:
    """Answer GET /v2/models/{name}[/versions/{version}]/ready."""
    if problem := _other_model(service, request, model):
        return problem
    return json_reply({"name": service.artifact.name, "ready": True})


def describe_model(service: Service, request: Request, **model: str) -> Reply:
    """Answer GET /v2/models/{name}[/versions/{version}]: the tensors that go in and come out."""
    if problem := _other_model(service, request, model):
        return problem
    schema = service.artifact.schema
    return json_reply(
        {
            "name": service.artifact.name,
            "versions": [service.artifact.version],
            "platform": f"cytology_{service.engine.name}",
            "inputs": tensors_of(schema),
            "outputs": [
                {"name": LABELS, "datatype": "BYTES", "shape": [-1]},
                {"name": PROBABILITIES, "datatype": "FP64", "shape": [-1, len(schema.classes)]},
            ],
        }
    )


def infer(service: Service, request: Request, **model: str) -> Reply:
    """Answer POST /v2/models/{name}[/versions/{version}]/infer.

    Any one tensor of shape [n, features], or one tensor of n per feature, by name. The protocol
    has no errors per row: one invalid row fails the request, with every error named.
    """
    if problem := _other_model(service, request, model):
        return problem
    try:
        return _infer(service, request)
    except RequestError as error:
        return _protocol_problem(error, request)


def _infer(service: Service, request: Request) -> Reply:
    schema, settings = service.artifact.schema, service.settings
    content = read_body(request, settings.max_body_bytes)
    document, tail = _split(content, request.headers.get(HEADER_LENGTH))
    if not isinstance(document, dict):
        raise MalformedRequest("an inference request must be a JSON object")
    # A client's null is the same as an absent member
    identifier = document.get("id")
    if identifier is not None and not (isinstance(identifier, str) and is_one_line(identifier)):
        raise MalformedRequest('"id" must be a string of printable text on one line')
    wanted = _wanted_outputs(document)
    batch = read_values(read_rows(document, tail, schema), schema, settings)
    if batch.errors:
        raise InvalidSamples("some rows break a rule", batch.errors)
    answers = [answer for answer in score(service, batch, explain=False) if answer is not None]
    first = schema.class_names[0]
    outputs: dict[str, dict[str, Any]] = {
        LABELS: {
            "datatype": "BYTES",
            "shape": [len(answers)],
            "data": [answer.label for answer in answers],
        },
        PROBABILITIES: {
            "datatype": "FP64",
            "shape": [len(answers), len(schema.classes)],
            "data": [
                share
                for answer in answers
                for share in _class_shares(answer.probability, schema.positive == first)
            ],
        },
    }
    positive = sum(answer.label == schema.positive for answer in answers)
    inconclusive = sum(answer.inconclusive for answer in answers)
    return json_reply(
        {
            "model_name": service.artifact.name,
            "model_version": service.artifact.version,
            **({} if identifier is None else {"id": identifier}),
            "outputs": [{"name": output, **outputs[output]} for output in wanted],
        }
    )._replace(tally=Tally(len(answers), 0, positive, inconclusive))


def _class_shares(positive: float, positive_is_first: bool) -> tuple[float, float]:
    return (positive, 1.0 - positive) if positive_is_first else (1.0 - positive, positive)


def _split(content: bytes, header_length: str | None) -> tuple[Any, bytes]:
    """Return the JSON header and the bytes of the binary tensors after it."""
    if header_length is None:
        return read_json(content), b""
    # Nine digits at most: int() raises ValueError on thousands of digits
    if not re.fullmatch("[0-9]{1,9}", header_length) or int(header_length) > len(content):
        raise MalformedRequest(f"{HEADER_LENGTH} must be the length of the JSON before the tensors")
    length = int(header_length)
    return read_json(content[:length]), content[length:]


def _wanted_outputs(document: dict[str, Any]) -> list[str]:
    asked = document.get("outputs")
    if asked is None:
        asked = []
    if not isinstance(asked, list):
        raise MalformedRequest('"outputs" must be an array of tensors')
    if not asked:
        return [LABELS, PROBABILITIES]
    names = [item.get("name") if isinstance(item, dict) else None for item in asked]
    if unknown := [name for name in names if name not in (LABELS, PROBABILITIES)]:
        raise MalformedRequest(
            f"{len(unknown)} of the outputs asked for do not exist; "
            f"there are {LABELS} and {PROBABILITIES}"
        )
    return [str(name) for name in names]


def _other_model(service: Service, request: Request, model: dict[str, str]) -> Reply | None:
    """Return a 404 if the path names another model or version than the served one."""
    artifact = service.artifact
    if model in ({"name": artifact.name}, {"name": artifact.name, "version": artifact.version}):
        return None
    error = UnknownPath(f"{artifact.name}, version {artifact.version}, is the model served here")
    return _protocol_problem(error, request)


def _protocol_problem(error: RequestError, request: Request) -> Reply:
    """Return a problem document with the protocol's own member, ``error``."""
    reply = problem_reply(error, request.id)
    problem = read_json(reply.body.encode())
    message = error.detail
    for entry in problem.get("errors", [])[:9]:
        longer = f"{message}; {entry['message']}"
        if len(reply.body) + len(longer) > _REFUSAL_BYTES and message != error.detail:
            break
        message = longer
    problem["error"] = message
    return Reply(reply.status, reply.headers, json_reply(problem).body)
