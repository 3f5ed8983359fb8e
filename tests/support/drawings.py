"""Turns generated pages and their drawings into what every one of them must be."""

from xml.etree import ElementTree

from tests.support.paths import ROOT

DOCS = ROOT / "docs"


def stale(files):
    """Names of those that are not committed as they are made now."""
    return [name for name, content in files.items() if (DOCS / name).read_bytes() != content]


def assert_drawings_are_small_well_formed_and_undated(files):
    for name, content in files.items():
        if name.endswith(".svg"):
            ElementTree.fromstring(content)
            assert len(content) < 60_000, name
            assert b"<dc:date>" not in content, name
