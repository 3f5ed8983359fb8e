import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cytology.schema import DEFAULT_SCHEMA_PATH, load_schema
from tests.support.drawings import DOCS, assert_drawings_are_small_well_formed_and_undated, stale
from training.card.blocks import Bullets, Heading, Paragraph, Picture, Table, as_html, as_markdown
from training.card.content import ABOUT, model_card
from training.card.site import card_files, site_files
from training.train import REPORT

schema = load_schema()
report = json.loads(REPORT.read_bytes())


@pytest.fixture(scope="module")
def files():
    return card_files(report, schema)


def test_the_committed_card_and_drawings_are_those_of_the_committed_report(files):
    assert not stale(files), "make card"


def test_no_drawing_is_committed_that_the_card_does_not_make(files):
    committed = {f"model-card/{path.name}" for path in (DOCS / "model-card").iterdir()}

    assert committed == set(files) - {"model-card.md"}


def test_drawings_are_small_well_formed_and_undated(files):
    assert_drawings_are_small_well_formed_and_undated(files)


def with_every_number(document, integer, real):
    """The same document with every number replaced."""
    if isinstance(document, dict):
        return {key: with_every_number(value, integer, real) for key, value in document.items()}
    if isinstance(document, list):
        return [with_every_number(value, integer, real) for value in document]
    if isinstance(document, bool) or document is None or isinstance(document, str):
        return document
    return integer if isinstance(document, int) else real


def test_every_number_in_the_card_comes_from_the_report():
    # With every number of the report made the same, no other number is left in the card but those
    # of the schema, of what people say of the data, and of the rules that the code states
    blank = with_every_number(report, 424242, 0.424242)
    blank["protocol"]["hash"] = blank["data"]["sha256"] = "424242" * 10
    for name, gate in zip(report["gates"], blank["gates"], strict=True):
        gate["must"] = gate["ambitious"] = str(name["figure"]).replace("_", " ")
    for verdict in blank["choice"]["verdicts"]:
        verdict["objections"] = []
    blank["chosen"]["periods"] = blank["chosen"]["later"]["periods"] = {}
    text = as_markdown(model_card(blank, schema, drawn=True)).replace("sha256", "")

    given = Path(DEFAULT_SCHEMA_PATH).read_text() + ABOUT.read_text()
    rules = {"95", "99", "1", "0", "50", "19", "20"}
    allowed = rules | set(re.findall(r"\d+", given)) | {str(score) for score in range(11)}
    left = set(
        re.findall(r"\d+", re.sub(r"0\.4242|42\.4|424,?242|42|0\.42|0\.424|4e-01", "", text))
    )

    assert sorted(left - allowed) == []


class Strict(HTMLParser):
    """Notes what a strict content security policy would refuse, and what is linked."""

    def __init__(self):
        super().__init__()
        self.refused, self.linked = [], []

    def handle_starttag(self, tag, attrs):
        self.refused += [tag] if tag in ("script", "style") else []
        self.refused += [name for name, _ in attrs if name == "style" or name.startswith("on")]
        self.linked += [value for name, value in attrs if name in ("href", "src")]


@pytest.fixture(scope="module")
def site():
    return site_files(report, schema, {"model-card/roc.svg": b"<svg/>"})


def test_the_page_keeps_a_strict_content_security_policy(site):
    page = Strict()
    page.feed(site["model-card.html"].decode())

    assert page.refused == []
    assert {link for link in page.linked if not link.startswith("model-card/")} == {
        "/",
        "/api.html",
        "/costs.html",
        "/favicon.svg",
        "/model-card.css",
        "/model-card.html",
        "/style.css",
    }


def test_the_page_links_only_what_lies_beside_it(files):
    drawings = {name: svg for name, svg in files.items() if name.endswith(".svg")}
    site = site_files(report, schema, drawings)
    page = Strict()
    page.feed(site["model-card.html"].decode())

    assert {link for link in page.linked if link.startswith("model-card/")} == set(drawings)
    assert set(drawings) < set(site)


def test_without_drawings_the_page_shows_none():
    assert b"<img" not in site_files(report, schema, {})["model-card.html"]


def test_a_table_of_ones_own_gets_no_words_about_the_shipped_data():
    own = {**report, "data": {**report["data"], "sha256": "0" * 64}}
    plain = schema._replace(title="Own", limits_of_use=())

    text = as_markdown(model_card(own, plain, drawn=True))

    assert "Wolberg" not in text
    assert text.startswith("# Model card: Own\n")


def test_the_card_copes_with_figures_that_have_no_value():
    # Classes that are told apart completely have no calibration line, and may have no errors
    empty = json.loads(json.dumps(report))
    for figure in empty["candidates"]["logistic"]["figures"].values():
        figure.update(value=None, low=None, high=None)
    for gate in empty["gates"]:
        gate["value"] = None
    empty["chosen"].update(later=None, hidden=None, fragility=None, points=None, learning_curve=[])
    empty["chosen"]["unusual"]["errors"] = None

    assert "| Accuracy | – |" in as_markdown(model_card(empty, schema, drawn=False))


BLOCKS = [
    Heading(2, "A <b>"),
    Paragraph("x & y"),
    Bullets(["one", "<two>"]),
    Table("T", ["k", "v"], [["a", "<1>"]]),
    Picture("p.svg", 'a "plot"'),
]


def test_blocks_become_markdown():
    assert as_markdown(BLOCKS) == (
        "## A <b>\n\nx & y\n\n- one\n- <two>\n\n"
        'T\n\n| k | v |\n| --- | --- |\n| a | <1> |\n\n![a "plot"](p.svg)\n'
    )


def test_blocks_become_escaped_html():
    html = as_html(BLOCKS)

    assert "<h2>A &lt;b&gt;</h2>" in html
    assert "<li>&lt;two&gt;</li>" in html
    assert '<th scope="row">a</th><td>&lt;1&gt;</td>' in html
    assert 'alt=""' in html
    assert "a &quot;plot&quot;</figcaption>" in html
