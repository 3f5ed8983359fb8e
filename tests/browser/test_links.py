"""What can be handed over, by link or by paste, and what anyone may have written into it."""

import json

from tests.support.reader import BENIGN, INCONCLUSIVE, MISSING, classify, paste, reach, scores

HOSTILE = [
    ("v=2&s=5.1.1.1.2.1.3.1.1", "it is of another version"),
    ("v=1&s=5.1.1.1.2.1.3.1", "8 values found, 9 needed"),
    ("v=1&s=" + "5." * 5000, "5001 values found, 9 needed"),
    ("v=1&s=5.1.1.1.2.1.3.1.11", "Mitoses must be between 1 and 10"),
    ("v=1&s=5.1.1.1.2.1.3.1.-5", "Mitoses must be between 1 and 10"),
    ("v=1&s=5.1.1.1.2.1.3.1.<img src=x onerror=alert(1)>", "Mitoses must be a whole number"),
    ("v=1&s=5.1.1.1.2.1.3.1.%3Cscript%3E", "Mitoses must be a whole number, like 4"),
    ("v=1&s=5.1.1.1.2.1.3.1.NaN", "Mitoses must be a whole number, like 4"),
    ("v=1&s=5.1.1.1.2.1.3.1.1e0", "Mitoses must be a whole number, like 4"),
    ("v=1", "1 value found, 9 needed"),
    ("v=%E0%A4%A&s=%", "it is of another version"),
]


def test_a_link_carries_the_scores_and_asks_nothing(visit, page):
    classify(page, MISSING)
    link = page.text_content("dd.fact_link")
    calls = []
    reader = visit("/404.html")
    reader.on("request", lambda request: calls.append(request.url))

    reader.goto(link)
    reach(reader, "ready")
    reader.get_by_text("The values came with the link.").wait_for()

    assert scores(reader) == ["?" if score is None else str(score) for score in MISSING]
    assert not any("/v1/predict" in call or "5.3.4" in call for call in calls)
    assert reader.get_attribute("#yes", "aria-pressed") == "false"


def test_a_hostile_link_fills_in_nothing_and_says_why(visit):
    page = visit("/#v=1&s=0")
    page.get_by_text("1 value found, 9 needed").wait_for()

    for fragment, why in HOSTILE:
        page.evaluate("(hash) => { location.hash = hash; }", fragment)
        page.get_by_text(f"The link holds no case that can be read: {why}").wait_for()
        assert scores(page) == [None] * 9
    assert page.locator("#status img, #status script").count() == 0


def test_pasted_scores_fill_in_the_form_and_ask_nothing(page):
    calls = []
    page.on("request", lambda request: calls.append(request.url))
    for shift, separator in enumerate(("\t", ",", ", ", ";", " ", "\n")):
        pasted = [(score + shift - 1) % 10 + 1 for score in INCONCLUSIVE]
        paste(page, separator.join(map(str, pasted)) + "\n")
        page.wait_for_selector(f"#mitoses-{pasted[8]}:checked", state="attached")
        assert scores(page) == [str(score) for score in pasted]

    assert page.inner_text("#status").startswith("The values are filled in.")
    assert not any("/v1/predict" in call for call in calls)


def test_a_paste_at_fault_changes_nothing(page):
    faults = {
        "5,1,1": "3 values found, 9 needed",
        "5,1,1,1,2,1,3,1,0": "Mitoses must be between 1 and 10",
        "5,1,1,1,2,1,3,1,x": "Mitoses must be a whole number, like 4",
    }
    paste(page, ",".join(map(str, BENIGN)))
    page.get_by_text("The values are filled in.").wait_for()

    for text, why in faults.items():
        paste(page, text)
        page.get_by_text(f"Nothing was pasted: {why}.").wait_for()
        assert scores(page) == [str(score) for score in BENIGN]


def test_what_is_copied_saved_and_linked_is_the_case_on_the_page(visit, kinds):
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    page.fill("#sample-label", "slide 7")
    classify(page, kinds["missing"])

    page.get_by_role("button", name="Copy", exact=True).click()
    page.get_by_text("Copied.").wait_for()
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied.startswith("slide 7\n")
    assert "Probability: " in copied
    assert " – " in copied
    assert "is not known" in copied
    assert "?lang=en#v=1&s=" + ".".join(str(s or "-") for s in kinds["missing"]) in copied

    with page.expect_download() as download:
        page.get_by_role("button", name="Save JSON").click()
    saved = json.loads(download.value.path().read_text())
    assert saved["label"] == "slide 7"
    assert list(saved["sample"].values()) == kinds["missing"]
    assert saved["prediction"]["warnings"]


def test_a_row_with_an_id_before_and_a_class_behind_is_pasted_by_its_scores(page):
    paste(page, "1000025," + ",".join(map(str, BENIGN)) + ",2")
    page.get_by_text("between the first and the last one are filled in").wait_for()

    assert scores(page) == [str(score) for score in BENIGN]


def test_a_row_of_one_value_too_many_is_not_guessed(page):
    paste(page, ",".join(map(str, [*BENIGN, 2])))
    page.get_by_text("Nothing was pasted: 10 values found, 9 needed.").wait_for()

    assert scores(page) == [None] * 9
