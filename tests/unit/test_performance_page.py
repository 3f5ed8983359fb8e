import json
import re

import pytest

from lab.benchmarks import batch, cold, loop, money, setting, size, warm
from lab.benchmarks.containers import Invocation
from lab.benchmarks.page import SECTIONS, blocks, page_files
from lab.benchmarks.part import entry
from lab.benchmarks.results import ORDER, RESULTS, in_order, kept_bars, record
from lab.benchmarks.setting import Session, summary
from lab.benchmarks.variants import NAMES
from lab.blocks import Picture, as_markdown
from tests.support.drawings import DOCS, assert_drawings_are_small_well_formed_and_undated, stale

results = json.loads(RESULTS.read_text())


@pytest.fixture(scope="module")
def files():
    return page_files(results)


def test_the_committed_page_and_drawings_are_those_of_the_committed_results(files):
    assert not stale(files), "make performance"


def test_no_drawing_is_committed_that_the_page_does_not_make(files):
    committed = {f"performance/{path.name}" for path in (DOCS / "performance").iterdir()}

    assert committed == set(files) - {"performance.md"}


def test_every_picture_of_the_page_is_drawn(files):
    linked = {block.file for block in blocks(results) if isinstance(block, Picture)}

    assert linked == set(files) - {"performance.md"}


def test_drawings_are_small_well_formed_and_undated(files):
    assert_drawings_are_small_well_formed_and_undated(files)


def test_every_bar_of_the_results_is_on_the_page_with_its_verdict(files):
    page = files["performance.md"].decode()

    for bar in kept_bars(results):
        assert re.search(rf"\| {re.escape(bar['name'])} \|.*\| {bar['verdict']} \|", page)


def test_every_result_names_its_command_date_and_machine(files):
    page = files["performance.md"].decode()

    for name in in_order(results):
        found = results[name]
        assert f"| {name} | `{found['command']}` |" in page
        assert found["measured"] in page
        assert found["machine"]["processor"] in page


def test_a_page_of_one_part_alone_links_no_drawing_of_another():
    text = page_files({"cold": results["cold"]})["performance.md"].decode()

    assert re.findall(r"\((performance/.*?)\)", text) == ["performance/cold.svg"]


def test_a_variant_that_was_not_measured_is_named_with_the_reason():
    missing = {**results["cold"], "missing": {"bentoml": "no wheel"}}

    text = as_markdown(blocks({"cold": missing}))

    assert "bentoml (BentoML's server, joblib model): no wheel" in text


def series_of(*names):
    return {name: [1.0 + place, 1.5 + place, 2.0 + place] for place, name in enumerate(names)}


def sessions(slowness):
    calls = {count: [Invocation(1.2 * slowness, 2)] * 3 for count in setting.CALLS}
    return summary([Session(40.0 * slowness, Invocation(45.0 * slowness, 46), calls)] * 3)


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """Results of a run in which every part ended, and one variant did not fit into 128 MB."""
    path = tmp_path_factory.mktemp("results") / "results.json"
    work = (batch.BARE, batch.JSON, batch.CSV, batch.TABLE)
    tail = [f"{name}, p{part}" for name in warm.IN_THE_BAR for part in (50, 99)]
    servers = series_of("flask-gunicorn", "scorecard-server")
    sizes = {
        name: {str(mb): sessions(1769 / mb) for mb in setting.SIZES_MB} for name in setting.CURVES
    }
    made = {
        "cold": entry("c", "ms", 3, series_of(*NAMES), cold.BARS) | {"missing": {}},
        "processor": entry("c", "ms", 3, series_of(*NAMES)),
        "memory": entry("c", "MB", 3, series_of(*NAMES), cold.MEMORY_BARS),
        "warm": entry("c", "ms", 3, series_of(*NAMES), warm.BARS),
        "tail": entry("c", "ms", 3, series_of(*tail), warm.TAIL_BARS) | {"calls": 10_008},
        "handler": entry("c", "ms", 3, series_of("scorecard"), warm.HANDLER_BARS),
        "rate": entry("c", "requests/s", 3, servers),
        "batch": entry("c", "ms", 3, series_of(*work), batch.BARS) | {"rows": batch.ROWS},
        "batch-rate": entry("c", "rows/s", 3, series_of(*work), batch.RATE_BARS),
        "size": entry("c", "MB", 1, series_of(*NAMES), size.BARS),
        "setting": {
            "command": "c",
            "rounds": 3,
            "memory_mb": sizes,
            "failed": {"sam-apigw-scikit": {"128": "killed"}},
        },
        "loop": entry("c", "s", 3, series_of("make serve", "make train"), loop.BARS),
        "tests": entry("c", "s", 1, series_of("make test"), loop.TEST_BARS),
    }
    made |= {"money": money.computed({**made, "rate": made["rate"]})}
    for name, content in made.items():
        record(name, content, path)
    return json.loads(path.read_text())


def test_a_full_run_fills_every_section_and_drawing(full):
    assert set(full) == set(ORDER)

    files = page_files(full)

    page = files["performance.md"].decode()
    assert all(f"\n## {title}\n" in page for title, _, _ in SECTIONS)
    assert set(re.findall(r"\((performance/.*?)\)", page)) == set(files) - {"performance.md"}


def test_a_memory_in_which_a_variant_does_not_run_is_named(full):
    assert "sam-apigw-scikit at 128 MB: killed" in as_markdown(blocks(full))
