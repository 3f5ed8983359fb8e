"""What the fuzzers found once, kept as the smallest request that shows it."""

import base64
import gzip
import json

import pytest

from tests.hostile import bar
from tests.hostile.bodies import NAMES, NUMBER, WORD

BENIGN = [5, 1, 1, 1, 2, 1, 3, 1, 1]
INFER = f"/v2/models/{bar.app.service.artifact.name}/infer"


def event(body, kind="application/json", path="/v1/predict", **headers):
    return bar.NORMAL | {"rawPath": path, "headers": {"content-type": kind} | headers, "body": body}


def inference(**changes):
    tensor = {"name": "x", "shape": [1, 9], "datatype": "INT64", "data": BENIGN}
    known = {name: changes[name] for name in tensor if name in changes}
    rest = {name: value for name, value in changes.items() if name not in tensor}
    return json.dumps({"inputs": [tensor | known]} | rest)


@pytest.mark.parametrize(
    "found",
    [
        # 500: int() refuses more than 4,300 digits, in a header and in a shape's product
        event(inference(), path=INFER, **{"inference-header-content-length": "9" * 5_000}),
        event(inference(shape=[10**4_000] * 2), path=INFER),
        # An id with half a surrogate pair, which the runtime client cannot encode
        event(inference(id="\ud800"), path=INFER),
        # The product of a shape, repeated to the caller
        event(inference(shape=[NUMBER, 1]), path=INFER),
        # Both lists of errors together were longer than 2 KB
        event(inference(data=[NUMBER] * 9), path=INFER),
        # Quadratic in the columns of a header: half an hour for a megabyte
        event("mitoses," + ",".join(f"c{number}" for number in range(150_000)), "text/csv"),
        # Names were compared for every sample: seconds for a megabyte
        event(json.dumps({"samples": [{f"mitose{'abcdef'[n % 6]}s": 1} for n in range(10_000)]})),
        # Names of columns and of fields, repeated to the caller
        event(f"mitoses,{WORD},{WORD}", "text/csv"),
        event(json.dumps({WORD: 1})),
        event(json.dumps(dict.fromkeys(NAMES, NUMBER) | {f"mitose{c}": 1 for c in "abcdefgh"})),
        # A request id that is none
        bar.NORMAL | {"requestContext": {"requestId": f"{WORD}\r\nset-cookie: x"}},
    ],
)
def test_every_input_that_led_to_a_fix_keeps_the_rules(found):
    assert bar.judge(found).breaches == ()


@pytest.mark.parametrize(
    "tail", [b"x", gzip.compress(b"6,1,1,1,2,1,3,1,1\n")], ids=["one byte", "another member"]
)
def test_what_follows_a_gzipped_body_is_refused_and_not_dropped_in_silence(tail):
    body = gzip.compress(b"5,1,1,1,2,1,3,1,1\n") + tail
    outcome = bar.judge(
        event(base64.b64encode(body).decode(), "text/csv", **{"content-encoding": "gzip"})
        | {"isBase64Encoded": True}
    )
    assert (outcome.status, outcome.breaches) == (400, ())
