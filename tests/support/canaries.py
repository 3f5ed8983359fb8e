"""Turns a seed into requests whose content must not be found again outside their own answers.

Scores are only 1 to 10, so a row is recognised as a whole: its nine numbers in their order,
whatever lies between them. Ids, header values and the like are unique texts, and numbers out of
range are long.
"""

import gzip
import json
import random
import re
from typing import NamedTuple

from cytology.schema import load_schema

NAMES = load_schema().names
JSON = {"content-type": "application/json"}
CSV = {"content-type": "text/csv"}


class Canary(NamedTuple):
    """One request; ``echoed`` are the marks that its own answer may repeat."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    marks: tuple[str, ...]
    rows: tuple[tuple[int, ...], ...] = ()
    echoed: tuple[str, ...] = ()
    status: int = 200


class Maker:
    """Rows, texts and numbers that nothing else will ever hold."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)

    def text(self) -> str:
        return f"canary{self._dice.getrandbits(64):016x}"

    def number(self) -> str:
        return str(self._dice.randrange(10**11, 10**12))

    def row(self) -> tuple[int, ...]:
        return tuple(self._dice.randint(1, 10) for _ in NAMES)


def canaries(seed: int = 20261123) -> list[Canary]:
    """Every route and every way to be at error, each with content of its own."""
    make = Maker(seed)
    return [
        *_answered(make),
        *_at_fault(make),
        *_headers_and_paths(make),
    ]


def _answered(make: Maker) -> list[Canary]:
    found = []
    row, mark = make.row(), make.text()
    named = {"id": mark, **dict(zip(NAMES, row, strict=True))}
    found.append(_json("/v1/predict", {"samples": [named]}, rows=(row,), marks=(mark,), echo=True))
    rows = (make.row(), make.row())
    found.append(_json("/v1/predict?explain=true", {"samples": rows}, rows=rows))
    row = make.row()
    found.append(_json("/v1/predict", dict(zip(NAMES, row, strict=True)), rows=(row,)))
    row, mark = make.row(), make.text()
    table = f"id,{','.join(NAMES)}\n{mark},{','.join(map(str, row))}\n".encode()
    found.append(Canary("POST", "/v1/predict", CSV, table, (mark,), (row,), (mark,)))
    row, mark = make.row(), make.text()
    table = f"{mark};{';'.join(map(str, row))}\n".encode()
    headers = CSV | {"content-encoding": "gzip", "accept": "text/csv"}
    packed = gzip.compress(table, mtime=0)
    path = "/v1/predict?columns=id,scores"
    found.append(Canary("POST", path, headers, packed, (mark,), (row,), (mark,)))
    row, mark = make.row(), make.text()
    tensor = {"name": "scores", "shape": [1, 9], "datatype": "INT64", "data": list(row)}
    document = {"id": mark, "inputs": [tensor]}
    path = f"/v2/models/{model_name()}/infer"
    found.append(_json(path, document, rows=(row,), marks=(mark,), echo=True))
    row = make.row()
    found.append(_json("/invocations", {"instances": [row]}, rows=(row,)))
    row = make.row()
    body = ",".join(map(str, row)).encode()
    found.append(Canary("POST", "/invocations", CSV, body, (), (row,)))
    return found


def _at_fault(make: Maker) -> list[Canary]:
    found = []
    # One sample at error beside one that is answered, then none that is
    row, mark, number = make.row(), make.text(), make.number()
    broken = [mark, int(number), *row[2:]]
    found.append(_json("/v1/predict", {"samples": [row, broken]}, (row,), (mark, number)))
    mark, key, number = make.text(), make.text(), make.number()
    broken = {"id": mark, "mitoses": int(number), key: mark}
    canary = _json("/v1/predict", {"samples": [broken]}, (), (mark, key, number), status=422)
    # The name of a field that does not exist is what the error is about
    found.append(canary._replace(echoed=(key,)))
    for text in (
        '{"samples": [[7, %s',
        '{"samples": [{"id": "%s", "id": "%s"}]}',
        '{"samples": [[NaN, "%s"]]}',
        '[[1, 2, "%s"]]}',
        '"%s"',
    ):
        mark = make.text()
        body = text.replace("%s", mark).encode()
        status = 422 if text == '"%s"' else 400
        found.append(Canary("POST", "/v1/predict", JSON, body, (mark,), status=status))
    mark = make.text()
    packed = JSON | {"content-encoding": "gzip"}
    found.append(Canary("POST", "/v1/predict", packed, mark.encode(), (mark,), status=400))
    mark = make.text()
    body = b'{"samples": ["' + mark.encode() * 50_000 + b'"]}'
    found.append(Canary("POST", "/v1/predict", JSON, body, (mark,), status=413))
    mark = make.text()
    kind = {"content-type": f"text/{mark}"}
    found.append(Canary("POST", "/v1/predict", kind, mark.encode(), (mark,), status=415))
    row, mark, number = make.row(), make.text(), make.number()
    table = f"{mark},{number},{','.join(map(str, row))}\n".encode()
    # The refusal of a table shows its first row, to the caller alone
    shown = (mark, number, str(row))
    found.append(Canary("POST", "/v1/predict", CSV, table, (mark, number), (row,), shown, 422))
    mark = make.text()
    tensor = {"name": mark, "shape": [1, 9], "datatype": mark, "data": [mark]}
    path = f"/v2/models/{model_name()}/infer"
    found.append(_json(path, {"inputs": [tensor]}, (), (mark,), status=400))
    mark = make.text()
    found.append(Canary("POST", "/invocations", CSV, mark.encode(), (mark,), (), (mark,), 422))
    return found


def _headers_and_paths(make: Maker) -> list[Canary]:
    found = []
    for method, path, status in (
        ("GET", "/v1/{}", 404),
        ("GET", "/v1/model?who={}", 200),
        ("POST", "/v1/predict?explain={}", 400),
        ("PUT", "/v1/predict?who={}", 405),
        ("GET", "/v2/models/{}", 404),
        ("OPTIONS", "/v1/predict?who={}", 204),
    ):
        mark = make.text()
        body = mark.encode() if method in ("POST", "PUT") else b""
        found.append(Canary(method, path.format(mark), JSON, body, (mark,), status=status))
    names = ("authorization", "cookie", "user-agent", "x-forwarded-for", "referer", "x-api-key")
    marks = {name: make.text() for name in (*names, "origin", "if-none-match", "accept")}
    for path in ("/v1/health", "/v1/model", "/v2", "/ping"):
        found.append(Canary("GET", path, marks, b"", tuple(marks.values())))
    mark = make.text()
    headers = {"x-request-id": mark}
    found.append(Canary("GET", "/v1/health", headers, b"", (mark,), (), (mark,)))
    return found


def model_name() -> str:
    from tests.support.transports import ARTIFACT

    return str(json.loads((ARTIFACT / "manifest.json").read_text())["name"])


def traces(text: str, canary: Canary, *, but: tuple[str, ...] = ()) -> list[str]:
    """What of a request can be found in a text."""
    found = [mark for mark in canary.marks if mark in text]
    for row in canary.rows:
        pattern = r"(?<!\d)" + r"\D{1,60}".join(map(str, row)) + r"(?!\d)"
        if re.search(pattern, text):
            found.append(str(row))
    return [trace for trace in found if trace not in but]


def _json(path, document, rows=(), marks=(), *, echo=False, status=200) -> Canary:
    body = json.dumps(document).encode()
    return Canary("POST", path, JSON, body, marks, rows, marks if echo else (), status)
