"""The command line: whole files, errors in place, retries, and going on where it stopped."""

import csv
import http.server
import io
import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import ClassVar

import pytest

from batch.__main__ import NONE_SCORED, SOME_REFUSED, main
from batch.files import ROWS_A_REQUEST, Options, predict_file, target_of
from batch.service import Answers, Refused, in_process, over_http
from cytology.measurements import Sample
from cytology.schema import load_schema
from tests.support.paths import ROOT
from tests.support.transports import http_server

SCHEMA = load_schema()
LINE = "5,1,1,1,2,1,3,1,1"
WRONG = "0,1,1,1,2,1,3,1,1"
HEADER = ",".join([*SCHEMA.names, "class"])
SAMPLES = [Sample((5, 1, 1, 1, 2, 1, 3, 1, 1))]


@pytest.fixture
def scorer(artifact_dir):
    return in_process(artifact_dir)


def score(path, scorer, ticks=None):
    options = Options(target_of(path), force=True)
    return predict_file(path, scorer, options, lambda *done: (ticks or []).append(done))


def lines_of(path):
    return list(csv.DictReader(io.StringIO(target_of(path).read_text(), newline="")))


def write(tmp_path, lines):
    path = tmp_path / "samples.csv"
    path.write_text("\n".join(lines))
    return path


def test_every_row_of_a_long_file_is_answered_once_and_in_order(tmp_path, scorer):
    names = ",".join(["id", *SCHEMA.names])
    path = write(tmp_path, [names, *(f"slide {number},{LINE}" for number in range(2_500))])
    ticks = []
    options = Options(target_of(path))
    predict_file(path, scorer, options, lambda *done: ticks.append(done))
    found = lines_of(path)
    assert [line["row"] for line in found] == [str(number) for number in range(1, 2_501)]
    assert [line["id"] for line in found] == [f"slide {number}" for number in range(2_500)]
    assert ticks == [(0, 2_500), (1_000, 2_500), (2_000, 2_500), (2_500, 2_500)]
    assert [entry.name for entry in tmp_path.iterdir() if "partial" in entry.name] == []


def test_a_part_without_a_valid_row_keeps_its_errors_and_its_place(tmp_path, scorer):
    path = write(tmp_path, [HEADER, *[f"{WRONG},2"] * ROWS_A_REQUEST, f"{LINE},2"])
    summary = score(path, scorer)
    found = lines_of(path)
    assert (found[0]["error_code"], found[0]["input"]) == ("out_of_range", f"{WRONG},2")
    last = found[-1]
    assert (last["row"], last["label"], last["class"]) == ("1001", "benign", "benign")
    assert (summary["rows"], summary["refused"], summary["answered"]) == (1_001, 1_000, 1)
    assert summary["errors"] == {"out_of_range": 1_000}
    assert summary["confusion"]["benign"] == {"benign": 1, "malignant": 0}


def counted(scorer, asked, fail_at=None):
    def call(samples):
        asked.append(len(samples))
        if len(asked) == fail_at:
            raise Refused("the network went away")
        return scorer.score(samples)

    return scorer._replace(score=call)


def test_an_interrupted_run_goes_on_behind_the_last_part(tmp_path, scorer):
    path = write(tmp_path, [LINE] * 2_500)
    asked = []
    interrupted = counted(scorer, asked, fail_at=2)

    with pytest.raises(Refused):
        score(path, interrupted)
    assert not target_of(path).exists()
    assert score(path, interrupted)["rows"] == 2_500
    assert asked == [1_000, 1_000, 1_000, 500]
    assert len(lines_of(path)) == 2_500


@pytest.mark.parametrize("change", ["input", "state"])
def test_a_changed_input_or_a_broken_state_starts_anew(tmp_path, scorer, change):
    path = write(tmp_path, [LINE] * 1_500)
    with pytest.raises(Refused):
        score(path, counted(scorer, [], fail_at=2))
    if change == "input":
        path.write_text("\n".join([WRONG] + [LINE] * 1_500))
    else:
        (tmp_path / "samples.predictions.csv.state").write_text("{")
    score(path, scorer)
    assert len(lines_of(path)) == 1_500 + (change == "input")


def test_one_file_is_never_scored_by_two_models(tmp_path, scorer):
    path = write(tmp_path, [LINE] * 1_500)
    models = iter(["first", "second"])
    changing = scorer._replace(
        score=lambda samples: Answers(scorer.score(samples).predictions, next(models))
    )
    with pytest.raises(Refused, match="changed from first to second"):
        score(path, changing)


def run(path, *arguments):
    return main([str(path), *arguments])


def test_the_status_says_whether_rows_were_refused(tmp_path, artifact_dir, capsys):
    assert run(write(tmp_path, [LINE, LINE])) == 0
    assert "2 rows: 2 answered" in capsys.readouterr().out
    assert run(write(tmp_path, [LINE, WRONG]), "--force") == SOME_REFUSED
    assert "1 times out_of_range" in capsys.readouterr().out
    assert run(write(tmp_path, [LINE, WRONG]), "--force", "--allow-errors") == 0
    assert run(write(tmp_path, [WRONG]), "--force") == NONE_SCORED


