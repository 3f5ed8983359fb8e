"""Turns this checkout into a served page and a Chromium that looks at it."""

import csv
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import service
from tests.support.network import apart
from tools import site

ROOT = Path(__file__).parents[2]
ARTIFACT = ROOT / "artifact"
DATA = ROOT / "training" / "data" / "breast-cancer-wisconsin.csv"

#: Said by the test tool itself wherever service workers are blocked; and by Chromium, where it has
#: no network of its own, whenever a container is started or stopped on the machine.
NOTES = ["Service Worker registration blocked by Playwright", "ERR_NETWORK_CHANGED"]


def missing(reason: str) -> None:
    """Skip where a person works, fail where a gate runs: a skipped gate is an open one."""
    if os.environ.get("CI"):
        pytest.fail(f"in CI nothing may be skipped: {reason}")
    pytest.skip(reason)


def serve(log: Path, model_dir: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Start the product on a free port; its output goes to a file, so that no pipe can fill."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "MODEL_DIR": str(model_dir),
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'functions'}",
    }
    command = [sys.executable, "-m", "server", "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    address = f"http://127.0.0.1:{port}"
    for _ in range(150):
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{address}/v1/health", timeout=1).close()
            return process, address
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    process.kill()
    process.wait()
    pytest.fail(f"the server did not start: {log.read_text()}")


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
    folder = tmp_path_factory.mktemp("served")
    model_dir = folder / "model"
    shutil.copytree(ARTIFACT, model_dir)
    process, address = serve(folder / "log.txt", model_dir)
    if not (site.TARGET / "model-card.html").exists():
        site.main()
    yield address
    process.terminate()
    process.wait(timeout=10)


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
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next((found for name in names if (found := shutil.which(name))), None)
    if path is None:
        missing("there is no Chromium on this machine")
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Any, address: str, kinds: dict[str, Any]) -> Iterator[Callable[..., Any]]:
    """Open the page as a reader with these settings; at the end no console message may be left.

    A test that provokes a message names a part of it in ``page.expected_messages``.
    """
    opened = []

    def open_page(path: str = "/", **settings: Any) -> Any:
        context = chromium.new_context(
            **{"service_workers": "block", "locale": "en-GB", "base_url": address, **settings}
        )
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.expected_messages = list(NOTES)
        page.messages = []
        page.kinds = kinds
        page.on("console", lambda message: page.messages.append(message.text))
        page.on("pageerror", lambda error: page.messages.append(str(error)))
        opened.append((context, page))
        for _ in range(3):
            page.goto(path)
            page.wait_for_selector("html:not([data-state=loading])")
            if page.get_attribute("html", "data-state") != "broken":
                break
        return page

    yield open_page
    for context, page in opened:
        page.unroute_all(behavior="ignoreErrors")
        context.close()
    left = [
        message
        for _, page in opened
        for message in page.messages
        if not any(expected in message for expected in page.expected_messages)
    ]
    assert left == []


@pytest.fixture
def page(visit: Callable[..., Any]) -> Any:
    return visit()
