"""What is sent is found again in its own answer at most: in no log, metric or other answer."""

import json
import tempfile

import pytest

from predict import app
from tests.support.canaries import NAMES, Canary, Maker, canaries, traces
from tests.support.required import required
from tests.support.transports import emulator, http_server

REQUESTS = canaries()


def name_of(canary):
    return f"{canary.method} {canary.path.partition('?')[0]} {canary.status}"


def said(answer):
    return f"{answer.headers} {answer.body.decode(errors='replace')}"


def send(transport, canary):
    return transport.request(canary.method, canary.path, canary.headers, canary.body)


@pytest.mark.parametrize("canary", REQUESTS, ids=name_of)
def test_a_request_leaves_no_trace_but_in_its_own_answer(transport, capfd, canary):
    answer = send(transport, canary)
    logged = "".join(capfd.readouterr())
    after = transport.request("GET", "/v1/health")

    assert answer.status == canary.status, answer.body
    assert '"message": "answered"' in logged or '"message":"answered"' in logged
    assert traces(logged, canary) == []
    assert traces(said(answer), canary, but=canary.echoed) == []
    assert traces(said(after), canary) == []


def test_no_answer_holds_anything_of_another_request(transport):
    answers = [said(send(transport, canary)) for canary in REQUESTS]
    for index, canary in enumerate(REQUESTS):
        for other, text in enumerate(answers):
            # Four requests share the header values that they try
            if other != index and REQUESTS[other].marks != canary.marks:
                assert traces(text, canary) == [], (name_of(canary), name_of(REQUESTS[other]))


@pytest.mark.parametrize(
    "event",
    ["{}", [], {"body": "{}"}, {"version": "2.0", "rawPath": "{}", "body": "{}"}, {"{}": "{}"}],
    ids=str,
)
def test_an_event_that_is_no_request_leaves_no_trace(transport, capfd, event):
    mark = Maker(1).text()
    planted = json.loads(json.dumps(event).replace("{}", mark)) if "{}" in str(event) else event

    result = transport.invoke(planted)

    logged = "".join(capfd.readouterr())
    assert mark not in logged
    assert mark not in json.dumps(result)


def test_a_body_that_is_not_its_base64_leaves_no_trace(transport, capfd):
    mark = Maker(2).text()
    context = {"http": {"method": "POST", "path": "/v1/predict"}}
    event = {"version": "2.0", "rawPath": "/v1/predict", "requestContext": context}
    event |= {"headers": {"content-type": "text/csv"}, "body": f"*{mark}", "isBase64Encoded": True}

    result = transport.invoke(event)

    assert result["statusCode"] == 400
    assert mark not in "".join(capfd.readouterr()) + json.dumps(result)


def test_a_failure_of_the_service_leaves_no_trace_though_its_text_quotes_the_sample(
    transport, capfd, monkeypatch
):
    make = Maker(3)
    row, mark = make.row(), make.text()

    def fail(service, request):
        raise ValueError(f"cannot score {mark}: {row} in {request.body}")

    monkeypatch.setattr(app, "answer", fail)
    body = json.dumps({"samples": [{"id": mark, **dict(zip(NAMES, row, strict=True))}]}).encode()
    canary = Canary(
        "POST", "/v1/predict", {"content-type": "application/json"}, body, (mark,), (row,)
    )

    answer = send(transport, canary)

    logged = "".join(capfd.readouterr())
    assert answer.status == 500
    assert '"failed"' in logged
    assert traces(logged + said(answer), canary) == []


@pytest.mark.parametrize("run", [emulator, http_server])
def test_neither_the_runtime_s_output_nor_its_temporary_files_keep_anything(
    run, tmp_path, monkeypatch
):
    # Where the transport puts its log, and apart from it where the service would put files
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    own = tmp_path / "own"
    own.mkdir()
    with required(), run({"TMPDIR": str(own)}) as transport:
        answers = [send(transport, canary) for canary in REQUESTS]
        [log] = tmp_path.glob("transport-*/log")
        logged = log.read_text()

    assert [answer.status for answer in answers] == [canary.status for canary in REQUESTS]
    assert logged.count('"answered"') >= len(REQUESTS)
    assert [trace for canary in REQUESTS for trace in traces(logged, canary)] == []
    assert list(own.rglob("*")) == []


def test_a_trace_would_be_found_in_any_form():
    make = Maker(4)
    row, mark = make.row(), make.text()
    canary = Canary("GET", "/", {}, b"", (mark,), (row,))
    for form in (json.dumps(row), str(row), ";".join(map(str, row)), " ".join(map(str, row))):
        assert traces(f"x {form} y", canary) == [str(row)]
    named = dict(zip(NAMES, row, strict=True))
    assert traces(f"{named} {json.dumps(named)} {mark}", canary) == [mark, str(row)]
    assert traces(f"{row[::-1]}", canary) == []
