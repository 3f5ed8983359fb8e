"""Spark's executors give the rows of one process, also when one of them is killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pyarrow.csv import read_csv
from pyarrow.parquet import read_table, write_table

from cytology.schema import load_schema
from tests.support import tables
from tests.support.paths import ROOT
from tests.support.required import spark_submit
from tests.support.rows import HEADER, hostile
from tests.support.scored import checksum, score

SCHEMA = load_schema()
ROWS = 12_000


@pytest.fixture(scope="module")
def submit(tmp_path_factory):
    """spark-submit with the wheel installed for it, as on a cluster."""
    program = spark_submit()
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet"]
    subprocess.run([*pip, "wheel", "--no-deps", "-w", str(folder), str(ROOT)], check=True)
    [wheel] = folder.glob("*.whl")
    site = str(folder / "site")
    subprocess.run([*pip, "install", "--no-deps", "--target", site, str(wheel)], check=True)
    python = str(program.with_name("python"))
    environment = {**os.environ, "PYTHONPATH": site, "PYSPARK_PYTHON": python}
    # Spark's own search for it fails where the clone's path has a space
    [home] = program.parents[1].glob("lib/python*/site-packages/pyspark")
    environment["SPARK_HOME"] = str(home)
    environment.pop("MODEL_DIR", None)  # the model of the wheel

    def start(master, source, target, *options):
        command = [str(program), "--master", master, *options]
        command += [
            "--conf",
            f"spark.executorEnv.PYTHONPATH={site}",
            "--conf",
            "spark.ui.enabled=false",
        ]
        command += [f"{site}/batch/spark.py", str(source), str(target)]
        with (folder / "log").open("wb") as log:
            return subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    start.log = folder / "log"
    return start


def told(submit):
    return submit.log.read_text()[-3_000:]


@pytest.fixture
def samples(tmp_path):
    """A CSV and a Parquet file of the same hostile rows; its ids are all different."""
    path = tmp_path / "samples.csv"
    rows = ([str(number), *row[1:]] for number, row in enumerate(hostile(ROWS)))
    path.write_text(tables.joined([HEADER, *rows]))
    table = read_csv(path, convert_options=tables.as_text(HEADER))
    write_table(table, tmp_path / "samples.parquet", row_group_size=1_000)
    return path


def executors():
    """Process ids of the executors of this user's Spark, by the name of their program."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if b"CoarseGrainedExecutorBackend" in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue  # it has ended
    return found


def test_a_killed_executor_loses_and_doubles_no_row(submit, samples, tmp_path, scorer):
    local = tmp_path / "local.parquet"
    score(samples, scorer, target=local)
    target = tmp_path / "spark.parquet"
    before = set(executors())
    settings = ("spark.sql.files.maxPartitionBytes=20k", "spark.sql.shuffle.partitions=2")
    options = [word for setting in settings for word in ("--conf", setting)]
    running = submit("local-cluster[2,1,1024]", samples.with_suffix(".parquet"), target, *options)
    # A task has written its part and more are to come
    while not list(target.glob("_temporary/0/task_*")):
        assert running.poll() is None, told(submit)
        time.sleep(0.02)
    found = set(executors()) - before
    os.kill(found.pop(), signal.SIGKILL)
    assert running.wait(timeout=900) == 0, told(submit)
    assert found
    assert checksum(read_table(target)) == checksum(read_table(local))
    assert read_table(target).num_rows == ROWS