def test_a_file_is_not_overwritten_unasked(tmp_path, artifact_dir, capsys):
    path = write(tmp_path, [LINE])
    target_of(path).write_text("mine")
    assert run(path) == NONE_SCORED
    assert "--force" in capsys.readouterr().err
    assert target_of(path).read_text() == "mine"
    assert run(path, "--out", str(tmp_path / "other.csv")) == 0
    assert run(path, "--force") == 0


def test_a_pipe_is_answered_on_standard_output(tmp_path, artifact_dir):
    command = [sys.executable, "-m", "cytology", "predict", "-", "--json"]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'functions'}"}
    ran = subprocess.run(
        command, cwd=ROOT, env=environment, input=f"{LINE}\n", capture_output=True, text=True
    )

    assert ran.returncode == 0
    assert ran.stdout.splitlines()[1].split(",")[2] == "benign"
    assert json.loads(ran.stderr.splitlines()[-1])["answered"] == 1


def test_an_ambiguous_file_is_refused_with_the_readings_that_are_possible(tmp_path, capsys):
    path = write(tmp_path, [f"{LINE},2", f"{LINE},4"])
    assert run(path) == NONE_SCORED
    told = capsys.readouterr().out
    assert "the first row: 5 | 1 | 1" in told
    assert "--columns scores,class" in told
    assert run(path, "--columns", "scores,class") == 0
    assert "sensitivity 0.0%" in capsys.readouterr().out


def test_the_german_dialect_is_written_for_excel(tmp_path, artifact_dir):
    path = write(tmp_path, [LINE])
    run(path, "--dialect", "excel-de")
    content = target_of(path).read_bytes()
    assert content.startswith(b"\xef\xbb\xbfrow;id;label")
    assert b";0,0" in content
    assert b"\r\r" not in content


def test_a_service_gives_the_lines_of_this_process(tmp_path, artifact_dir):
    path = write(tmp_path, [LINE, WRONG, LINE.replace("1,3", "?,3")])
    with http_server() as transport:
        address = f"http://127.0.0.1:{transport.port}"
        assert run(path, "--url", address, "--out", str(tmp_path / "far.csv")) == SOME_REFUSED
    assert run(path) == SOME_REFUSED
    assert (tmp_path / "far.csv").read_text() == target_of(path).read_text()


class Moody(http.server.BaseHTTPRequestHandler):
    """Answers with the statuses it is given, one a request."""

    statuses: ClassVar[list[int]] = []
    seen: ClassVar[list[dict]] = []

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        status = self.statuses.pop(0)
        self.seen.append(dict(self.headers))
        entry = {"label": "benign", "probability": 0.5, "threshold": 0.1}
        document = {"title": "T", "detail": "D", "errors": [{"message": "M"}]}
        document |= {"predictions": [entry | {"prediction_set": []}], "model": {"version": "v"}}
        body = json.dumps(document)
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.send_header("x-model-version", "v")
        self.send_header("retry-after", "0")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


@contextmanager
def serving(handler):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def moody():
    Moody.seen = []
    with serving(Moody) as address:
        yield address


def test_later_is_asked_again_and_the_answer_is_passed_on(moody):
    Moody.statuses = [429, 503, 502, 504, 200]
    assert over_http(moody).score(SAMPLES).model == "v"
    assert len(Moody.seen) == 5


def test_a_fault_of_the_request_is_not_asked_again(moody):
    Moody.statuses = [422, 200]
    with pytest.raises(Refused, match="422: T: D; M"):
        over_http(moody).score(SAMPLES)
    assert len(Moody.seen) == 1


def test_a_key_is_shown_where_there_is_one(moody):
    Moody.statuses = [200, 200]

    over_http(moody).score(SAMPLES)
    over_http(moody, key="secret").score(SAMPLES)

    assert [seen.get("x-api-key") for seen in Moody.seen] == [None, "secret"]


@pytest.mark.parametrize("address", ["http://example.org", "http://10.0.0.1:8000", "example.org"])
def test_a_key_does_not_cross_a_network_in_the_clear(address):
    with pytest.raises(Refused, match="https only"):
        over_http(address, key="secret")


def test_a_key_is_not_carried_to_another_host(moody):
    class Astray(Moody):
        def end_headers(self):
            self.send_header("location", moody)
            super().end_headers()

        seen: ClassVar[list[dict]] = []
        statuses: ClassVar[list[int]] = [307]

    with serving(Astray) as address:
        Moody.statuses = [200]
        over_http(address.replace("127.0.0.1", "localhost"), key="secret").score(SAMPLES)

    assert [seen.get("x-api-key") for seen in Astray.seen] == ["secret"]
    assert [seen.get("x-api-key") for seen in Moody.seen] == [None]


def test_a_service_that_stays_away_is_named(moody):
    Moody.statuses = [503] * 9
    with pytest.raises(Refused, match="503"):
        over_http(moody, retries=2).score(SAMPLES)


def test_no_service_at_all_is_named():
    with pytest.raises(Refused, match=r"http://127.0.0.1:9 cannot be reached: Connection refused"):
        over_http("http://127.0.0.1:9")
