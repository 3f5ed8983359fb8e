"""The audit for vulnerabilities fails where it cannot ask, and CI asks."""

import re

import pytest
import yaml

from tests.support.image import Unavailable
from tests.support.paths import ROOT
from tests.support.required import required
from tools import apart, audit


def test_a_lock_that_could_not_be_asked_about_is_not_clean(monkeypatch):
    with required():
        try:
            apart.program("pip-audit")
        except apart.Unavailable as lack:
            raise Unavailable(str(lack)) from None
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert not audit.is_clean("functions/preflight/requirements.txt")


LOCKS = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in (
        "layers/*/requirements.txt",
        "functions/*/requirements.txt",
        "requirements/*.txt",
    )
    for path in ROOT.glob(pattern)
)


def test_every_lock_is_audited():
    # dev resolves what local holds, at the same versions
    assert set(LOCKS) - set(audit.LOCKS) == {"requirements/local.txt"}
    assert "-r local.in" in (ROOT / "requirements" / "dev.in").read_text().splitlines()
    for folder in audit.NPM:
        assert (ROOT / folder / "package-lock.json").exists()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes(lock):
    text = (ROOT / lock).read_text()
    pins = re.split(r"\n(?=[A-Za-z0-9])", text.strip())

    assert pins
    assert all("==" in pin and "--hash=sha256:" in pin for pin in pins)


def test_what_is_waived_says_why():
    assert all(len(reason) > 20 for reason in audit.WAIVED.values())


def test_connected_ci_runs_the_audit_daily_and_when_a_lock_changes():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "audit.yml").read_text())
    # YAML 1.1 reads the key "on" as true
    triggers = workflow[True]

    assert "schedule" in triggers
    assert "requirements/**" in triggers["pull_request"]["paths"]
    assert workflow["permissions"] == {"contents": "read"}
    steps = [step.get("run") for step in workflow["jobs"]["audit"]["steps"]]
    assert "make check AUDIT=1" in steps


def test_every_deployment_keeps_its_bill_of_materials():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "deploy.yml").read_text())
    for stage in ("staging", "production"):
        kept = [
            step["with"]["path"]
            for step in workflow["jobs"][stage]["steps"]
            if "path" in step.get("with", {})
        ]
        assert kept == ["build/sbom.cdx.json"]
