"""Turns bytes into events under libFuzzer, which keeps those that reach new code (atheris).

``python -m tests.hostile.guided --runs 50000`` goes on from the corpus of earlier runs in
build/fuzz/; what breaks the bar is written to build/fuzz/crashes/, and every later run starts with
it. ``python -m tests.hostile.guided FILE`` shows one such file's event and breaches.
"""

import argparse
import base64
import collections
import gzip
import itertools
import json
import sys
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["cytology", "predict"]):
    import predict.routes  # noqa: F401 - loaded on demand otherwise, and then not instrumented
    from tests.hostile import bar, events

WORK = Path(__file__).parents[2] / "build" / "fuzz"
CORPUS, CRASHES, COUNTS = WORK / "corpus", WORK / "crashes", WORK / "counts.json"

#: The first byte says which; anything above says that the rest is a whole event as JSON.
ROUTES = (
    ("POST", "/v1/predict", "application/json"),
    ("POST", "/v1/predict", "text/csv"),
    ("POST", "/v2/models/{name}/infer", "application/json"),
    ("POST", "/invocations", "application/json"),
    ("POST", "/invocations", "text/csv"),
)
_BASE64, _GZIP, _CSV, _EXPLAIN, _BINARY = 1, 2, 4, 8, 16


def event_of(data: bytes) -> tuple[Any, bool]:
    """The event that some bytes stand for, and whether canaries may be looked for in its answer."""
    head, rest = data[:2].ljust(2, b"\0"), data[2:]
    if head[0] >= len(ROUTES):
        try:
            return json.loads(rest), False
        except (ValueError, RecursionError):
            return None, False
    method, path, kind = ROUTES[head[0]]
    headers, flags = {"content-type": kind}, head[1]
    if flags & _BINARY:
        headers["inference-header-content-length"] = str(int.from_bytes(rest[:2]))
        rest = rest[2:]
    if flags & _GZIP:
        headers["content-encoding"] = "gzip"
        rest = gzip.compress(rest, 1) if rest[:2] != b"\x1f\x8b" else rest
    if flags & _CSV:
        headers["accept"] = "text/csv"
    try:
        body, packed = rest.decode(), False
    except UnicodeDecodeError:
        body, packed = base64.b64encode(rest).decode(), True
    if flags & _BASE64:
        packed = True
    path = path.replace("{name}", bar.app.service.artifact.name)
    return {
        "rawPath": path,
        "requestContext": {"requestId": "gw-1", "http": {"method": method}},
        "headers": headers,
        "queryStringParameters": {"explain": "true"} if flags & _EXPLAIN else None,
        "body": body,
        "isBase64Encoded": packed,
    }, True


def seeds(count: int) -> list[bytes]:
    """Bytes for generated cases, so that the search starts among meaningful requests."""
    artifact = bar.app.service.artifact
    found = []
    routes = {(path, kind): number for number, (_, path, kind) in enumerate(ROUTES)}
    for case in itertools.islice(events.generate(0, artifact.name, artifact.version), count):
        found.append(bytes([255, 0]) + json.dumps(case.event).encode())
        event = case.event if isinstance(case.event, dict) else {}
        headers, body = event.get("headers"), event.get("body")
        if isinstance(headers, dict) and isinstance(body, str):
            path = str(event.get("rawPath")).replace(artifact.name, "{name}")
            route = routes.get((path, headers.get("content-type")), 0)
            found.append(bytes([route, 0]) + body.encode("utf-8", "surrogatepass"))
    return [seed for seed in found if len(seed) < 20_000]


def main() -> int:
    """Fuzz, or show one file; the status says whether the bar held."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile.guided", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--runs", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.file:
        event, canaries = event_of(options.file.read_bytes())
        outcome = bar.judge(event, canaries=canaries)
        print(json.dumps(event, indent=1)[:4_000], outcome, sep="\n")
        return int(bool(outcome.breaches))
    return fuzz(options.runs, options.seed)


def fuzz(runs: int, seed: int) -> int:
    """Run libFuzzer; it ends the process itself, with a status other than 0 at a breach."""
    for directory in (CORPUS, CRASHES):
        directory.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(seeds(300)):
        (CORPUS / f"seed-{number:03}").write_bytes(content)
    statuses: collections.Counter[int] = collections.Counter()

    def attempt(data: bytes) -> None:
        event, canaries = event_of(data)
        outcome = bar.judge(event, canaries=canaries)
        statuses[outcome.status] += 1
        # libFuzzer ends the process without a word to Python: the counts are written as they grow
        if statuses.total() % 1_000 == 0 or statuses.total() >= runs:
            COUNTS.write_text(json.dumps(statuses))
        if outcome.breaches:
            raise AssertionError("; ".join(outcome.breaches))

    arguments = [f"-runs={runs}", f"-seed={seed}", "-max_len=20000", "-timeout=30"]
    arguments += ["-rss_limit_mb=4096", f"-artifact_prefix={CRASHES}/", "-print_final_stats=1"]
    atheris.Setup([sys.argv[0], *arguments, str(CORPUS), str(CRASHES)], attempt)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
