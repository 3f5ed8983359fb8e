"""From an upload to results: against moto's S3, with the Map played in between."""

import csv
import hashlib
import io
import json

import pytest

from cytology.artifact import load_artifact
from cytology.schema import load_schema
from job.clerk import Clerk, Refused
from job.score import score_event
from job.store import Store
from predict.engines import load_engine
from tests.bulk.test_runner import FAULTY_ROWS, TRICKY
from tests.conftest import ROOT
from tests.job.distributed_map import BUCKET, batches, read_items, write_results

SCHEMA = load_schema()
ARTIFACT = load_artifact(str(ROOT / "artifact"))
ENGINE = load_engine(ARTIFACT, None)
CLERK = Clerk(SCHEMA, ARTIFACT.version)
HEADER = ",".join(["id", *SCHEMA.names, "class"])
PLAIN = "\n".join([HEADER, *[f"s{n},{n % 10 + 1},1,1,1,2,?,3,1,1,2" for n in range(25)]]) + "\n"


def put(s3, text, key="inbox/samples.csv"):
    s3.put_object(Bucket=BUCKET, Key=key, Body=text if isinstance(text, bytes) else text.encode())
    return key


def score(event):
    return json.loads(json.dumps(score_event(event, ENGINE, SCHEMA, ARTIFACT.version)))


def children(s3, job, size=4):
    return [(event, score(event)) for event in batches(read_items(s3, job), job, size)]


def finish(s3, store, job, succeeded, **options):
    details = write_results(s3, job, succeeded, **options)["ResultWriterDetails"]
    return CLERK.close(store, job, details["Key"])


def result(s3, job, name):
    return s3.get_object(Bucket=BUCKET, Key=f"{job['results']}/{name}")["Body"].read()


def table(content):
    return list(csv.DictReader(io.StringIO(content.decode())))


@pytest.fixture
def store(s3):
    return Store(s3, BUCKET)


def run(s3, store, text, key="inbox/samples.csv", **options):
    job = CLERK.open(store, put(s3, text, key))
    closed = finish(s3, store, job, children(s3, job), **options)
    return job, closed


@pytest.mark.parametrize("compact", [True, False])
def test_a_plain_table_is_read_by_step_functions_and_comes_back_whole(compact, s3, store):
    job, closed = run(s3, store, PLAIN, compact=compact)

    assert (job["form"], job["read"]["key"]) == ("table", "inbox/samples.csv")
    assert closed["rows"] == closed["scored"] == 25
    results = table(result(s3, job, "results.csv"))
    assert [row["row"] for row in results] == [str(n) for n in range(1, 26)]
    [expected] = ENGINE.predict([(1, 1, 1, 1, 2, None, 3, 1, 1)], explain=False)
    assert float(results[0]["probability"]) == expected.probability
    summary = json.loads(result(s3, job, "summary.json"))
    assert sum(summary["confusion"]["benign"].values()) == 25


