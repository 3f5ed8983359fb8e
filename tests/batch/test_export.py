"""Every export gives the answers of the conformance pack, on the real engine it is written for."""

import csv
import io
import json
import os
import platform
import sqlite3
import subprocess
from operator import itemgetter

import duckdb
import numpy as np
import pytest
from python_calamine import CalamineWorkbook
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from batch.export import NoExport, load_model
from batch.export.__main__ import main
from batch.export.conformance import rows_of, write_pack
from batch.export.script import write_module, write_page
from batch.export.sheet import write_workbook
from batch.export.sql import write_query
from cytology.artifact import load_artifact
from cytology.schema import load_schema
from runtime.engines import load_engine
from tests.support.postgres import database
from tests.support.required import needs, required, spark_submit
from tests.support.scored import compiled_copy
from training.dataset import load_dataset

SCHEMA = load_schema()
#: Units in the last place of a probability: databases on this machine call the C library's e^x and
#: logarithm, as Python does. Its log1p has fused steps from glibc 2.39 on, which SQL has not.
HAS_FUSED_LOG1P = tuple(map(int, platform.libc_ver()[1].split("."))) >= (2, 39)
MOST_ULPS = 8 if HAS_FUSED_LOG1P else 1
#: V8 and Java have an e^x of their own. A last bit that differs is multiplied by the calibration,
#: and again by the average over up to a thousand rows.
MOST_ULPS_ELSEWHERE = 2
MOST_ULPS_OF_AVERAGES = 8


@pytest.fixture(scope="module")
def model(artifact_dir):
    return load_model(str(artifact_dir))


@pytest.fixture(scope="module")
def pack(artifact_dir, model):
    """Rows, whole log-odds and probabilities, as the command writes them."""
    _, *lines = write_pack(str(artifact_dir), model)
    width = len(SCHEMA.names)
    return [(tuple(line[:width]), tuple(line[width : width + 2]), line[-1]) for line in lines]


def ulps(found, expected):
    found, expected = np.array(found, dtype=float), np.array(expected, dtype=float)
    return float(np.max(np.abs(found - expected) / np.spacing(expected), initial=0.0))


def in_duckdb(rows, query):
    with duckdb.connect() as opened:
        return _filled(opened, rows, query)


def in_sqlite(rows, query):
    opened = sqlite3.connect(":memory:")
    try:
        return _filled(opened, rows, query)
    finally:
        opened.close()


def _filled(opened, rows, query):
    columns = ", ".join(f"{name} INTEGER" for name in SCHEMA.names)
    opened.execute(f"CREATE TABLE samples (number INTEGER, {columns})")
    lines = ",".join(
        f"({number},{','.join('NULL' if v is None else str(v) for v in row)})"
        for number, row in enumerate(rows)
    )
    opened.execute(f"INSERT INTO samples VALUES {lines}")
    found = opened.execute(f"SELECT * FROM ({query}) AS answered ORDER BY number")
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


#: Runs where Spark is installed: rows and queries as JSON in, answers to each query out.
ASK_SPARK = """
import json, sys
from pyspark.sql import SparkSession
spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
names, rows, queries = json.load(open(sys.argv[1]))
columns = ", ".join(f"{name} INT" for name in names)
spark.createDataFrame([tuple(row) for row in rows], columns).createOrReplaceTempView("samples")
answers = [[row.asDict() for row in spark.sql(query).collect()] for query in queries]
json.dump(answers, open(sys.argv[2], "w"))
"""


def in_spark(rows, queries, folder):
    python = spark_submit().with_name("python")
    asked, answered = folder / "asked.json", folder / "answered.json"
    numbered = [[number, *row] for number, row in enumerate(rows)]
    asked.write_text(json.dumps([["number", *SCHEMA.names], numbered, queries]))
    # Spark would start another Python, the first python3 of the path, for its workers
    environment = {**os.environ, "PYSPARK_PYTHON": str(python)}
    command = [python, "-c", ASK_SPARK, asked, answered]
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return [sorted(found, key=itemgetter("number")) for found in json.loads(answered.read_text())]


def in_postgres(rows, query):
    with required(), database() as server:
        columns = ", ".join(f"{name} INTEGER" for name in SCHEMA.names)
        lines = "".join(
            f"{number},{','.join('' if v is None else str(v) for v in row)}\n"
            for number, row in enumerate(rows)
        )
        server.execute(
            f"CREATE TABLE samples (number INTEGER, {columns});\n"
            f"COPY samples FROM STDIN (FORMAT csv);\n{lines}\\.\n"
        )
        query = query.replace("\n", " ")
        names = server.execute(
            f"CREATE VIEW answered AS {query};\n"
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_name = 'answered' ORDER BY ordinal_position"
        )
        found = server.execute("SELECT * FROM answered ORDER BY number")
    return [
        {name: _typed(name, cell) for (name,), cell in zip(names, row, strict=True)}
        for row in found
    ]


