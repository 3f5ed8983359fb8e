"""Hypothesis generates events, and shrinks those that break the bar."""

import base64
import gzip
import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hostile import bar
from tests.hostile.bodies import NAMES, NUMBER, ODD_SCORES, WORD
from tests.hostile.events import HEADERS, METHODS, ODD_METHODS, ODD_PATHS, PATHS, TYPES

#: A busy machine is no finding: the bar has its own limit, of processor time.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

#: Half surrogate pairs too: JSON can spell them.
TEXT = st.text(st.characters(codec=None, categories=None), max_size=30)
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.sampled_from(ODD_SCORES)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=9) | st.dictionaries(TEXT, inner, max_size=9),
    max_leaves=40,
)
ARTIFACT = bar.app.service.artifact
ALL_PATHS = [
    path.replace("{name}", ARTIFACT.name).replace("{version}", ARTIFACT.version)
    for path in (*PATHS, *ODD_PATHS)
]


@st.composite
def samples(draw):
    scores = st.integers(1, 10) | SCALARS
    rows = st.lists(scores, min_size=9, max_size=9) | st.fixed_dictionaries(
        dict.fromkeys(NAMES, scores), optional={"id": st.just("tag-1") | st.integers()}
    )
    values = st.lists(rows | VALUES, min_size=1, max_size=4)
    return draw(values | values.map(lambda found: {"samples": found}) | VALUES)


@st.composite
def requests(draw):
    headers = {"content-type": draw(st.sampled_from(TYPES))}
    for name in draw(st.lists(st.sampled_from([*HEADERS]), max_size=3)):
        headers[name] = draw(st.sampled_from(HEADERS[name]) | TEXT)
    content = draw(
        st.binary(max_size=200)
        | TEXT.map(lambda text: text.encode("utf-8", "surrogatepass"))
        | samples().map(lambda value: json.dumps(value).encode())
    )
    if draw(st.booleans()):
        content = gzip.compress(content, 1)
    body = draw(st.just(base64.b64encode(content).decode()) | TEXT | VALUES)
    return {
        "rawPath": draw(st.sampled_from(ALL_PATHS) | TEXT),
        "requestContext": {
            "requestId": "gw-1",
            "http": {"method": draw(st.sampled_from((*METHODS, *ODD_METHODS)) | TEXT)},
        },
        "headers": headers,
        "queryStringParameters": draw(st.none() | st.dictionaries(TEXT, TEXT, max_size=2)),
        "body": body,
        "isBase64Encoded": draw(st.booleans()),
    }


def holds(event, **options):
    assert bar.judge(json.loads(json.dumps(event)), **options).breaches == ()


@UNHURRIED
@given(VALUES)
def test_any_json_value_as_an_event_is_answered(event):
    holds(event, canaries=False)


@UNHURRIED
@given(requests())
def test_any_request_is_answered_within_the_bar(event):
    holds(event)


@UNHURRIED
@given(
    st.dictionaries(st.sampled_from(["name", "shape", "datatype", "data", "parameters"]), VALUES),
    VALUES,
    st.text("0123456789+- ", max_size=12) | TEXT,
)
def test_any_inference_request_is_answered_within_the_bar(changes, outputs, length):
    scores = {"name": "scores", "shape": [1, 9], "datatype": "INT64", "data": [5] * 9}
    holds(
        bar.NORMAL
        | {
            "rawPath": f"/v2/models/{ARTIFACT.name}/infer",
            "headers": {"inference-header-content-length": length} if len(length) % 2 else {},
            "body": json.dumps({"inputs": [scores | changes], "outputs": outputs}),
        }
    )


def test_the_bar_sees_what_it_must_see(monkeypatch):
    def repeat(event, _):
        print(json.dumps({"message": WORD}))
        body = json.dumps({"x": event["body"] * 400})
        return {"statusCode": 422, "headers": {}, "body": body, "isBase64Encoded": False}

    monkeypatch.setattr(bar.app, "handler", repeat)
    found = bar.judge({"body": WORD}).breaches
    assert "repeats what was sent" in found
    assert "logs what was sent" in found
    assert "a refusal that is no problem document" in found
    assert any("bytes for 0 samples" in breach for breach in found)
    monkeypatch.setattr(bar.app, "handler", lambda *_: 1 / 0)
    assert bar.judge({}).breaches == ("raised ZeroDivisionError: division by zero",)
    monkeypatch.setattr(bar.app, "handler", lambda *_: {"statusCode": 500})
    assert bar.judge({}).breaches == ("status 500",)


def test_the_canary_number_is_distinguished_from_our_own_digits(monkeypatch):
    def log(text):
        monkeypatch.setattr(bar.app, "handler", lambda *_: print(text) or {"statusCode": 500})
        return bar.judge({}).breaches

    assert "logs what was sent" in log(f'{{"got": -{NUMBER}.5}}')
    assert "logs what was sent" in log(f'{{"got": "mitoses{NUMBER}"}}')
    assert log(f'{{"duration_ms": 0.3{NUMBER}, "timestamp": 17{NUMBER}21}}') == ("status 500",)
