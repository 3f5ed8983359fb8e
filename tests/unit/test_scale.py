"""docs/scale.md is what the runs wrote, and the runs met their bars."""

import json
import re

from benchmarks.bulk import BAR_BYTES, BAR_ROWS_PER_S
from tools import scale


def test_the_page_is_as_the_figures_say():
    assert scale.PAGE.read_text("utf-8") == scale.page(), "stale: run make scale"


def test_the_simulation_s_section_is_on_the_page_once_it_is_there(tmp_path, monkeypatch):
    section = tmp_path / "simulation.md"
    monkeypatch.setattr(scale, "SIMULATION", section)
    assert "Internet" not in scale.page()

    section.write_text("# Internet scale\n\n## A day\n\n![Cold](cold.svg)\n")

    assert scale.page().endswith("## Internet scale\n\n### A day\n\n![Cold](scale/cold.svg)\n")


def test_every_picture_of_the_page_is_there():
    names = re.findall(r"!\[[^]]*\]\(([^)]+)\)", scale.page())

    assert names
    assert all((scale.PAGE.parent / name).is_file() for name in names)


def test_the_run_that_is_published_met_its_bars():
    found = json.loads(scale.FIGURES.read_text("utf-8"))
    runs = found["undisturbed"], found["a_worker_killed"]

    assert found["checksums_equal"]
    assert len({run["scores_sha256"] for run in runs}) == 1
    assert found["rows_per_second_of_scoring"] >= BAR_ROWS_PER_S
    for run in runs:
        assert run["rows"] == run["scored"] + run["faulty"] >= 10_000_000
        assert run["peak_bytes_per_worker"] <= BAR_BYTES
