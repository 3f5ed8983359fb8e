"""What leaves the page, and what stays on the device."""

import json

import pytest

from server.app import PAGE_HEADERS
from tests.support.reader import BENIGN, INCONCLUSIVE, classify

STORED = """async () => ({
  local: { ...localStorage },
  session: { ...sessionStorage },
  cookies: document.cookie,
  databases: (await indexedDB.databases()).length,
})"""


def test_by_default_nothing_is_stored(page):
    page.fill("#sample-label", "slide 7")
    classify(page, BENIGN)
    page.wait_for_selector("#history li")

    assert page.evaluate(STORED) == {"local": {}, "session": {}, "cookies": "", "databases": 0}


def test_a_request_holds_nine_scores_and_nothing_else(page, address):
    requests = []
    page.on("request", lambda request: requests.append(request))
    page.fill("#sample-label", "slide 7")
    classify(page, INCONCLUSIVE)
    page.wait_for_selector("[role=gridcell]")

    assert all(request.url.startswith(address) for request in requests)
    sent = [request for request in requests if request.method == "POST"]
    first = sent[0].post_data_json
    assert [len(sample) for sample in first["samples"]] == [9]
    assert list(first) == ["samples"]
    assert list(first["samples"][0].values()) == INCONCLUSIVE
    assert not any("slide" in (request.post_data or "") for request in requests)
    assert not any("referer" in request.all_headers() for request in sent)


def test_kept_history_is_there_again_and_one_key_forgets_it(page):
    page.fill("#sample-label", "slide 7")
    classify(page, BENIGN)
    page.check("#keep")
    classify(page, INCONCLUSIVE)
    [stored] = page.evaluate(STORED)["local"].values()
    assert [entry["values"] for entry in json.loads(stored)] == [INCONCLUSIVE, BENIGN]

    page.reload()
    page.focus("#yes")
    page.wait_for_selector("#history li")
    assert page.locator("#history li").count() == 2
    page.get_by_role("button", name="Open: slide 7").last.click()
    page.get_by_text("The values are filled in.").wait_for()

    page.focus("#forget")
    page.keyboard.press("Enter")
    assert page.locator("#history li").count() == 0
    assert page.evaluate("() => JSON.parse(localStorage.getItem('cases') ?? '[]')") == []


def test_history_no_longer_kept_is_removed_at_once(page):
    classify(page, BENIGN)
    page.check("#keep")
    page.uncheck("#keep")

    assert page.evaluate(STORED)["local"] == {}
    assert page.locator("#history li").count() == 1


def test_foreign_things_in_the_storage_are_ignored(page):
    hostile = [
        "not JSON",
        '{"a": 1}',
        '[null, 5, {"values": [1]}, {"prediction": {"label": "<b>"}, "values": [5,1,1,1,2,1]}]',
    ]
    for text in hostile:
        page.evaluate("(text) => localStorage.setItem('cases', text)", text)
        page.reload()
        page.focus("#yes")
        classify(page, BENIGN)
        assert page.locator("#history li").count() == 1


@pytest.mark.parametrize(
    "path", ["/", "/#batch", "/api.html", "/no-such", "/favicon.svg", "/sw.js"]
)
def test_pages_and_the_worker_have_every_header_of_a_deployment(page, path):
    assert PAGE_HEADERS.items() <= page.request.get(path).headers.items()


@pytest.mark.parametrize("path", ["/form/app.js", "/shared/style.css", "/features.json"])
def test_other_files_keep_their_type(page, path):
    assert page.request.get(path).headers["x-content-type-options"] == "nosniff"
