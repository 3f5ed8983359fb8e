"""Turns this checkout into a served page and a Chromium that looks at it."""

import csv
import fcntl
import functools
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.support import service
from tests.support.network import apart
from tests.support.paths import ROOT
from tests.support.required import missing, needs
from tests.support.transports import HttpTransport, http_server
from tools import site

ARTIFACT = ROOT / "artifact"
DATA = ROOT / "training" / "data" / "breast-cancer-wisconsin.csv"

#: Said by the test tool itself wherever service workers are blocked; and by Chromium, where it has
#: no network of its own, whenever a container is started or stopped on the machine.
NOTES = ["Service Worker registration blocked by Playwright", "ERR_NETWORK_CHANGED"]


#: Only a page that hangs takes so long: containers and compilers run beside it.
LIMIT_MS = 60_000

#: Settings of a browser context that a test does not state.
DEFAULTS = {"service_workers": "block", "locale": "en-GB"}


def build_site() -> None:
    """Build the generated pages once a run of the tests, whichever process needs them first."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", "")
    site.TARGET.parent.mkdir(exist_ok=True)
    with site.TARGET.with_suffix(".lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.seek(0)
        if not run or lock.read() != run:
            site.main()
            lock.truncate(0)
            lock.write(run)


def serve(model_dir: Path) -> AbstractContextManager[HttpTransport]:
    """Run the product with its pages on a free port."""
    return http_server({"MODEL_DIR": str(model_dir), "SITE_DIR": str(ROOT / "frontend")})


@pytest.fixture(scope="package", autouse=True)
def own_network() -> Iterator[None]:
    """Page, service and browser of this package share a network that containers do not touch."""
    with apart():
        yield


@pytest.fixture(scope="package")
def samples() -> list[dict[str, str]]:
    """The rows of the data set, as the file has them."""
    with DATA.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="package")
def address(
    tmp_path_factory: pytest.TempPathFactory, samples: list[dict[str, str]]
) -> Iterator[str]:
    """Where the form and the API are served, with production headers."""
    if not (ARTIFACT / "manifest.json").is_file():
        missing("there is no model to serve; run: make train")
    model_dir = shutil.copytree(ARTIFACT, tmp_path_factory.mktemp("served") / "model")
    build_site()
    with serve(model_dir) as server:
        yield f"http://127.0.0.1:{server.port}"


@pytest.fixture(scope="package")
def kinds(address: str, samples: list[dict[str, str]]) -> dict[str, list[int | None]]:
    """A row of the data set for each category, and one with a score left out."""
    names = [feature["name"] for feature in service.schema(address)["features"]]
    rows = [service.row(sample, names) for sample in samples]
    found: dict[str, list[int | None]] = {}
    for row, answer in zip(rows, service.ask(address, rows), strict=True):
        kind = "inconclusive" if answer["inconclusive"] else answer["label"]
        found.setdefault("missing" if None in row else kind, row)
    return found


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("Playwright is not installed; run: make test")
    # The shell is the same engine without windows: it takes half the processor time
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    path = needs(*names, package="chromium")
    # One process for all pages: starting one costs more than a test does in it
    args = ["--no-sandbox", "--disable-gpu", "--disable-software-rasterizer", "--process-per-site"]
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=path, args=args)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def contexts(chromium: Any, address: str) -> Callable[..., Any]:
    """Return the browser context with these settings; tests with the same settings share it."""

    @functools.cache
    def context(settings: str) -> Any:
        chosen = {**DEFAULTS, "base_url": address, **json.loads(settings)}
        found = chromium.new_context(**chosen)
        found.set_default_timeout(LIMIT_MS)
        # Keeps the process between tests
        found.new_page().goto("/favicon.svg")
        return found

    return lambda settings: context(json.dumps(settings, sort_keys=True))


@pytest.fixture
def visit(
    chromium: Any, contexts: Callable[..., Any], address: str, kinds: dict[str, Any]
) -> Iterator[Callable[..., Any]]:
    """Open the page as a reader with these settings; at the end no console message may be left.

    A test that provokes a message names a part of it in ``page.expected_messages``. A test that
    changes the clock, or counts what a first visit loads, asks for a browser of its own: ``alone``.
    """
    opened = []

    def open_page(path: str = "/", *, alone: bool = False, **settings: Any) -> Any:
        if alone:
            context = chromium.new_context(**{**DEFAULTS, "base_url": address, **settings})
            context.set_default_timeout(LIMIT_MS)
        else:
            context = contexts(settings)
        page = context.new_page()
        page.expected_messages = list(NOTES)
        page.messages = []
        page.kinds = kinds
        page.on("console", lambda message: page.messages.append(message.text))
        page.on("pageerror", lambda error: page.messages.append(str(error)))
        opened.append((context, page, alone))
        for _ in range(3):
            page.goto(path)
            if not settings.get("java_script_enabled", True):
                break
            page.wait_for_selector("html:not([data-state=loading])")
            if page.get_attribute("html", "data-state") != "broken":
                break
        return page

    yield open_page
    for context, page, alone in opened:
        page.unroute_all(behavior="ignoreErrors")
        context.set_offline(False)
        if alone:
            context.close()
        else:
            page.evaluate("() => { try { localStorage.clear(); } catch { /* about:blank */ } }")
            page.close()
    left = [
        message
        for _, page, _ in opened
        for message in page.messages
        if not any(expected in message for expected in page.expected_messages)
    ]
    assert left == []


@pytest.fixture
def page(visit: Callable[..., Any]) -> Any:
    return visit()
