"""Two languages: complete, switchable, and the second one honest about itself."""

import pytest

from cytology.description import describe
from cytology.schema import load_schema
from tests.support.reader import classify, scores, texts

TABLES = """async () => {
  const table = async (language) => {
    const parts = ["shared/page-", "shared/strings-", "batch/"].map(
      (name) => import(`/${name}${language}.js`));
    return Object.assign({}, ...(await Promise.all(parts)).map((part) => part.default));
  };
  return { en: await table("en"), de: await table("de") };
}"""


@pytest.fixture
def tables(page):
    return page.evaluate(TABLES)


def test_both_tables_have_the_same_keys_and_places(tables):
    english, german = tables["en"], tables["de"]
    assert english.keys() == german.keys()
    for key, text in english.items():
        assert places(text) == places(german[key]), key
        assert bool(german[key]) or key == "unreviewed"


def places(text):
    return sorted(part.split("}")[0] for part in text.split("{")[1:])


def test_every_text_of_the_schema_has_its_german():
    schema = load_schema()
    own, german = describe(schema), describe(schema, "de")

    for key in ("title", "lead", "gate"):
        assert german[key] != own[key]
    assert not set(german["limits_of_use"]) & set(own["limits_of_use"])
    for key, parts in (("features", ("label", "help", "low", "high")), ("classes", ("label",))):
        for translated, each in zip(german[key], own[key], strict=True):
            assert all(translated[part] != each[part] for part in parts)


def test_the_page_before_its_scripts_says_what_the_table_says(visit, tables):
    page = visit(java_script_enabled=False)
    shown = texts(page, "[data-t]")

    assert shown == {key: tables["en"][key] for key in shown}
    assert "This form needs JavaScript" in page.inner_text("main")


def test_a_german_browser_gets_german_that_says_it_is_not_reviewed(visit):
    page = visit(locale="de-DE")

    assert page.get_attribute("html", "lang") == "de"
    assert "nicht fachlich geprüft" in page.inner_text("#unreviewed")
    assert page.is_hidden("#unreviewed") is False


def test_switching_keeps_scores_and_result_and_survives_a_reload(page, kinds):
    classify(page, kinds["inconclusive"])
    page.click("#language")
    page.get_by_role("heading", name="Nicht eindeutig").wait_for()

    assert scores(page) == [str(score) for score in kinds["inconclusive"]]
    assert "Von 100 solchen Proben" in page.inner_text(".sentence")
    assert "," in page.inner_text("dd.fact_probability")

    page.reload()
    page.wait_for_selector("html[data-state=done]")
    assert page.inner_text("#classify") == "Einordnen"
    page.click("#language")
    page.get_by_role("button", name="Classify").wait_for()
    assert page.is_hidden("#unreviewed")


def test_no_text_of_the_page_claims_a_diagnosis(tables):
    for table in tables.values():
        for key, text in table.items():
            assert "diagnos" not in text.lower(), key
