"""The client: whole files, errors in place, retries, and going on where it stopped."""

import csv
import http.server
import io
import json
import threading
from contextlib import contextmanager
from typing import ClassVar

import pytest

from batch.files import ROWS_A_REQUEST, predict_file, target_of
from batch.service import Answer, Refused, in_process, over_http
from cytology.columns import InvalidTable
from cytology.schema import load_schema

SCHEMA = load_schema()
LINE = "5,1,1,1,2,1,3,1,1"
WRONG = "0,1,1,1,2,1,3,1,1"
HEADER = ",".join([*SCHEMA.names, "class"])


@pytest.fixture
def predict(artifact_dir):
    return in_process(artifact_dir)


def score(path, predict, ticks=None):
    return predict_file(path, predict, SCHEMA, lambda *done: (ticks or []).append(done))


def lines_of(path):
    return list(csv.DictReader(io.StringIO(path.read_text(), newline="")))


def write(tmp_path, lines):
    path = tmp_path / "samples.csv"
    path.write_text("\n".join(lines))
    return path


def test_every_row_of_a_long_file_is_answered_once_and_in_order(tmp_path, predict):
    path = write(tmp_path, [f"slide {number},{LINE}" for number in range(2_500)])
    ticks = []
    found = lines_of(predict_file(path, predict, SCHEMA, lambda *done: ticks.append(done)))
    assert [line["row"] for line in found] == [str(number) for number in range(1, 2_501)]
    assert [line["id"] for line in found] == [f"slide {number}" for number in range(2_500)]
    assert ticks == [(0, 2_500), (1_000, 2_500), (2_000, 2_500), (2_500, 2_500)]
    assert [entry.name for entry in tmp_path.iterdir() if "partial" in entry.name] == []


def test_a_part_without_a_valid_row_keeps_its_faults_and_its_place(tmp_path, predict):
    path = write(tmp_path, [HEADER, *[f"{WRONG},2"] * ROWS_A_REQUEST, f"{LINE},2"])
    found = lines_of(score(path, predict))
    assert found[0]["error"].startswith("clump_thickness must be a whole number")
    assert (found[-1]["row"], found[-1]["label"], found[-1]["class"]) == (
        "1001",
        "benign",
        "benign",
    )


def test_an_interrupted_run_goes_on_behind_the_last_part(tmp_path, predict):
    path = write(tmp_path, [LINE] * 2_500)
    asked = []

    def interrupted(table):
        asked.append(table.count("\n") - 1)
        if len(asked) == 2:
            raise Refused("the network went away")
        return predict(table)

    with pytest.raises(Refused):
        score(path, interrupted)
    assert not target_of(path).exists()
    score(path, interrupted)
    assert asked == [1_000, 1_000, 1_000, 500]
    assert len(lines_of(target_of(path))) == 2_500


@pytest.mark.parametrize("change", ["input", "state"])
def test_a_changed_input_or_a_broken_state_starts_anew(tmp_path, predict, change):
    path = write(tmp_path, [LINE] * 1_500)

    def once(table, calls=[]):  # noqa: B006 - counts over calls on purpose
        calls.append(1)
        if len(calls) > 1:
            raise Refused("gone")
        return predict(table)

    with pytest.raises(Refused):
        score(path, once)
    if change == "input":
        path.write_text("\n".join([WRONG] + [LINE] * 1_500))
    else:
        target_of(path).with_suffix(".csv.state").write_text("{")
    found = lines_of(score(path, predict))
    assert len(found) == 1_500 + (change == "input")


def test_one_file_is_never_scored_by_two_models(tmp_path, predict):
    path = write(tmp_path, [LINE] * 1_500)
    models = iter(["first", "second"])
    with pytest.raises(Refused, match="changed from first to second"):
        score(path, lambda table: Answer(predict(table).table, next(models)))


def test_a_file_that_is_no_table_is_refused_before_anything_is_sent(tmp_path):
    with pytest.raises(InvalidTable, match="columns found"):
        score(write(tmp_path, ["1,2,3"]), lambda table: pytest.fail("sent"))


class Moody(http.server.BaseHTTPRequestHandler):
    """Answers with the statuses it is given, one a request."""

    statuses: ClassVar[list[int]] = []
    seen: ClassVar[list[dict]] = []

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        status = self.statuses.pop(0)
        self.seen.append(dict(self.headers))
        body = json.dumps({"title": "T", "detail": "D", "errors": [{"message": "M"}]})
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
    assert over_http(moody)("table").model == "v"
    assert len(Moody.seen) == 5


def test_a_fault_of_the_request_is_not_asked_again(moody):
    Moody.statuses = [422, 200]
    with pytest.raises(Refused, match="422: T: D; M"):
        over_http(moody)("table")
    assert len(Moody.seen) == 1


def test_a_key_is_shown_where_there_is_one(moody):
    Moody.statuses = [200, 200]

    over_http(moody)("table")
    over_http(moody, key="secret")("table")

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
        over_http(address.replace("127.0.0.1", "localhost"), key="secret")("table")

    assert [seen.get("x-api-key") for seen in Astray.seen] == ["secret"]
    assert [seen.get("x-api-key") for seen in Moody.seen] == [None]


def test_a_service_that_stays_away_is_named(moody):
    Moody.statuses = [503] * 9
    with pytest.raises(Refused, match="503"):
        over_http(moody, retries=2)("table")


def test_no_service_at_all_is_named():
    with pytest.raises(Refused, match="did not answer"):
        over_http("http://127.0.0.1:9", retries=0)("table")