def _typed(name, cell):
    if not cell or name == "label":
        return cell or None
    return int(cell) if name.startswith("log_odds_") or name == "number" else float(cell)


ENGINES = {"duckdb": in_duckdb, "sqlite": in_sqlite, "postgresql": in_postgres}


def adds_as_the_pack(found, pack, most_ulps):
    assert [(f["log_odds_low"], f["log_odds_high"]) for f in found] == [ends for _, ends, _ in pack]
    complete = [(f, p) for f, (row, _, p) in zip(found, pack, strict=True) if None not in row]
    expected = [probability for _, probability in complete]
    for end in ("low", "high"):
        assert ulps([f[f"probability_{end}"] for f, _ in complete], expected) <= most_ulps


@pytest.mark.parametrize("dialect", ENGINES)
def test_a_database_adds_to_the_last_integer(dialect, model, pack):
    found = ENGINES[dialect]([row for row, *_ in pack], write_query(model, dialect))
    adds_as_the_pack(found, pack, MOST_ULPS)


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite"])
def test_a_database_names_the_label_unless_a_missing_value_decides_it(
    dialect, model, pack, artifact
):
    rows = [row for row, _, probability in pack if probability is not None][:3_000]
    answers = load_engine(artifact, None).predict(rows, explain=False)
    expected = [
        None if any(w.code == "decisive_missing_score" for w in a.warnings) else a.label
        for a in answers
    ]
    found = ENGINES[dialect](rows, write_query(model, dialect))
    assert [f["label"] for f in found] == expected
    assert {None, *SCHEMA.class_names} == set(expected)


def test_a_value_that_the_model_does_not_know_has_no_answer(model):
    [found] = in_duckdb([(11, *[1] * 8)], write_query(model, "duckdb"))
    assert (found["log_odds_low"], found["label"]) == (None, None)


def test_a_table_or_column_is_named_by_plain_words_only(model):
    with pytest.raises(NoExport, match="no plain SQL name"):
        write_query(model, "duckdb", table="samples; DROP TABLE samples")


FORESTS = {
    "forest": RandomForestClassifier(30, random_state=1),
    "scaled": make_pipeline(
        SimpleImputer(), StandardScaler(), RandomForestClassifier(10, random_state=1)
    ),
    "boosting": HistGradientBoostingClassifier(max_iter=20, random_state=1),
}


@pytest.fixture(scope="module", params=FORESTS)
def forest_dir(request, artifact_dir, tmp_path_factory):
    data = load_dataset(SCHEMA)
    fitted = FORESTS[request.param].fit(data.scores, data.labels)
    folder = tmp_path_factory.mktemp("forest") / "artifact"
    return compiled_copy(artifact_dir, folder, fitted)


def agrees_with_the_service(found, rows, directory, most_ulps):
    engine = load_engine(load_artifact(str(directory)), None)
    complete = [(f, row) for f, row in zip(found, rows, strict=True) if None not in row]
    answers = engine.predict([row for _, row in complete], explain=False)
    expected = [answer.probability for answer in answers]
    assert ulps([f["probability"] for f, _ in complete], expected) <= most_ulps
    assert [f["label"] for f, _ in complete] == [answer.label for answer in answers]
    gaps = [f["probability"] for f, row in zip(found, rows, strict=True) if None in row]
    assert set(gaps) == {None}


@pytest.mark.parametrize("dialect", ENGINES)
def test_a_database_gives_the_probabilities_of_trees(dialect, forest_dir, pack):
    rows = [row for row, *_ in pack[:2_000]]
    query = write_query(load_model(str(forest_dir)), dialect)
    agrees_with_the_service(ENGINES[dialect](rows, query), rows, forest_dir, MOST_ULPS)


def test_spark_gives_the_answers_of_the_pack_and_of_trees(model, pack, artifact_dir, tmp_path):
    data = load_dataset(SCHEMA)
    forest = FORESTS["scaled"].fit(data.scores, data.labels)
    folder = compiled_copy(artifact_dir, tmp_path / "artifact", forest)
    queries = [write_query(each, "spark") for each in (model, load_model(str(folder)))]
    rows = [row for row, *_ in pack]
    added, voted = in_spark(rows, queries, tmp_path)
    adds_as_the_pack(added, pack, MOST_ULPS_ELSEWHERE)
    agrees_with_the_service(voted, rows, folder, MOST_ULPS_ELSEWHERE)


