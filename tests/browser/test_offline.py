"""Without a network the page still opens, and says honestly that it cannot answer."""

import re

import pytest

from tests.browser.conftest import ROOT
from tests.support.reader import BENIGN, classify, fill, reach, scores


@pytest.fixture
def offline(visit):
    page = visit(service_workers="allow")
    page.expected_messages.append("Failed to load resource")
    classify(page, BENIGN)
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.context.set_offline(True)
    return page


def test_the_form_opens_offline_and_says_that_it_is(offline):
    offline.reload()
    reach(offline, "ready")
    fill(offline, BENIGN)
    offline.click("#classify")

    reach(offline, "offline")
    assert offline.inner_text("#status") == "You appear to be offline. Your scores are kept."
    assert scores(offline) == [str(score) for score in BENIGN]


def test_the_batch_opens_offline_in_german(offline):
    offline.goto("/?lang=de#batch")
    offline.wait_for_selector("#rows")

    assert offline.inner_text("#batch-title") == "Viele Punktate bewerten"


def test_the_cache_holds_the_page_and_no_answer(offline):
    kept = offline.evaluate(
        """async () => {
          const caches_ = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
          const keys = await Promise.all(caches_.map((cache) => cache.keys()));
          return keys.flat().map((request) => new URL(request.url).pathname);
        }"""
    )

    assert "/" in kept
    assert not any(path.startswith("/v1") for path in kept)


def test_every_file_of_the_page_is_kept_for_offline_use():
    listed = set(re.findall(r'^  "(.+)",$', (ROOT / "frontend" / "sw.js").read_text(), re.M))
    files = {path.name for path in (ROOT / "frontend").iterdir()}
    # The pages about the API and the costs are made with the service and are of no use without it
    online_only = {"sw.js", "404.html", "types.d.ts", "api.html", "reference.js", "reference.css"}
    online_only |= {path.name for path in (ROOT / "frontend").glob("costs*")}

    assert listed - {"./", "features.json"} == files - online_only - {"index.html"}
