"""What watches the model sees every answer and changes none."""

import json
import shutil
import weakref

import pytest

from cytology.artifact import load_artifact
from predict import app, census, shadow
from predict.engines import load_engine
from predict.service import load_service
from predict.settings import Settings, read_settings
from predict.telemetry import Log
from predict.watch import Watch, load_watch
from tests.transports import ARTIFACT, as_answer, http_event

TYPE = {"content-type": "application/json"}
ROW = [5, 1, 1, 1, 2, 1, 3, 1, 1]


def settings(**environment) -> Settings:
    return read_settings({"MODEL_DIR": str(ARTIFACT)} | environment)


@pytest.fixture
def watched(monkeypatch):
    """The handler, its service loaded with these settings."""

    def load(**environment):
        monkeypatch.setattr(app, "service", load_service(settings(**environment)))
        # The resolver keeps the service that it was made for
        monkeypatch.setitem(app._state, "router", None)

    return load


def ask(samples, path="/v1/predict"):
    event = http_event("POST", path, TYPE, json.dumps({"samples": samples}))
    return as_answer(app.handler(event, None))


def lines(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def metric(found, name):
    return [line[name][0] for line in found if name in line]


@pytest.fixture
def other_model(tmp_path, artifact_dir, monkeypatch):
    """An artifact that calls every sample malignant."""
    return altered(tmp_path, artifact_dir, "decision.json", threshold=1e-9)


def altered(tmp_path, artifact_dir, name, **changes):
    import hashlib

    directory = shutil.copytree(artifact_dir, tmp_path / "challenger")
    document = json.loads((directory / name).read_text()) | changes
    content = json.dumps(document).encode()
    (directory / name).write_bytes(content)
    manifest = json.loads((directory / "manifest.json").read_text())
    manifest["files"][name]["sha256"] = hashlib.sha256(content).hexdigest()
    (directory / "manifest.json").write_text(json.dumps(manifest))
    return directory


def test_nothing_watches_unless_it_is_asked_for():
    assert load_service(settings()).watch is None


def test_nothing_is_counted_where_metrics_have_no_place_to_go(artifact):
    wanted = settings(DRIFT_HISTOGRAMS="true", POWERTOOLS_METRICS_DISABLED="true")
    assert load_watch(wanted, artifact) is None


def test_histograms_are_written_by_the_fifty_and_name_the_model(watched, capsys):
    watched(DRIFT_HISTOGRAMS="true")

    for _ in range(49):
        ask([ROW])
    assert metric(lines(capsys), "SamplesCounted") == []
    ask([ROW])

    [line] = [line for line in lines(capsys) if "histogram" in line]
    assert line["SamplesCounted"] == [50.0]
    assert sum(line["counts"]) == 50
    assert line["model"] == app.service.artifact.version
    # Metrics of the request's own line are billed by name: this line adds one
    directive = line["_aws"]["CloudWatchMetrics"][0]
    assert [item["Name"] for item in directive["Metrics"]] == ["SamplesCounted"]


def test_invalid_samples_are_not_counted(watched, capsys):
    watched(DRIFT_HISTOGRAMS="true")

    ask([ROW] * 50 + [[1]])

    assert metric(lines(capsys), "SamplesCounted") == [50.0]


def test_every_road_to_a_prediction_is_counted(watched, capsys):
    watched(DRIFT_HISTOGRAMS="true")

    ask([ROW] * 50, "/invocations")
    name = app.service.artifact.name
    tensor = {"name": "scores", "datatype": "FP64", "shape": [50, 9], "data": ROW * 50}
    body = json.dumps({"inputs": [tensor]})
    app.handler(http_event("POST", f"/v2/models/{name}/infer", TYPE, body), None)

    assert metric(lines(capsys), "SamplesCounted") == [50.0, 50.0]


def without_times(answer):
    headers = {
        k: v for k, v in answer.headers.items() if k not in ("server-timing", "x-request-id")
    }
    return answer.status, headers, answer.body


def test_a_challenger_that_disagrees_is_counted_and_changes_no_byte(watched, other_model, capsys):
    watched()
    before = without_times(ask([ROW, [10] * 9]))
    capsys.readouterr()
    watched(CHALLENGER_DIR=str(other_model))

    after = without_times(ask([ROW, [10] * 9]))

    found = lines(capsys)
    assert after == before
    assert metric(found, "ShadowSamples") == [2.0]
    assert metric(found, "ShadowDisagreements") == [1.0]
    assert metric(found, "ShadowFailed") == []


def test_a_challenger_that_agrees_is_counted_too(watched, artifact_dir, capsys):
    watched(CHALLENGER_DIR=str(artifact_dir))

    ask([ROW])

    found = lines(capsys)
    assert metric(found, "ShadowSamples") == [1.0]
    assert metric(found, "ShadowDisagreements") == [0.0]


def test_of_a_large_request_a_hundred_samples_are_scored_again(watched, other_model, capsys):
    watched(CHALLENGER_DIR=str(other_model))

    ask([ROW] * 5_000 + [[10] * 9] * 5_000)

    found = lines(capsys)
    assert metric(found, "ShadowSamples") == [100.0]
    # Spread over the table: half of it is malignant to both
    assert metric(found, "ShadowDisagreements") == [50.0]


def missing(directory):
    shutil.rmtree(directory)


def damaged(directory):
    (directory / "scorecard.json").write_bytes(b"{}")


def no_json(directory):
    (directory / "manifest.json").write_bytes(b"[" * 100_000)


@pytest.mark.parametrize("harm", [missing, damaged, no_json])
def test_a_challenger_that_cannot_be_loaded_is_a_metric_and_no_more(
    harm, watched, other_model, capsys
):
    watched()
    before = without_times(ask([ROW]))
    harm(other_model)
    capsys.readouterr()

    watched(CHALLENGER_DIR=str(other_model))

    [said] = lines(capsys)
    assert (said["level"], said["message"]) == ("ERROR", "no challenger")
    assert without_times(ask([ROW])) == before
    assert metric(lines(capsys), "ShadowFailed") == [1.0]


def test_a_challenger_for_another_table_is_refused_by_name(watched, tmp_path, artifact_dir, capsys):
    document = json.loads((artifact_dir / "features.json").read_text())
    document["features"][0]["name"] = "thickness"
    other = altered(tmp_path, artifact_dir, "features.json", features=document["features"])

    watched(CHALLENGER_DIR=str(other))

    [said] = lines(capsys)
    # Its own scorecard does not fit the changed name either: the rules are compared before
    assert said["reason"].startswith("the challenger's features and classes: expected")


def test_a_challenger_of_other_wordings_reads_the_same_samples(artifact, artifact_dir, tmp_path):
    other = altered(tmp_path, artifact_dir, "features.json", title="Another title")

    assert shadow.load_challenger(str(other), artifact).name == "scorecard"


class Failing:
    name = "failing"

    def predict(self, rows, *, explain):
        raise ValueError(f"cannot score {rows}")


def test_a_challenger_that_fails_while_scoring_is_a_metric_and_quotes_no_sample(
    watched, artifact_dir, capsys, monkeypatch
):
    watched()
    before = without_times(ask([ROW]))
    monkeypatch.setattr(shadow, "load_engine", lambda *_: Failing())
    watched(CHALLENGER_DIR=str(artifact_dir))
    capsys.readouterr()

    assert without_times(ask([ROW])) == before

    printed = capsys.readouterr().out
    found = [json.loads(line) for line in printed.splitlines()]
    assert metric(found, "ShadowFailed") == [1.0]
    [said] = [line for line in found if line.get("message") == "watching failed"]
    assert (said["metric"], said["error"]) == ("ShadowFailed", "ValueError")
    assert "5, 1, 1" not in printed
    assert [line["Failed"] for line in found if "Failed" in line] == [0]


def test_one_observer_s_fault_keeps_no_other_from_seeing():
    seen = []

    def fail(rows, answers):
        raise KeyError

    watch = Watch({"A": fail, "B": lambda *shown: seen.append(shown)}, "Space", Log("x", "ERROR"))
    watch.note([(1,)], ["answer"])
    watch.report()
    watch.report()

    assert seen == [([(1,)], ["answer"])]


def test_a_census_begins_anywhere(artifact, monkeypatch, capsys):
    begun = set()
    monkeypatch.setattr(
        census.Census, "__init__", lambda self, schema, first: begun.add(first % 10)
    )
    for _ in range(200):
        load_watch(settings(DRIFT_HISTOGRAMS="true"), artifact)

    assert begun == set(range(10))


def test_both_watch_at_once(watched, other_model, capsys):
    watched(DRIFT_HISTOGRAMS="true", CHALLENGER_DIR=str(other_model))

    ask([ROW] * 60)

    found = lines(capsys)
    assert metric(found, "SamplesCounted") == [60.0]
    assert metric(found, "ShadowSamples") == [60.0]


def test_the_challenger_is_another_model_than_the_one_that_serves(other_model, artifact):
    theirs = load_engine(load_artifact(str(other_model)), None)
    [answer] = theirs.predict([tuple(ROW)], explain=False)

    assert answer.label == "malignant"


def test_a_challenger_that_fails_on_each_request_keeps_no_sample_in_memory(tmp_path, artifact):
    class Samples(list):
        """A list that can be watched going away."""

    found = load_watch(settings(CHALLENGER_DIR=str(tmp_path / "nowhere")), artifact)
    samples = Samples([ROW])
    gone = weakref.ref(samples)

    found.note(samples, [])
    found.report()
    del samples

    assert gone() is None
