"""Dask scores what one process scores, whatever the form of the table and whoever dies."""

import csv
import json
import os
import signal
import subprocess
import sys

import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from distributed import LocalCluster

from benchmarks.bulk_table import write_table
from bulk.output import faults_path
from bulk.reference import checksums
from bulk.runner import score_table
from cytology.columns import InvalidTable
from cytology.schema import load_schema
from tests.conftest import ROOT

ARTIFACT = ROOT / "artifact"
SCHEMA = load_schema()
HEADER = ",".join(["id", *SCHEMA.names, "class"])
#: One of each kind that a reader may trip over; the comment says what becomes of it.
TRICKY = [
    HEADER,
    "a,5,1,1,1,2,1,3,1,1,2",  # plain
    "b,5,1,1,1,2,?,3,1,1,4",  # missing, as the data set spells it
    "c,5,1,1,1,2,,3,1,1,",  # missing, as a spreadsheet spells it; no label
    "",  # passed over
    "   ",  # passed over
    "d,5.0,1,1,1,2, 1 ,3,1,1,Benign",  # whole, with blanks, with the class's name
    "é,5,1,1,1,2,1,3,1,1,malignant",
    "e,11,1,1,1,2,1,3,1,1,2",  # out of range
    "f,x,,1,1,2,1,3,1,1,2",  # two faults
    "g,5,1,1,1,2,1,3,1,1,2,7",  # too wide
    "h,5,1,1",  # too narrow
    "i,5,1,1,1,2,1,3,1,1,3",  # no class
    "=1+1,5,1,1,1,2,1,3,1,1,2",  # a formula
    f"{'x' * 65},5,1,1,1,2,1,3,1,1,2",  # too long an id
    "j,10,10,10,10,10,10,10,10,10,4",
]
FAULTY_ROWS = [6, 7, 8, 9, 10, 12]


