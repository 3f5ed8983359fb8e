"""Turns this checkout into a served page and a Chromium that looks at it."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
ARTIFACT = ROOT / "artifact"


def skip(reason: str) -> None:
    """Skip where a person works, fail where a gate runs: a skipped gate is an open one."""
    if os.environ.get("CI"):
        pytest.fail(f"in CI nothing may be skipped: {reason}")
    pytest.skip(reason)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(log: Path, **environment: str) -> tuple[subprocess.Popen[bytes], str]:
    """Start the product on a free port; its output goes to a file, so that no pipe can fill."""
    port = free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "server", "--port", str(port)],
            cwd=ROOT,
            env={
                **os.environ,
                "MODEL_DIR": str(ARTIFACT),
                "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'functions'}",
                **environment,
            },
            stdout=output,
            stderr=subprocess.STDOUT,
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


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the form and the API are served, with production headers."""
    if not (ARTIFACT / "manifest.json").is_file():
        skip("there is no model to serve; run: make train")
    process, address = serve(tmp_path_factory.mktemp("server") / "log.txt")
    yield address
    process.terminate()
    process.wait(timeout=10)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api") if not os.environ.get("CI") else None
    if playwright is None:
        from playwright import sync_api as playwright
    path = next(
        (
            found
            for name in ("chromium", "chromium-browser", "google-chrome")
            if (found := shutil.which(name))
        ),
        None,
    )
    if path is None:
        skip("there is no Chromium on this machine")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