def test_the_manifest_holds_the_checksum_of_every_file(s3, store):
    job, _ = run(s3, store, PLAIN)

    manifest = json.loads(result(s3, job, "manifest.json"))

    assert set(manifest["files"]) == {"results.csv", "faults.csv", "summary.json"}
    for name, file in manifest["files"].items():
        content = result(s3, job, name)
        assert file == {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    assert manifest["source"]["sha256"] == hashlib.sha256(PLAIN.encode()).hexdigest()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_table_that_step_functions_would_misread_is_copied_first(end, delimiter, s3, store):
    text = "\ufeff" + end.join(TRICKY).replace(",", delimiter)

    job, closed = run(s3, store, text)

    assert job["form"] == "cells"
    assert job["read"]["key"].startswith("batches/")
    faulty = {int(row["row"]) for row in table(result(s3, job, "faults.csv"))}
    assert faulty == set(FAULTY_ROWS)
    assert closed["scored"] + closed["faulty"] == job["rows"] == 13
    messages = {row["message"] for row in table(result(s3, job, "faults.csv"))}
    assert "12 columns found, 11 needed" in messages


@pytest.mark.parametrize(
    "text",
    [
        PLAIN.replace("s3,", '"s,3",'),
        PLAIN.replace("s3,", '"s\n3",'),
        PLAIN.replace("s3,", "s\\3,"),
        PLAIN.replace("\ns3,", "\n\ns3,"),
        PLAIN.replace("s3,", "s3,,"),
        PLAIN.replace("s3,", "é" * 5000 + ","),
        PLAIN.removeprefix(HEADER + "\n"),
    ],
    ids=["quote", "line end", "backslash", "blank line", "wide", "long", "no header"],
)
def test_whatever_could_be_read_in_two_ways_is_copied(text, s3, store):
    job, closed = run(s3, store, text)

    assert job["form"] == "cells"
    assert closed["scored"] + closed["faulty"] == closed["rows"] == 25
    assert closed["unscored"] == 0


def test_json_lines_are_read_as_strictly_as_a_request(s3, store):
    lines = ['{"id": "a", ' + ", ".join(f'"{name}": 1' for name in SCHEMA.names) + "}"]
    lines += ["[5,1,1,1,2,null,3,1,1]", "", "{", '{"mitoses": 1, "mitoses": 2}']

    job, closed = run(s3, store, "\n".join(lines).encode() + b"\n\xff\n", key="inbox/a.jsonl")

    assert (job["form"], job["rows"], job["labelled"]) == ("lines", 5, False)
    assert (closed["scored"], closed["faulty"]) == (2, 3)
    assert "confusion" not in json.loads(result(s3, job, "summary.json"))


def test_failed_and_pending_batches_end_as_faults_and_the_job_stays_open(s3, store):
    job = CLERK.open(store, put(s3, PLAIN))
    all_children = children(s3, job)
    (failed, _), (pending, _), *rest = all_children

    closed = finish(s3, store, job, rest, failed=[(failed, "Lambda.Unknown")], pending=[pending])

    assert (closed["unscored"], closed["scored"]) == (8, 17)
    faults = table(result(s3, job, "faults.csv"))
    assert faults[0]["message"] == "not scored: Lambda.Unknown"
    assert faults[7]["message"] == "not scored: pending"
    assert b"the cause" not in result(s3, job, "faults.csv")
    again = CLERK.open(store, "inbox/samples.csv")
    assert not again["finished"]
    closed = finish(s3, store, again, all_children)
    assert (closed["unscored"], closed["scored"]) == (0, 25)


def test_repeats_and_any_order_change_no_byte_of_the_results(s3, store):
    job, _ = run(s3, store, PLAIN)
    names = ("results.csv", "faults.csv")
    before = [result(s3, job, name) for name in names]

    closed = finish(s3, store, job, [*reversed(children(s3, job, 3)), *children(s3, job, 7)])

    assert closed["repeated"] == 25
    assert [result(s3, job, name) for name in names] == before


def test_the_same_content_is_the_same_job_and_is_not_done_twice(s3, store):
    job, _ = run(s3, store, PLAIN)

    again = CLERK.open(store, put(s3, PLAIN, "inbox/other-name.csv"))
    other = CLERK.open(store, put(s3, PLAIN + "s,1,1,1,1,2,?,3,1,1,2\n"))

    assert (again["job"], again["finished"]) == (job["job"], True)
    assert other["job"] != job["job"]
    assert not other["finished"]


def test_a_file_replaced_meanwhile_is_read_as_it_was(s3, store):
    job = CLERK.open(store, put(s3, PLAIN))
    put(s3, "something else")

    assert len(read_items(s3, job)) == 25


@pytest.mark.parametrize(
    ("key", "content", "message"),
    [
        ("inbox/a.csv", "a,b\n1,2\n", "2 columns found"),
        ("inbox/a.csv", HEADER + "\n", "holds no samples"),
        ("inbox/a.csv", "", "empty"),
        ("inbox/a.csv", b"\xff\xfe\n", "not UTF-8"),
        ("inbox/a.csv", PLAIN + '"open', "unexpected end"),
        ("inbox/a.jsonl", "\n\n", "holds no samples"),
        ("inbox/a.xlsx", "PK", "must end in .csv"),
        ("inbox/a.csv", PLAIN + "1" * 2_000_000, "longer than"),
    ],
)
def test_what_is_no_file_of_samples_is_refused_in_words(key, content, message, s3, store):
    with pytest.raises(Refused, match=message):
        CLERK.open(store, put(s3, content, key))


def test_a_file_of_results_that_is_cut_short_stops_the_closing(s3, store):
    job = CLERK.open(store, put(s3, PLAIN))
    details = write_results(s3, job, children(s3, job))["ResultWriterDetails"]
    manifest = json.loads(s3.get_object(Bucket=BUCKET, Key=details["Key"])["Body"].read())
    key = manifest["ResultFiles"]["SUCCEEDED"][0]["Key"]
    content = s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    s3.put_object(Bucket=BUCKET, Key=key, Body=content[:-9])

    with pytest.raises(ValueError, match="cut short"):
        CLERK.close(store, job, details["Key"])
