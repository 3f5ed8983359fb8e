"""The command line: whole files, errors in place, and going on where it stopped."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from batch import Refused, source
from batch.__main__ import NONE_SCORED, SOME_REFUSED, STOPPED, main, target_of
from cytology.compiled import load_compiled
from cytology.prevalence import at_prevalence
from cytology.reading.refusals import InvalidTable
from cytology.schema import load_schema
from tests.support.paths import ROOT
from tests.support.scored import LINE, WRONG, lines_of, score, write

SCHEMA = load_schema()
HEADER = ",".join([*SCHEMA.names, "class"])
#: Rows of a file that two processes score for seconds, so that a signal finds them at it.
LONG = 1_200_000
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'functions'}"}


def test_every_row_is_answered_once_and_in_order(tmp_path, scorer):
    names = ",".join(["id", *SCHEMA.names])
    path = write(tmp_path, [names, *(f"slide {number},{LINE}" for number in range(2_500))])
    ticks = []
    score(path, scorer, ticks, block=30_000)
    found = lines_of(target_of(path))
    assert [line["row"] for line in found] == [str(number) for number in range(1, 2_501)]
    assert [line["id"] for line in found] == [f"slide {number}" for number in range(2_500)]
    assert ticks[0] == (0, 2_500)
    assert ticks[-1] == (2_500, 2_500)
    assert [entry.name for entry in tmp_path.iterdir() if "partial" in entry.name] == []


def test_a_part_without_a_valid_row_keeps_its_errors_and_its_place(tmp_path, scorer):
    path = write(tmp_path, [HEADER, *[f"{WRONG},2"] * 1_000, f"{LINE},2"])
    summary = score(path, scorer, block=2_000)
    found = lines_of(target_of(path))
    assert (found[0]["error_code"], found[0]["input"]) == ("out_of_range", f"{WRONG},2")
    last = found[-1]
    assert (last["row"], last["label"], last["class"]) == ("1001", "benign", "benign")
    assert (summary["rows"], summary["refused"], summary["answered"]) == (1_001, 1_000, 1)
    assert summary["errors"] == {"out_of_range": 1_000}
    assert summary["confusion"]["benign"] == {"benign": 1, "malignant": 0}


def test_the_start_of_a_long_table_without_names_tells_its_columns(tmp_path, scorer, monkeypatch):
    monkeypatch.setattr(source, "WHOLE_MAX", 30_000)
    monkeypatch.setattr(source, "HEAD", 10_000)
    path = write(tmp_path, [*[LINE] * 3_000, WRONG, f"{LINE},5"])
    summary = score(path, scorer, block=5_000)
    assert (summary["answered"], summary["errors"]) == (
        3_000,
        {"out_of_range": 1, "wrong_length": 1},
    )
    assert any("tell the columns of this long table" in note for note in summary["notes"])
    path = write(tmp_path, [f"{LINE},2"] * 3_000)
    with pytest.raises(InvalidTable) as refused:
        score(path, scorer)
    assert refused.value.code == "ambiguous_table"


def test_class_cells_that_come_late_decide_for_all_rows(tmp_path, scorer):
    early = [f"{LINE},2"] * 1_000
    path = write(tmp_path, [HEADER, *early, f"{LINE},4.0"])
    assert score(path, scorer, block=2_000)["confusion"]["malignant"]["benign"] == 1
    path = write(tmp_path, [HEADER, *early, f"{LINE},other"])
    summary = score(path, scorer, block=2_000)
    assert "confusion" not in summary
    assert any("class column" in note for note in summary["notes"])
    assert {line["class"] for line in lines_of(target_of(path))} == {""}


def counted(scorer, asked, fail_at=None, model=None):
    def call(scores):
        asked.append(len(scores))
        if len(asked) == fail_at:
            raise Refused("the network went away")
        answers = scorer.score(scores)
        return answers._replace(model=next(model)) if model else answers

    return scorer._replace(score=call)


def test_an_interrupted_run_goes_on_with_the_parts_that_lack(tmp_path, scorer):
    path = write(tmp_path, [",".join(SCHEMA.names), *[LINE] * 2_500])
    asked = []
    interrupted = counted(scorer, asked, fail_at=2)
    with pytest.raises(Refused):
        score(path, interrupted, block=18_000)
    assert not target_of(path).exists()
    assert score(path, interrupted, block=18_000)["rows"] == 2_500
    assert asked == [1_001, 1_001, 1_001, 498]
    assert len(lines_of(target_of(path))) == 2_500


@pytest.mark.parametrize("change", ["input", "state"])
def test_a_changed_input_or_a_broken_state_starts_anew(tmp_path, scorer, change):
    header = ",".join(SCHEMA.names)
    path = write(tmp_path, [header, *[LINE] * 1_500])
    with pytest.raises(Refused):
        score(path, counted(scorer, [], fail_at=2), block=9_000)
    if change == "input":
        path.write_text("\n".join([header, WRONG] + [LINE] * 1_500))
    else:
        (tmp_path / "samples.predictions.csv.partial" / "state.json").write_text("{")
    score(path, scorer, block=9_000)
    assert len(lines_of(target_of(path))) == 1_500 + (change == "input")


def test_one_file_is_never_scored_by_two_models(tmp_path, scorer):
    path = write(tmp_path, [",".join(SCHEMA.names), *[LINE] * 1_500])
    changing = counted(scorer, [], model=iter(["first", "second"]))
    with pytest.raises(Refused, match="changed from first to second"):
        score(path, changing, block=18_000)


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


def test_a_stated_prevalence_moves_complete_rows_and_rows_with_gaps_as_the_service_does(
    tmp_path, artifact, artifact_dir
):
    path = write(tmp_path, [LINE, f"?{LINE[1:]}"])
    assert run(path, "--prevalence", "0.05") == 0
    found = [line.split(",")[3] for line in target_of(path).read_text().splitlines()[1:]]

    row = [int(score) for score in LINE.split(",")]
    trained = artifact.decision.prevalence
    for value, scores in zip(found, (row, [None, *row[1:]]), strict=True):
        [answer] = load_compiled(artifact).predict([tuple(scores)], explain=False)
        assert float(value) == at_prevalence(answer, 0.05, trained).probability


@pytest.mark.parametrize("share", ["0", "1", "often"])
def test_a_prevalence_that_is_no_share_is_refused(tmp_path, share):
    with pytest.raises(SystemExit):
        run(write(tmp_path, [LINE]), "--prevalence", share)


def piped(text, *options):
    command = [sys.executable, "-m", "cytology", "predict", "-", *options]
    return subprocess.run(
        command, cwd=ROOT, env=ENVIRONMENT, input=text, capture_output=True, text=True
    )


def test_messages_about_a_pipe_name_no_temporary_file(artifact_dir):
    good, ambiguous = piped(f"{LINE}\n"), piped(f"{LINE},2\n{LINE},4\n")
    assert "stdout:\n" in good.stderr
    assert "stdin: ambiguous_" in ambiguous.stderr
    assert "results.csv" not in good.stderr


def test_a_pipe_is_answered_on_standard_output(artifact_dir):
    ran = piped(f"{LINE}\n", "--json")
    assert ran.returncode == 0
    assert ran.stdout.splitlines()[1].split(",")[2] == "benign"
    assert json.loads(ran.stderr.splitlines()[-1])["answered"] == 1


def test_a_wrong_choice_leaves_nothing_behind(tmp_path, artifact_dir, capsys):
    path = write(tmp_path, [LINE])
    assert run(path, "--classes", "benign") == NONE_SCORED
    assert "classes must have a form such as 0:benign" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == [path]


def test_an_ambiguous_file_is_refused_with_the_readings_that_are_possible(tmp_path, capsys):
    path = write(tmp_path, [f"{LINE},2", f"{LINE},4"])
    assert run(path) == NONE_SCORED
    printed = capsys.readouterr().out
    assert "the first row: 5 | 1 | 1" in printed
    assert "--columns scores,class" in printed
    assert run(path, "--columns", "scores,class") == 0
    assert "sensitivity 0.0%" in capsys.readouterr().out


def test_the_german_dialect_is_written_for_excel(tmp_path, artifact_dir):
    path = write(tmp_path, [LINE])
    run(path, "--dialect", "excel-de")
    content = target_of(path).read_bytes()
    assert content.startswith(b"\xef\xbb\xbfrow;id;label")
    assert b";0,0" in content
    assert b"\r\r" not in content


def long_file(folder, count):
    names = ",".join(["id", *SCHEMA.names])
    lines = (f"{n},5,1,1,1,2,{n % 10 + 1},3,1,{n % 7 + 1}" for n in range(count))
    return write(folder, [names, *lines])


def start(path):
    command = [sys.executable, "-m", "cytology", "predict", str(path)]
    # As a terminal starts it: a shell that runs the tests in the background ignores SIGINT
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=ENVIRONMENT,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_a_run_of_several_processes_that_is_ended_goes_on(tmp_path, scorer, ending):
    path = long_file(tmp_path, LONG)
    partial = tmp_path / "samples.predictions.csv.partial"
    with start(path) as running:
        while not list(partial.glob("[0-9]*.json")):
            assert running.poll() is None
            time.sleep(0.02)
        running.send_signal(ending)
        _, printed = running.communicate(timeout=300)
    assert running.returncode == (STOPPED if ending == signal.SIGINT else -ending)
    assert (b"the same command goes on" in printed) == (ending == signal.SIGINT)
    kept = list(partial.glob("[0-9]*.json"))
    assert kept
    with start(path) as again:
        again.communicate(timeout=300)
    assert again.returncode == 0
    rows = [line.split(b",")[:2] for line in target_of(path).read_bytes().splitlines()[1:]]
    assert rows == [[b"%d" % (number + 1), b"%d" % number] for number in range(LONG)]