@pytest.fixture(scope="module")
def cluster():
    """Workers that all tests share; their address is that of a scheduler, as on a cluster."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs="CRITICAL"
    ) as found:
        yield found.scheduler_address


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def score(path, target, cluster, **options):
    return score_table(path, target, ARTIFACT, scheduler=cluster, **options)


def in_one_process(path):
    found = checksums(path, ARTIFACT)
    return found.rows, found.scores_sha256, found.faults_sha256


def as_checksums(summary):
    return summary["rows"], summary["scores_sha256"], summary["faults_sha256"]


@pytest.mark.parametrize("block_bytes", [70, 10_000])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("quoted", [False, True])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_row_is_scored_or_has_its_faults_once(
    end, quoted, delimiter, block_bytes, tmp_path, cluster
):
    lines = list(TRICKY)
    if quoted:
        lines[1] = '"a ""quoted"", and' + end + 'broken",' + lines[1][2:]
        lines.append('"k",5,1,1,1,2,1,3,1,1,"2"')
    path = tmp_path / "tricky.csv"
    text = end.join(lines).replace(",", delimiter) if not quoted else end.join(lines)
    path.write_text("\ufeff" + text, newline="")

    written = score(path, tmp_path / "out.csv", cluster, block_bytes=block_bytes)

    results, faults = rows_of(written.results), rows_of(written.faults)
    scored = [int(row["row"]) for row in results]
    faulty = {int(row["row"]) for row in faults}
    assert sorted([*scored, *faulty]) == list(range(1, written.summary["rows"] + 1))
    assert scored == sorted(scored)
    # A line end within an id is a fault too
    assert faulty == {*FAULTY_ROWS, *([1] if quoted else [])}
    assert as_checksums(written.summary) == in_one_process(path)
    ids = {row["id"] for row in results}
    assert {"b", "é", "'=1+1"} <= ids
    assert sum(row["class"] == "" for row in results) == 1


def test_the_faults_are_worded_as_by_the_api(tmp_path, cluster):
    path = tmp_path / "tricky.csv"
    path.write_text("\n".join(TRICKY))

    written = score(path, tmp_path / "out.csv", cluster)

    first = SCHEMA.names[0]
    faults = [(row["row"], row["field"], row["message"]) for row in rows_of(written.faults)]
    assert faults[0] == ("6", first, f"{first} must be a whole number from 1 to 10, got 11")
    assert [row for row, *_ in faults].count("7") == 2
    assert faults[3:5] == [
        ("8", "", "12 columns found, 11 needed"),
        ("9", "", "4 columns found, 11 needed"),
    ]


def test_parquet_in_and_out_says_what_csv_says(tmp_path, cluster):
    table = tmp_path / "samples.csv"
    write_table(table, 3_000)
    frame = pacsv.read_csv(table, convert_options=pacsv.ConvertOptions(null_values=["?"]))
    pq.write_table(frame, tmp_path / "samples.parquet", row_group_size=700)

    written = score(tmp_path / "samples.parquet", tmp_path / "out.parquet", cluster)

    assert written.summary["blocks"] == 5
    assert as_checksums(written.summary) == in_one_process(table)
    assert pq.read_table(written.results)["row"].to_pylist() == list(range(1, 3_001))
    assert pq.read_table(faults_path(written.results)).num_rows == 0


def test_a_table_without_names_is_read_by_its_shape(tmp_path, cluster):
    path = tmp_path / "bare.csv"
    path.write_text("5,1,1,1,2,1,3,1,1\n10,10,10,10,10,10,10,10,10\n")

    written = score(path, tmp_path / "out.csv", cluster)

    assert [row["label"] for row in rows_of(written.results)] == ["benign", "malignant"]
    assert "confusion" not in written.summary


def test_what_is_no_table_of_samples_is_refused(tmp_path, cluster):
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")

    with pytest.raises(InvalidTable):
        score(path, tmp_path / "out.csv", cluster)


def test_a_killed_worker_loses_nothing_and_repeats_nothing(tmp_path):
    path = tmp_path / "samples.csv"
    faulty = write_table(path, 200_000)
    killed = []

    def kill_once(client, _done):
        if not killed:
            [pid, *_] = client.run(os.getpid).values()
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)

    written = score_table(
        path, tmp_path / "out.csv", ARTIFACT, workers=2, block_bytes=2**19, watch=kill_once
    )

    assert killed
    assert (written.summary["rows"], written.summary["faulty"]) == (200_000, faulty)
    assert as_checksums(written.summary) == in_one_process(path)
    assert written.summary["peak_bytes_per_worker"] < 2**30
    confusion = written.summary["confusion"]
    assert sum(sum(row.values()) for row in confusion.values()) == written.summary["scored"]


def test_a_run_that_was_broken_off_goes_on_where_it_stopped(tmp_path, cluster):
    path = tmp_path / "samples.csv"
    write_table(path, 20_000)
    target = tmp_path / "out.csv"

    class Broken(Exception):
        pass

    seen = []

    def break_off(_client, done):
        seen.append(done)
        if len(seen) == 3:
            raise Broken

    with pytest.raises(Broken):
        score(path, target, cluster, block_bytes=2**16, watch=break_off)
    parts = target.with_name("out.csv.parts")
    before = {part.name: part.stat().st_mtime_ns for part in parts.glob("*.json")}
    assert len(before) >= 3
    assert not target.exists()

    kept = {}

    def look(_client, _done):
        kept.update({part.name: part.stat().st_mtime_ns for part in parts.glob("*.json")})

    written = score(path, target, cluster, block_bytes=2**16, watch=look)

    assert {name: kept[name] for name in before} == before
    assert as_checksums(written.summary) == in_one_process(path)
    assert not parts.exists()


def test_a_model_without_a_scorecard_is_scored_too(forest_dir, tmp_path, cluster):
    path = tmp_path / "samples.csv"
    path.write_text("\n".join(TRICKY))

    written = score_table(path, tmp_path / "out.csv", forest_dir, scheduler=cluster)

    found = checksums(path, forest_dir)
    assert as_checksums(written.summary) == (found.rows, found.scores_sha256, found.faults_sha256)


def test_the_command_writes_results_faults_and_a_summary(tmp_path):
    path = tmp_path / "tricky.csv"
    path.write_text("\n".join(TRICKY))
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'functions'}"}

    ran = subprocess.run(
        [sys.executable, "-m", "bulk", str(path), "--workers", "1"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    assert [line.rpartition("/")[2] for line in ran.stdout.splitlines()] == [
        "tricky.predictions.csv",
        "tricky.predictions.faults.csv",
        "tricky.predictions.summary.json",
    ]
    summary = json.loads((tmp_path / "tricky.predictions.summary.json").read_text())
    assert summary["faulty"] == len(FAULTY_ROWS)
    assert "row" in ran.stderr  # the progress bar


def test_the_command_says_what_is_wrong_in_a_line(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'functions'}"}
    command = [sys.executable, "-m", "bulk", str(path)]

    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    assert "columns found" in ran.stderr
