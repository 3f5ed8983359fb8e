"""Without a network every page opens, and this device answers and says so."""

import re

import pytest

from tests.support.paths import ROOT
from tests.support.reader import BENIGN, classify, fill, reach


@pytest.fixture
def offline(visit):
    page = visit(service_workers="allow")
    page.expected_messages.append("Failed to load resource")
    classify(page, BENIGN)
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.context.set_offline(True)
    return page


def test_offline_the_form_opens_and_this_device_answers(offline):
    offline.reload()
    reach(offline, "done")
    fill(offline, BENIGN)
    offline.click("#classify")

    reach(offline, "done")
    assert offline.inner_text("#status") == "No network: answered on this device."
    assert "There was no network, so this device answered." in offline.inner_text(".notes")


def test_the_batch_opens_offline_in_german(offline):
    offline.goto("/?lang=de#batch")
    offline.wait_for_selector("#rows")

    assert offline.inner_text("#batch-title") == "Eine Tabelle einordnen"


def test_the_cache_holds_the_page_and_no_answer(offline):
    kept = offline.evaluate(
        """async () => {
          const caches_ = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
          const keys = await Promise.all(caches_.map((cache) => cache.keys()));
          return keys.flat().map((request) => new URL(request.url).pathname);
        }"""
    )

    assert "/" in kept
    assert [path for path in kept if path.startswith("/v1")] == ["/v1/model"]


@pytest.mark.parametrize("path", ["/api.html", "/costs.html", "/404.html"])
def test_the_pages_beside_the_form_open_offline_too(offline, path):
    offline.expected_messages.append("ERR_INTERNET_DISCONNECTED")
    offline.goto(path)

    assert offline.locator("nav a").count() == 5
    offline.locator("h1:not(:empty)").wait_for()


def test_the_page_can_be_installed_as_an_app(offline, visit):
    page = visit()
    manifest = page.request.get("/app.webmanifest").json()
    assert manifest["display"] == "standalone"
    assert page.request.get("/" + manifest["icons"][0]["src"]).ok


def test_every_file_of_the_pages_is_kept_for_offline_use():
    form = ROOT / "frontend"
    listed = set(re.findall(r'^  "(.+)",$', (form / "sw.js").read_text(), re.M))
    files = {path.relative_to(form).as_posix() for path in form.rglob("*") if path.is_file()}
    kept = {name for name in files if not name.endswith(".d.ts")} - {"sw.js", "index.html"}

    assert kept <= listed
