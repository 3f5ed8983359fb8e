"""The committed page and drawings are those of the committed inputs."""

import pytest

from lab.costs.files import cost_files
from lab.costs.inputs import load_inputs
from tests.support.drawings import DOCS, assert_drawings_are_small_well_formed_and_undated, stale


@pytest.fixture(scope="module")
def files():
    return cost_files(load_inputs())


def test_the_committed_page_and_drawings_are_those_of_the_inputs(files):
    assert not stale(files), "make costs"


def test_no_drawing_is_committed_that_the_page_does_not_show(files):
    committed = {f"costs/{path.name}" for path in (DOCS / "costs").iterdir()}
    assert committed == set(files) - {"costs.md"}
    page = files["costs.md"].decode()
    assert all(f"]({name})" in page for name in committed)


def test_drawings_are_small_well_formed_and_undated(files):
    assert_drawings_are_small_well_formed_and_undated(files)
