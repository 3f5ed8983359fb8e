"""The journey of a case in the two engines that Playwright's Chromium is not."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from tests.support.required import missing

JOURNEY = ROOT / "tests" / "browser" / "engines" / "journey.mjs"
STEPS = [
    "keyboard",
    "outOfDate",
    "paste",
    "device",
    "reload",
    "table",
    "overflow",
    "print",
    "offline",
]


def firefox():
    path = shutil.which("firefox-esr") or shutil.which("firefox")
    return path and ([], {"FIREFOX": path})


def webkit():
    found = next(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"), None)
    if found and shutil.which("WebKitWebDriver") and shutil.which("xvfb-run"):
        # The sandbox needs rights that a container does not have
        settings = {"MINIBROWSER": str(found), "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1"}
        return ["xvfb-run", "--auto-servernum"], settings
    return None


@pytest.mark.parametrize("engine", [firefox, webkit])
def test_the_journey_of_a_case_works_in_this_engine(address, engine):
    found = engine()
    if not (found and shutil.which("node") and (ROOT / "node_modules/puppeteer-core").is_dir()):
        missing(f"{engine.__name__} is not installed; the packages are in .ci/run")
    before, settings = found
    walked = subprocess.run(
        [*before, "node", str(JOURNEY), engine.__name__, address],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert walked.returncode == 0, walked.stdout + walked.stderr
    assert walked.stdout.split() == [
        word for step in STEPS for word in (f"{engine.__name__}:", step)
    ]
