"""Turns dice into Lambda events: HTTP requests of every source, and what is no request at all."""

import base64
import gzip
import json
import zlib
from collections.abc import Iterator
from random import Random
from typing import Any, NamedTuple

from tests.hostile import bodies
from tests.hostile.bodies import NUMBER, WORD

#: Filled in with the served model's own name and version.
PATHS = (
    "/v1/predict", "/v1/predict", "/v1/predict", "/invocations", "/v1/model", "/v1/health", "/ping",
    "/v2", "/v2/health/live", "/v2/health/ready", "/v2/models/{name}", "/v2/models/{name}/infer",
    "/v2/models/{name}/infer", "/v2/models/{name}/ready", "/v2/models/{name}/versions/{version}",
    "/v2/models/{name}/versions/{version}/infer", "/v2/models/{name}/versions/{version}/ready",
)  # fmt: skip

ODD_PATHS = (
    "", "/", "//", "/v1", "/v1/", "/v1/predict/", "/V1/PREDICT", "/v1//predict", "/v1/predict\n",
    "/v1/predict\x00", "/v1/../v1/predict", "/v1/%70redict", "v1/predict", f"/{WORD}/{NUMBER}",
    f"/v2/models/{WORD}/infer", "/v2/models/\n/infer", "/v2/models/\ud800", "/v2/models//infer",
    f"/v2/models/{WORD * 3_000}", "/v2/models/<name>", "/v2/models/(.*)/infer", "/é/ü", "*",
    "/v2/models/a/versions/b/c", "http://example.org/v1/predict", "/v1/predict?explain=true",
)  # fmt: skip

