"""Start proposes a schema that a person can read, or refuses a table in words."""

import json
import os
import subprocess
import sys
from argparse import Namespace

import pytest

from cytology.classifier import load_model
from cytology.reading.files import read_file
from cytology.reading.table import Choices
from cytology.schema import parse_schema
from tests.support.foreign import artifact_of, table_of, write_table
from tests.support.paths import ROOT
from tests.support.transports import HttpTransport, free_port, is_answering, wait_until
from training.dataset import load_dataset
from training.leakage import find_leakage
from training.propose import NoProposal, as_lines, as_text, choices_for, propose, read_table
from training.start import main, start


def proposed(text, target="class", positive=None):
    return propose(read_table(text.encode()), "table", target, positive)


def rows(count, *makers):
    return "\n".join(",".join(str(make(k)) for make in makers) for k in range(count))


def klass(k):
    return k % 2


def test_every_kind_of_column_is_told_from_its_cells():
    text = "id,visit_nr,Patient ID,age,dose,ward,note,site,gap,class\n" + rows(
        60,
        lambda k: f"x{k}",
        lambda k: k + 1,
        lambda k: 100 + k // 2,
        lambda k: 20 + k,
        lambda k: 0.5 * k,
        lambda k: ("north", "south", "east")[k % 3],
        lambda k: f"free text {k}",
        lambda k: "one",
        lambda k: "" if k % 4 else k % 5,
        klass,
    )
    document, columns = proposed(text)

    assert [(column.name, column.use) for column in columns] == [
        ("id", "id"),
        ("visit_nr", "dropped"),
        ("Patient ID", "group"),
        ("age", "whole"),
        ("dose", "real"),
        ("ward", "category"),
        ("note", "dropped"),
        ("site", "dropped"),
        ("gap", "whole"),
    ]
    schema = parse_schema(as_text(document))
    assert (schema.id_column, schema.group_column) == ("id", "Patient ID")
    assert schema.features[1].decimals == 1
    assert [feature.may_be_missing for feature in schema.features] == [False, False, False, True]
    assert "ward        category            east, north, south" in as_lines(columns)


@pytest.mark.parametrize("name", ["id", "samples"])
def test_a_feature_with_the_name_of_a_word_of_requests_is_asked_for_by_another(name):
    text = f"{name},%,class\n" + rows(60, lambda k: k * 7 % 11, lambda k: k % 5, klass)
    document, columns = proposed(text)
    schema = parse_schema(as_text(document))
    assert [feature.name for feature in schema.features] == [f"{name}_value"]
    assert [column.use for column in columns] == ["whole", "dropped"]
    header_only = f"{name},%\n" + rows(3, lambda k: k, lambda k: k)
    assert [sample.row for sample in read_file(header_only.encode(), schema).samples] == [
        (0,),
        (1,),
        (2,),
    ]