def test_a_workbook_recalculates_to_the_last_integer(model, pack, tmp_path):
    needs("soffice", package="libreoffice-calc")
    (tmp_path / "model.xlsx").write_bytes(write_workbook(model, [row for row, *_ in pack]))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "ods", "--outdir", "out"]
    subprocess.run([*command, "model.xlsx"], cwd=tmp_path, check=True, capture_output=True)
    workbook = CalamineWorkbook.from_path(tmp_path / "out" / "model.ods")
    header, *found = workbook.get_sheet_by_name("samples").to_python()
    lines = [dict(zip(header, line, strict=True)) for line in found]
    # A row without any value is blank in a sheet, not a sample
    expected = [ends if any(row) else ("", "") for row, ends, _ in pack]
    assert [(f["log_odds_low"], f["log_odds_high"]) for f in lines] == expected
    complete = [(f, p) for f, (row, _, p) in zip(lines, pack, strict=True) if None not in row]
    for end in ("low", "high"):
        found = [f[f"probability_{end}"] for f, _ in complete]
        # LibreOffice writes 15 digits
        assert found == pytest.approx([p for _, p in complete], rel=1e-14, abs=0)
    assert {f["label"] for f in lines} == {*SCHEMA.class_names, "undecided", ""}


def in_node(model, rows, folder):
    needs("node", package="nodejs")
    (folder / "model.mjs").write_text(write_module(model))
    (folder / "rows.json").write_text(json.dumps(rows))
    (folder / "ask.mjs").write_text(
        'import { answer } from "./model.mjs"; import { readFileSync } from "node:fs";'
        'console.log(JSON.stringify(JSON.parse(readFileSync("rows.json")).map(answer)));'
    )
    ran = subprocess.run(["node", "ask.mjs"], cwd=folder, check=True, capture_output=True)
    return json.loads(ran.stdout)


def test_a_module_adds_to_the_last_integer_in_node(model, pack, tmp_path):
    found = in_node(model, [row for row, *_ in pack], tmp_path)
    assert [tuple(f["log_odds"]) for f in found] == [ends for _, ends, _ in pack]
    known = [(f["probability"], p) for f, (*_, p) in zip(found, pack, strict=True) if p is not None]
    assert ulps(*zip(*known, strict=True)) <= MOST_ULPS_OF_AVERAGES
    complete = [
        (f["probability"], p) for f, (r, _, p) in zip(found, pack, strict=True) if None not in r
    ]
    assert ulps(*zip(*complete, strict=True)) <= MOST_ULPS_ELSEWHERE


def test_a_module_gives_the_probabilities_of_trees_in_node(forest_dir, pack, tmp_path):
    rows = [row for row, *_, probability in pack[:1_000] if probability is not None]
    found = in_node(load_model(str(forest_dir)), rows, tmp_path)
    answers = load_engine(load_artifact(str(forest_dir)), None).predict(rows, explain=False)
    assert (
        ulps([f["probability"] for f in found], [answer.probability for answer in answers])
        <= MOST_ULPS_OF_AVERAGES
    )
    assert [f["label"] for f in found] == [answer.label for answer in answers]
    gaps = [pair for pair in zip(found, answers, strict=True) if pair[1].probability_range]
    assert gaps
    for each, answer in gaps:
        assert each["probability_range"] == pytest.approx(answer.probability_range, rel=1e-14)


def test_a_page_answers_without_a_network(model, pack, tmp_path):
    browser = needs("chromium")
    (tmp_path / "page.html").write_text(write_page(model))
    row, _, probability = pack[0]
    address = f"file://{tmp_path}/page.html#{','.join(map(str, row))}"
    command = [browser, "--headless", "--no-sandbox", f"--user-data-dir={tmp_path}/profile"]
    command += ["--host-resolver-rules=MAP * ~NOTFOUND", "--dump-dom", address]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)
    assert f"probability of malignant: {100 * probability:.1f} %</output>" in ran.stdout


def test_the_command_writes_every_form(artifact_dir, tmp_path, capsysbinary):
    for form in ("sql", "xlsx", "js", "html"):
        path = tmp_path / f"model.{form}"
        assert main(["--format", form, "--out", str(path)]) == 0
        assert path.stat().st_size > 5_000
    capsysbinary.readouterr()
    assert main(["--format", "conformance"]) == 0
    lines = list(csv.reader(io.StringIO(capsysbinary.readouterr().out.decode())))
    assert len(lines) == 10_001
    assert lines[0][-3:] == ["log_odds_low", "log_odds_high", "probability"]


def test_the_pack_has_every_pattern_of_missing_values(model):
    patterns = {tuple(value is None for value in row) for row in rows_of(model)}
    assert len(patterns) == 2 ** len(SCHEMA.names)


@pytest.mark.parametrize("form", ["xlsx", "conformance"])
def test_another_model_is_refused_with_what_works(form, forest_dir, monkeypatch, capsys):
    monkeypatch.setenv("MODEL_DIR", str(forest_dir))
    assert main(["--format", form]) == 2
    assert "additive models" in capsys.readouterr().err
