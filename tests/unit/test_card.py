"""The model card: every number from the report, and a page without what the site's policy bars."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cytology.schema import DEFAULT_SCHEMA_PATH, load_schema
from tests.support.drawings import DOCS, assert_drawings_are_small_well_formed_and_undated, stale
from tools import site
from tools.markdown import as_html
from training.card import render
from training.card.render import ABOUT, card_files, model_card
from training.train import REPORT

schema = load_schema()
report = json.loads(REPORT.read_bytes())


@pytest.fixture(scope="module")
def files():
    return card_files(report, schema)


def test_the_committed_card_and_drawings_are_those_of_the_committed_report(files):
    assert not stale(files), "make check FIX=1"


def test_no_drawing_is_committed_that_the_card_does_not_show(files):
    committed = {f"model-card/{path.name}" for path in (DOCS / "model-card").iterdir()}

    assert committed == {name for name in files if name.endswith(".svg")}
    shown = set(re.findall(r"\((model-card/[^)]+)\)", files["model-card.md"].decode()))
    assert shown == committed


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
    # of the schema, of what people say of the data, and of the rules that the template states
    blank = with_every_number(report, 424242, 0.424242)
    blank["protocol"]["hash"] = blank["data"]["sha256"] = "424242" * 10
    for name, gate in zip(report["gates"], blank["gates"], strict=True):
        gate["must"] = gate["ambitious"] = str(name["figure"]).replace("_", " ")
    for verdict in blank["choice"]["verdicts"]:
        verdict["objections"] = []
    blank["chosen"]["periods"] = blank["chosen"]["later"]["periods"] = {}
    text = model_card(blank, schema).replace("sha256", "")

    given = Path(DEFAULT_SCHEMA_PATH).read_text() + ABOUT.read_text()
    rules = {"95", "99", "1", "0", "5", "50", "19", "20"}
    allowed = rules | set(re.findall(r"\d+", given)) | {str(score) for score in range(11)}
    left = set(re.findall(r"\d+", re.sub(r"0?\.?4242\d*|42\.4|424,?242|42|0\.42|4e-01", "", text)))

    assert sorted(left - allowed) == []


def test_a_table_of_ones_own_gets_no_words_about_the_shipped_data():
    own = {**report, "data": {**report["data"], "sha256": "0" * 64}}
    plain = schema._replace(title="Own", limits_of_use=())

    text = model_card(own, plain)

    assert "Wolberg" not in text
    assert text.startswith("# Model card: Own\n")


def test_figures_that_have_no_value_become_dashes():
    # Classes that are separated completely have no calibration line, and may have no errors
    empty = json.loads(json.dumps(report))
    for figure in empty["candidates"]["logistic"]["figures"].values():
        figure.update(value=None, low=None, high=None)
    for gate in empty["gates"]:
        gate["value"] = None
    empty["chosen"].update(later=None, hidden={}, fragility=None, points=None, learning_curve=[])
    empty["chosen"].update(calibration=[], cross_conformal=None)
    empty["chosen"]["unusual"]["errors"] = None

    text = model_card(empty, schema, drawings=False)

    assert "| Log-loss | – |" in text
    assert "![" not in text
    assert "None" not in text


#: The model on paper, a page for each language.
SHEETS = ("sheet.en.html", "sheet.de.html")


class Strict(HTMLParser):
    """Notes what a strict content security policy would refuse, and what is linked."""

    def __init__(self):
        super().__init__()
        self.refused, self.linked = [], []

    def handle_starttag(self, tag, attrs):
        inline = tag == "style" or (tag == "script" and not dict(attrs).get("src"))
        self.refused += [tag] if inline else []
        self.refused += [name for name, _ in attrs if name == "style" or name.startswith("on")]
        self.linked += [value for name, value in attrs if name in ("href", "src")]


@pytest.fixture
def model_dir(tmp_path):
    (tmp_path / "report.json").write_bytes(REPORT.read_bytes())
    (tmp_path / "features.json").write_bytes(Path(DEFAULT_SCHEMA_PATH).read_bytes())
    return tmp_path


def test_the_page_keeps_a_strict_policy_and_links_only_what_is_there(model_dir, files):
    site.write_card(model_dir, model_dir / "site")
    page = Strict()
    page.feed((model_dir / "site/model-card.html").read_text())

    assert page.refused == []
    drawings = {link for link in page.linked if link.startswith("model-card/")}
    assert drawings == {name for name in files if name.endswith(".svg")}
    assert all((model_dir / "site" / name).is_file() for name in drawings)
    links = {link for link in page.linked if not link.startswith("#")} - drawings
    for link in links - {"/", "/#batch", "/model-card.html", *SHEETS}:
        assert (DOCS.parent / "frontend" / link[1:]).is_file(), link


@pytest.mark.parametrize("name", SHEETS)
def test_the_sheet_warns_and_has_a_line_for_every_feature(model_dir, name):
    site.write_card(model_dir, model_dir / "site")
    text = (model_dir / "site" / name).read_text()
    page = Strict()
    page.feed(text)

    assert page.refused == []
    assert re.search(r"<strong>(Research and teaching only|Nur für Forschung und Lehre)", text)
    for weight in report["paper"]["weights"].values():
        assert f"<td>× {weight}</td>" in text
    assert text.count("<td>× ") == len(schema.features)
    assert str(report["paper"]["positive_from"]) in text


def test_without_matplotlib_the_committed_drawings_are_used(monkeypatch, files):
    monkeypatch.setattr(render.importlib.util, "find_spec", lambda _: None)

    assert set(card_files(report, schema)) == set(files)
    other = set(card_files({**report, "format": 0}, schema))
    assert not any(name.endswith(".svg") for name in other)


def test_the_form_is_given_the_counts_that_it_compares_with(model_dir):
    site.write_card(model_dir, model_dir / "site")
    reference = json.loads((model_dir / "site/reference.json").read_text())

    assert sum(reference["benign"]) == 458
    assert sum(reference["malignant"]) == 241
    assert len(reference["edges"]) == len(reference["benign"]) + 1


def test_markdown_becomes_escaped_html():
    html = as_html(
        "## A <b>\n\nx & `y`\n\n- one\n- <two>\n\n**T**\n\n| k |  |\n| --- | --- |\n| a | <1> |"
        '\n\n![a "plot"](p.svg)\n'
    )

    assert '<h2 id="a-b">A &lt;b&gt;</h2>\n<p>x &amp; <code>y</code></p>' in html
    assert "<li>&lt;two&gt;</li>" in html
    assert "<caption>T</caption>" in html
    assert '<th scope="col">k</th><td></td>' in html
    assert '<th scope="row">a</th><td>&lt;1&gt;</td>' in html
    assert 'alt="a &quot;plot&quot;"' in html
    assert "a &quot;plot&quot;</figcaption>" in html