METHODS = ("GET", "POST", "POST", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH")
ODD_METHODS = ("get", "post", "TRACE", "CONNECT", "", " ", "ſ", f"{WORD}\r\n", WORD * 100)

TYPES = (
    "application/json", "application/json", "application/json", "text/csv", "text/csv",
    "application/json; charset=utf-8", "Application/JSON;charset=UTF8", "application/octet-stream",
    "text/plain", "application/json; charset=utf-16", "multipart/form-data; boundary=x", "", ";",
    f"{WORD}/{NUMBER}", "application/json\r\nx: y", "text/csv; header=present",
)  # fmt: skip

HEADERS: dict[str, tuple[Any, ...]] = {
    "accept": (
        "*/*", "text/csv", "application/json", "text/csv;q=0.5,*/*;q=0.1", "text/csv;q=9", ",,;q=;",
        "text/csv;q=1.0000", WORD, "q" + " " * 5_000,
    ),
    "accept-encoding": ("gzip", "gzip;q=0", "br", WORD),
    "content-encoding": ("gzip", "identity", "", "br", "gzip, gzip", "GZIP ", "deflate", WORD),
    "if-none-match": ('"x"', "*", WORD),
    "origin": ("https://example.org", "null", f"https://{WORD}.example\r\nx: y"),
    "x-request-id": ("trace-1", "trace-" + "x" * 60, f"{WORD}\r\nx: y", WORD * 30, "", "\ud800"),
    "inference-header-content-length": ("0", "5", "9" * 5_000, WORD),
    "x-forwarded-for": (WORD,),
    "cookie": (f"session={WORD}",),
    "authorization": (f"Bearer {WORD}",),
}  # fmt: skip

JUNK: tuple[Any, ...] = (
    None, 0, 1, -1, 1.5, True, "", WORD, [], {}, [[]], {"a": None}, [WORD], {WORD: {WORD: [1]}},
    "\ud800", NUMBER, {"": ""}, {WORD: NUMBER}, WORD * 5_000, f"{WORD}\r\nx: {NUMBER}",
)  # fmt: skip

OTHER_SERVICES: tuple[Any, ...] = (
    {"Records": [{"eventSource": "aws:sqs", "body": WORD, "messageId": WORD}]},
    {"Records": [{"s3": {"bucket": {"name": WORD}, "object": {"key": WORD}}}]},
    {"version": "0", "detail-type": WORD, "source": "aws.events", "detail": {"x": NUMBER}},
    {"type": "REQUEST", "methodArn": WORD, "headers": {"authorization": WORD}},
    {"requestContext": {"connectionId": WORD, "routeKey": "$connect"}},
    {"Input": {"samples": [[5, 1, 1, 1, 2, 1, 3, 1, 1]]}},
    {"warmer": True},
)


class Case(NamedTuple):
    """One event, and what kind of hostility it is, for the counts."""

    kind: str
    event: Any


def generate(seed: int, name: str, version: str) -> Iterator[Case]:
    """Endless cases for the model of that name and version; equal seeds give equal cases."""
    dice = Random(seed)
    while True:
        case = _case(dice, name, version)
        # As Lambda receives it: by way of JSON, which has neither tuples nor other keys than text
        yield Case(case.kind, json.loads(json.dumps(case.event)))


def _case(dice: Random, name: str, version: str) -> Case:
    kind = dice.random()
    if kind < 0.03:
        return Case("no request", dice.choice((*JUNK, *OTHER_SERVICES)))
    if kind < 0.05:
        return Case("direct invoke", bodies.document(dice))
    label, content, headers = _content(dice)
    path = dice.choice(PATHS if dice.random() < 0.7 else ODD_PATHS)
    if dice.random() < 0.8:
        path = "/v2/models/{name}/infer" if label == "inference" else dice.choice(PATHS[:4])
    path = path.replace("{name}", name).replace("{version}", version)
    posts = "predict" in path or "infer" in path or "invocations" in path
    method = "POST" if posts and dice.random() < 0.9 else dice.choice(METHODS)
    if dice.random() < 0.02:
        method = dice.choice(ODD_METHODS)
    event = _event(dice, method, path, headers, *_carry(dice, content, headers))
    if dice.random() < 0.06:
        label = "broken event"
        _break(dice, event)
    return Case(label, event)


def _content(dice: Random) -> tuple[str, bytes, dict[str, Any]]:
    """A kind of body, its bytes, and headers that go with it, mostly."""
    headers: dict[str, Any] = {"content-type": "application/json"}
    kind = dice.random()
    if kind < 0.5:
        label, text = "json", bodies.as_json(dice, bodies.document(dice))
    elif kind < 0.75:
        label, text = "csv", bodies.table(dice)
        headers["content-type"] = "text/csv"
    elif kind < 0.95:
        label = "inference"
        content, length = bodies.inference(dice)
        if length is not None:
            headers["inference-header-content-length"] = length
        return label, content, _with_headers(dice, headers)
    elif kind < 0.99:
        label, text = "deep", bodies.deep(dice) if dice.random() < 0.1 else "[" * 300
    else:
        label, text = "wide", bodies.wide(dice)
        headers["content-type"] = "text/csv" if text[:1] not in "{[ " else "application/json"
    encoding = "utf-8" if dice.random() < 0.95 else dice.choice(("utf-16", "utf-32", "utf-7"))
    content = text.encode(encoding, "surrogatepass")
    if dice.random() < 0.03:
        at = dice.randrange(len(content) + 1)
        content = content[:at] + dice.choice((b"\xff", b"\xc0\x80", b"\xed\xa0\x80")) + content[at:]
    return label, content, _with_headers(dice, headers)


def _with_headers(dice: Random, headers: dict[str, Any]) -> dict[str, Any]:
    if dice.random() < 0.1:
        headers["content-type"] = dice.choice(TYPES)
    for _ in range(dice.choice((0, 0, 1, 3))):
        header = dice.choice([*HEADERS])
        if header != "content-encoding":
            headers[header] = dice.choice(HEADERS[header])
    return headers


def _carry(dice: Random, content: bytes, headers: dict[str, Any]) -> tuple[Any, bool]:
    """The body as an event holds it: text or base64, packed or not, true or a lie."""
    kind = dice.random()
    if kind < 0.1:
        headers["content-encoding"] = dice.choice(HEADERS["content-encoding"])
        content = dice.choice(
            (
                gzip.compress(content, 1), gzip.compress(content, 1)[:-5], bodies.BOMB, content,
                gzip.compress(content, 1) * 2, gzip.compress(gzip.compress(content, 1), 1),
                zlib.compress(content, 1), b"\x1f\x8b", gzip.compress(content, 1) + b"x",
            )
        )  # fmt: skip
    elif kind > 0.98:
        return dice.choice(JUNK), dice.random() < 0.5
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return base64.b64encode(content).decode(), dice.random() < 0.97
    if dice.random() < 0.8:
        return text, dice.random() < 0.03
    packed = base64.b64encode(content).decode()
    lie = dice.choice((packed + "=", packed[:-1], packed + "\n", packed.replace("A", "-"), "é"))
    return (packed if dice.random() < 0.8 else lie), dice.random() < 0.95


def _event(
    dice: Random, method: str, path: str, headers: dict[str, Any], body: Any, packed: bool
) -> dict[str, Any]:
    query = {"explain": dice.choice(("true", "false", "", "TRUE", WORD, f"{NUMBER}"))}
    query = dice.choice(({}, {}, {}, query, {WORD: WORD}))
    title = dice.random() < 0.2
    headers = {name.title() if title else name: value for name, value in headers.items()}
    carried = {"headers": headers, "body": body, "isBase64Encoded": packed}
    kind = dice.random()
    if kind < 0.6:  # API Gateway's HTTP API, and a function URL
        stage = dice.choice(("$default", "$default", "beta"))
        context = {"requestId": "gw-1", "stage": stage, "http": {"method": method, "path": path}}
        where = f"/beta{path}" if stage == "beta" else path
        first = {"version": "2.0", "rawPath": where, "queryStringParameters": query}
        return first | {"requestContext": context} | carried
    if kind < 0.8:  # API Gateway's REST API
        context = {"requestId": "rest-1", "stage": "prod", "httpMethod": method}
        first = {"httpMethod": method, "path": path, "queryStringParameters": query or None}
        several = {name: [value] for name, value in headers.items()}
        return first | {"requestContext": context, "multiValueHeaders": several} | carried
    balancer = {"requestContext": {"elb": {"targetGroupArn": WORD}}, "httpMethod": method}
    if kind < 0.9:
        del carried["headers"]
        carried["multiValueHeaders"] = {name: [value] for name, value in headers.items()}
    return balancer | {"path": path, "queryStringParameters": query} | carried


def _break(dice: Random, event: Any) -> None:
    """Replace or remove something, anywhere in the event."""
    place = event
    while True:
        key = dice.choice([*place])
        inner = place[key]
        if isinstance(inner, dict) and inner and dice.random() < 0.6:
            place = inner
            continue
        if dice.random() < 0.2:
            del place[key]
        else:
            # A request id is the gateway's, and comes back where it is harmless
            place[key] = dice.choice(JUNK) if key != "requestId" else dice.choice(JUNK[-3:])
        return
