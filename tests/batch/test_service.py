"""Files over HTTP: retries, 429, keys, stops, and every row once."""

import gzip
import http.server
import json
import random
import threading
from collections import Counter
from typing import ClassVar

import numpy as np
import pytest

from batch import Refused, service
from batch.__main__ import SOME_REFUSED, main, target_of
from batch.service import over_http
from cytology.schema import load_schema
from tests.support.scored import LINE, WRONG, lines_of, score, write
from tests.support.standin import serving
from tests.support.transports import http_server

SCHEMA = load_schema()
SCORES = np.array([[5, 1, 1, 1, 2, 1, 3, 1, 1]], dtype=float)
ANSWER = "label,probability,probability_low,probability_high,inconclusive,warnings,model"
HEADER = ",".join(["id", *SCHEMA.names])


def rows(count):
    return [HEADER, *(f"{n},5,1,1,1,2,{n % 10 + 1},3,{n % 9 + 1},1" for n in range(count))]


def test_a_service_gives_the_lines_of_this_process(tmp_path, artifact_dir):
    lines = [f"{n},{LINE}" for n in range(3)] + [f"3,{WRONG}", f"4,{LINE}".replace("1,3", "?,3")]
    path = write(tmp_path, [HEADER, *lines])
    with http_server() as transport:
        address = f"http://127.0.0.1:{transport.port}"
        far = tmp_path / "far.csv"
        assert main([str(path), "--url", address, "--out", str(far)]) == SOME_REFUSED
    assert main([str(path)]) == SOME_REFUSED
    assert far.read_text() == target_of(path).read_text()


class Moody(http.server.BaseHTTPRequestHandler):
    """Answers with the statuses it is given, one a request."""

    protocol_version = "HTTP/1.1"
    statuses: ClassVar[list[int]] = []
    seen: ClassVar[list[dict]] = []

    def do_POST(self):
        body = gzip.decompress(self.rfile.read(int(self.headers["content-length"])))
        self.seen.append(dict(self.headers))
        self.reply(self.statuses.pop(0), json.loads(body)["samples"])

    def reply(self, status, samples):
        lines = [f"benign,{sample[5] / 10},,,false,,v" for sample in samples]
        body = json.dumps({"title": "T", "detail": "D", "errors": [{"message": "M"}]})
        if status == 200:
            body = "\n".join([ANSWER, *lines])
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.send_header("retry-after", "0")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def moody():
    Moody.seen = []
    with serving(Moody) as address:
        yield address


def test_later_is_asked_again_and_the_answer_is_passed_on(moody):
    Moody.statuses = [429, 503, 502, 504, 200]
    assert over_http(moody).score(SCORES).model == "v"
    assert len(Moody.seen) == 5


def test_an_error_of_the_request_is_not_asked_again(moody):
    Moody.statuses = [422, 200]
    with pytest.raises(Refused, match="422: T: D; M"):
        over_http(moody).score(SCORES)
    assert len(Moody.seen) == 1


def test_a_key_is_shown_where_there_is_one(moody):
    Moody.statuses = [200, 200]
    over_http(moody).score(SCORES)
    over_http(moody, key="secret").score(SCORES)
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
        over_http(address.replace("127.0.0.1", "localhost"), key="secret").score(SCORES)
    assert [seen.get("x-api-key") for seen in Astray.seen] == ["secret"]
    assert [seen.get("x-api-key") for seen in Moody.seen] == [None]


def test_a_service_that_stays_away_is_named(moody):
    Moody.statuses = [503] * 9
    with pytest.raises(Refused, match="503"):
        over_http(moody, retries=2).score(SCORES)


def test_no_service_at_all_is_named():
    with pytest.raises(Refused, match=r"http://127.0.0.1:9 cannot be reached: Connection refused"):
        over_http("http://127.0.0.1:9")


def stormy(share):
    """A service that refuses or drops a share of the requests."""

    class Stormy(Moody):
        chance = random.Random(3)
        answered, given = Counter(), Counter()

        def reply(self, status, samples):
            status = 200
            if self.chance.random() < share:
                status = self.chance.choice([429, 429, 429, 502, 503, 0])
            self.given[status] += 1
            if not status:
                self.close_connection = True  # killed while it answers
                return
            super().reply(status, samples)

        def do_POST(self):
            self.statuses.append(200)
            super().do_POST()

    return Stormy


def test_a_storm_loses_and_doubles_no_row(tmp_path, monkeypatch):
    monkeypatch.setattr(service, "FIRST_PAUSE", 0.002)
    path = write(tmp_path, rows(20_000))
    storm = stormy(0.5)
    with serving(storm) as address:
        scorer = over_http(address, retries=40, parallel=16)
        summary = score(path, scorer, workers=16, block=10_000)
    found = lines_of(target_of(path))
    assert [line["id"] for line in found] == [str(number) for number in range(20_000)]
    assert [float(line["probability"]) for line in found] == [
        (number % 10 + 1) / 10 for number in range(20_000)
    ]
    assert summary["rows"] == 20_000
    assert {429, 502, 503, 0} <= storm.given.keys()


def test_a_run_that_is_ended_by_the_service_sends_the_rest_only(tmp_path):
    sent = []

    class Ending(stormy(0)):
        def reply(self, status, samples):
            sent.append(len(samples))
            if len(sent) == 20:
                Moody.reply(self, 403, samples)
            else:
                super().reply(status, samples)

    path = write(tmp_path, rows(20_000))
    partial = tmp_path / "samples.predictions.csv.partial"
    with serving(Ending) as address:
        with pytest.raises(Refused, match="403"):
            score(path, over_http(address, parallel=4), workers=4, block=25_000)
        kept = sum(json.loads(part.read_text())["rows"] for part in partial.glob("[0-9]*.json"))
        sent.clear()
        sent += [0] * 20
        score(path, over_http(address, parallel=4), workers=4, block=25_000)
    assert kept > 0
    assert sum(sent) == 20_000 - kept
    found = lines_of(target_of(path))
    assert [line["row"] for line in found] == [str(number + 1) for number in range(20_000)]


def test_requests_are_sent_in_parallel(tmp_path):
    eight = threading.Event()

    class Waiting(stormy(0)):
        def reply(self, status, samples):
            self.answered[status] += 1
            if self.answered.total() >= 8:
                eight.set()
            assert eight.wait(10)  # nobody is answered before eight have asked
            super().reply(status, samples)

    path = write(tmp_path, rows(8_000))
    with serving(Waiting) as address:
        summary = score(path, over_http(address, parallel=8), workers=8, block=15_000)
    assert summary["rows"] == 8_000