@pytest.mark.parametrize("name", ["paid", "covid", "humid", "idle_minutes", "Idle", "IDle"])
def test_a_word_that_holds_the_letters_id_is_no_id(name):
    text = f"{name},ward,class\n" + rows(60, lambda k: 20 + k // 2, lambda k: "ab"[k % 2], klass)
    assert [column.use for column in proposed(text)[1]] == ["whole", "category"]


@pytest.mark.parametrize("name", ["ID", "id", "sampleId", "SampleID", "IDNumber", "row-id", "Key"])
def test_an_id_is_found_by_its_name(name):
    text = f"{name},ward,class\n" + rows(60, lambda k: 20 + k // 2, lambda k: "ab"[k % 2], klass)
    assert [column.use for column in proposed(text)[1]] == ["group", "category"]


@pytest.mark.parametrize("header", ["age,ward,class", ",age,ward,class"])
def test_the_row_names_of_r_and_pandas_are_no_feature(header):
    cells = (lambda k: k + 1, lambda k: 20 + k // 2, lambda k: "ab"[k % 2], klass)
    _, columns = proposed(f"{header}\n{rows(60, *cells)}")
    assert [column.use for column in columns] == ["dropped", "whole", "category"]


def test_numbers_with_thousands_marks_are_not_read_as_small_ones():
    lines = [f"{1 + k},{100 + k}\t{k % 7}\t{klass(k)}" for k in range(60)]
    _, columns = proposed("\n".join(["fare\tage\tclass", *lines]))
    assert [column.use for column in columns] == ["dropped", "whole"]


def test_a_target_tells_the_header_and_the_delimiter_among_texts():
    lines = [f"{k},5;note {k};also {k};{'ab'[k % 2]};{('no', 'yes')[klass(k)]}" for k in range(60)]
    text = "\n".join(["# by hand; in 1992", "fare;note;more;ward;class", *lines])
    table = read_table(text.encode(), "class")
    document, columns = propose(table, "table", "class")
    assert [column.use for column in columns] == ["real", "dropped", "dropped", "category"]
    schema = parse_schema(as_text(document))
    samples = read_file(text.encode(), schema).samples
    assert [sample.row for sample in samples[:2]] == [(0.5, "a"), (1.5, "b")]


def test_rows_of_one_group_stay_together(tmp_path):
    text = "Patient ID,age,class\n" + rows(80, lambda k: k // 2, lambda k: k * 7 % 83, klass)
    (tmp_path / "table.csv").write_text(text)
    table = read_table(text.encode())
    schema = parse_schema(as_text(propose(table, "table", "class")[0]))

    choices = Choices(columns=choices_for(table.header, schema))
    dataset = load_dataset(schema, tmp_path / "table.csv", choices)

    assert dataset.patients[:4].tolist() == ["0", "0", "1", "1"]


@pytest.mark.parametrize(
    ("cells", "positive", "names"),
    [
        (("0", "1"), None, ("not class", "class")),
        (("no", "yes"), None, ("not class", "class")),
        (("<=50K", ">50K", "<=50K"), None, ("<=50K", ">50K")),
        (("2", "4", "2"), None, ("class 2", "class 4")),
        (("0.0", "1.0", "1.0"), None, ("not class", "class")),
        (("no", "Yes", "yes ", "YES"), None, ("not class", "class")),
        (("0", "1", "1.0"), "1.0", ("not class", "class")),
        (("a", "b", "c"), "b", ("not b", "b")),
    ],
)
def test_classes_are_named_after_the_cells_and_the_target(cells, positive, names):
    text = "x,class\n" + rows(60, lambda k: k * 7 % 61, lambda k: cells[k % len(cells)])
    document = proposed(text.replace("class", "sick"), "sick", positive)[0]

    names = tuple(name.replace("class", "sick") for name in names)
    assert tuple(item["name"] for item in document["classes"]) == names
    assert document["positive"] == names[1]


REFUSED = [
    ("x,class\n" + rows(9, klass, lambda k: "abc"[k % 3]), "only two classes are supported"),
    ("x,class\n" + rows(9, klass, lambda k: "a"), "class has 1 value; two classes are needed"),
    ("x,state\n" + rows(9, klass, klass), "no column is named class; the columns are x, state"),
    (rows(9, klass, klass), "the first line must name the columns"),
    ("x,X,class\n" + rows(9, klass, klass, klass), "these columns have one name; rename one: x, X"),
    ("q1_1,q11,class\n" + rows(9, klass, klass, klass), "rename one: q1_1, q11"),
    (
        "x,class\n" + rows(9, klass, lambda k: ("none", "some")[k % 2]),
        "class has 1 value beside none, read as missing; two classes",
    ),
    ("x,class\n" + rows(9, klass, lambda k: ("Yes", "yes ")[k % 2]), "class has 1 value; two"),
    ("x,class\n" + rows(9, lambda k: 1, klass), "no column beside the target can be learnt from"),
]


@pytest.mark.parametrize(("text", "reason"), REFUSED, ids=range(len(REFUSED)))
def test_a_table_without_a_question_is_refused_with_the_reason(text, reason):
    with pytest.raises(NoProposal, match=reason):
        proposed(text)


def test_a_column_that_gives_the_class_away_is_named(tmp_path):
    text = "boat,age,class\n" + rows(80, lambda k: "AB"[k % 2], lambda k: k * 7 % 83, klass)
    (tmp_path / "table.csv").write_text(text)
    schema = parse_schema(as_text(proposed(text)[0]))

    (warning,) = find_leakage(load_dataset(schema, tmp_path / "table.csv"), schema)
    assert warning.startswith("boat alone separates the classes (AUC 1.000)")


def test_a_schema_that_is_there_is_used_and_one_of_another_target_refused(tmp_path, capsys):
    path = write_table("iris", tmp_path)
    schema = table_of("iris").with_suffix(".features.json")
    path.with_suffix(".features.json").write_text(schema.read_text())
    options = Namespace(csv=path, target="petal length (cm)", schema=None, positive=None)

    with pytest.raises(NoProposal, match="predicts species, not petal length"):
        start(options)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "x,class\n" + rows(60, lambda k: k * 7 % 61, lambda k: k % 2 if k else ""),
            "row 1: class",
        ),
        ("1,2\n3,4", "the first line must name"),
        (None, "No such file or directory"),
    ],
)
def test_a_refusal_names_the_file_once(tmp_path, monkeypatch, capsys, text, said):
    monkeypatch.chdir(tmp_path)
    if text is not None:
        (tmp_path / "my.csv").write_text(text)
    assert main(["my.csv", "--target", "class", "--no-serve"]) == 1
    assert capsys.readouterr().err.startswith(f"my.csv: {said}")


def test_few_of_a_class_lower_the_level_that_answers_state():
    manifest = json.loads((artifact_of("iris") / "manifest.json").read_text())
    [answer] = load_model(str(artifact_of("iris"))).answers([[6.0, 3.0, 5.0, 1.5]])

    assert answer.level == 0.95
    assert any("95% instead of 99%" in warning for warning in manifest["warnings"])


def test_the_command_as_typed_ends_in_a_served_model(tmp_path):
    path, port = write_table("iris", tmp_path), free_port()
    command = [sys.executable, "-m", "cytology", "start", path.name, "--target", "species"]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT}/functions"}
    with (tmp_path / "told").open("w") as told:
        process = subprocess.Popen(
            [*command, "--port", str(port)], cwd=tmp_path, env=environment, stdout=told
        )

    def is_served():
        assert process.poll() is None, (tmp_path / "told").read_text()
        return is_answering(port)

    try:
        # Ten seconds of an idle machine took ten minutes of one with many other programs
        wait_until(is_served, "the served model", timeout_s=1800)
        answer = HttpTransport("start", port).request("GET", "/v1/model").json()
    finally:
        process.terminate()
        process.wait()

    assert answer["name"] == "iris-logistic"
    told = (tmp_path / "told").read_text()
    assert "→ iris.features.json (edit it and run the command again)" in told
    assert "proved: " in told
    assert "row 1: versicolor" in told
