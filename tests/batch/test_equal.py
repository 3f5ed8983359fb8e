"""Long files in parts: the answers and errors of the reader and engine that the service has."""

import gzip
import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.ensemble import RandomForestClassifier

from batch.__main__ import target_of
from batch.scoring import in_process
from cytology.reading.refusals import InvalidTable
from cytology.reading.table import Choices
from cytology.schema import load_schema
from tests.support import tables
from tests.support.rows import HEADER, hostile
from tests.support.scored import at_once, compiled_copy, score, table_of
from training.dataset import load_dataset

SCHEMA = load_schema()
TEXTS = [form for form in tables.forms() if not form.local]


def outcome(run):
    """What a caller gets: the results and notes, or the refusal."""
    try:
        return run()
    except InvalidTable as refused:
        return refused.code, str(refused)


@pytest.mark.parametrize("form", TEXTS, ids=lambda form: form.name)
def test_every_form_gives_what_it_gives_as_a_whole(form, tmp_path, scorer, artifact_dir):
    path = tmp_path / "rows.csv"
    path.write_bytes(form.content)
    choices = Choices(form.columns, form.classes)

    def whole():
        text, batch = at_once(form.content, SCHEMA, artifact_dir, choices)
        return text, list(batch.notes), batch.labels is not None

    def in_parts():
        summary = score(path, scorer, choices=choices, block=4_000)
        text = target_of(path).read_bytes().decode()
        return text, summary["notes"], "confusion" in summary

    assert outcome(in_parts) == outcome(whole)


@pytest.mark.parametrize("kind", ["plain", "quotes", "widths", "latin-1", "crlf"])
@pytest.mark.parametrize("packed", [False, True])
def test_every_row_of_a_hostile_file_has_the_answer_or_errors_it_has_as_a_whole(
    kind, packed, tmp_path, scorer, artifact_dir
):
    rows = hostile(4_000, quotes=kind == "quotes", widths=kind == "widths")
    text = tables.joined([HEADER, *rows], end="\r\n" if kind == "crlf" else "\n")
    content = text.encode("latin-1" if kind == "latin-1" else "utf-8")
    path = tmp_path / ("rows.csv.gz" if packed else "rows.csv")
    path.write_bytes(gzip.compress(content, 1) if packed else content)
    expected, _ = at_once(content, SCHEMA, artifact_dir)
    score(path, scorer, block=10_000)
    found = target_of(path).read_bytes()
    assert (gzip.decompress(found) if packed else found).decode() == expected


@pytest.mark.parametrize("cell", ["?", "NA", "05", " 7", "0x5", "0" * 25 + "5", "11", "-3", "200"])
def test_a_spelling_among_whole_numbers_is_read_as_by_the_reader(
    cell, tmp_path, scorer, artifact_dir
):
    rows = [[*row[:4], cell, *row[5:]] for row in gaps(20, [[]])]
    content = tables.joined([HEADER, *rows]).encode()
    path = tmp_path / "rows.csv"
    path.write_bytes(content)
    score(path, scorer)
    assert target_of(path).read_bytes().decode() == at_once(content, SCHEMA, artifact_dir)[0]


def gaps(count, patterns):
    """Rows that lack the values of one of the patterns, none of them rarely."""
    source = random.Random(2)
    for number in range(count):
        row = [str(source.randint(1, 10)) for _ in SCHEMA.names]
        for place in patterns[number % len(patterns)]:
            row[place] = ""
        yield [str(number), *row, "2"]


def test_rows_with_the_same_gaps_are_answered_as_one_by_one(tmp_path, scorer, artifact_dir):
    content = tables.joined([HEADER, *gaps(900, [[5], [0, 8], [], [2], [1, 3]])]).encode()
    path = tmp_path / "rows.csv"
    path.write_bytes(content)
    expected, _ = at_once(content, SCHEMA, artifact_dir)
    score(path, scorer)
    found = target_of(path).read_bytes().decode()
    assert found == expected
    assert "decisive_missing_score" in found


def test_parquet_gives_the_results_of_its_csv(tmp_path, scorer, artifact_dir):
    # A CSV has no blanks behind its delimiters
    rows = [[cell.strip(" ") for cell in row] for row in hostile(2_000)]
    columns = dict(zip(HEADER, map(list, zip(*rows, strict=True)), strict=True))
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table(columns), path, row_group_size=700)
    content = tables.joined([HEADER, *rows]).encode()
    expected, _ = at_once(content, SCHEMA, artifact_dir)
    score(path, scorer)
    assert table_of(target_of(path)) == expected


def test_numbers_of_parquet_are_scores(tmp_path, scorer):
    typed = {name: pa.array([5, None, 3], pa.float64()) for name in SCHEMA.names[:5]}
    typed |= {name: pa.array([1, 2, 12], pa.int8()) for name in SCHEMA.names[5:]}
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table(typed), path)
    summary = score(path, scorer)
    assert (summary["answered"], summary["errors"]) == (
        1,
        {"too_many_missing": 1, "out_of_range": 4},
    )


@pytest.fixture(scope="module")
def forest_scorer(artifact_dir, tmp_path_factory):
    data = load_dataset(SCHEMA)
    forest = RandomForestClassifier(20, random_state=1).fit(data.scores, data.labels)
    folder = tmp_path_factory.mktemp("forest") / "artifact"
    return in_process(compiled_copy(artifact_dir, folder, forest)), folder


def test_a_forest_gives_the_answers_of_the_service(forest_scorer, tmp_path):
    scorer, folder = forest_scorer
    content = tables.joined([HEADER, *hostile(600)]).encode()
    path = tmp_path / "rows.csv"
    path.write_bytes(content)
    expected, _ = at_once(content, SCHEMA, folder)
    score(path, scorer, block=5_000)
    assert target_of(path).read_bytes().decode() == expected
