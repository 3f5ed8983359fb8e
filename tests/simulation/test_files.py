"""The committed page is that of the committed simulation, and that one of inputs like today's."""

import json
from xml.etree import ElementTree

import pytest

from costs.inputs import load_inputs
from simulation.report import simulation_files
from simulation.rules import durations_of
from simulation.study import MEMORY_MB, QUOTAS, SEED, VOLUMES
from tests.conftest import ROOT

FOLDER = ROOT / "docs" / "scale"


@pytest.fixture(scope="module")
def document():
    return json.loads((FOLDER / "simulation.json").read_text())


def test_the_committed_page_and_drawings_are_those_of_the_document(document):
    path = FOLDER / "containers.json"
    files = simulation_files(document, json.loads(path.read_text()) if path.exists() else None)
    stale = [name for name, content in files.items() if (FOLDER / name).read_bytes() != content]

    assert not stale, ".venv/bin/python -m simulation --report"
    page = files["simulation.md"].decode()
    for name, content in files.items():
        if name.endswith(".svg"):
            ElementTree.fromstring(content)
            assert f"]({name})" in page


def test_the_document_holds_every_volume_under_every_quota(document):
    assert document["seed"] == SEED
    rows = {(row["requests_a_day"], row["quota"]) for row in document["days"]}
    assert rows == {(volume, quota) for volume in VOLUMES for quota in QUOTAS}
    assert all(check["off"] <= 0.05 for check in document["checks"])


def test_the_document_was_made_from_measurements_like_the_present_ones(document):
    # A new measurement is never the same to the digit; one that is far off asks for a new run
    now = durations_of(load_inputs(), MEMORY_MB)
    then = document["durations"]
    assert then["cold_s"] == pytest.approx(now.cold_s, rel=0.5), "make simulate"
    assert then["warm_s"] == pytest.approx(now.warm_s, rel=0.5), "make simulate"
