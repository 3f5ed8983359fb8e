"""The audit for vulnerabilities fails where it cannot ask, and the workflows run it."""

import pytest
import yaml

from tests.support.paths import ROOT
from tests.support.required import required
from tools import apart

WORKFLOWS = ROOT / ".github" / "workflows"


def test_a_lock_that_could_not_be_asked_about_is_not_clean():
    with required():
        apart.program("pip-audit")
    nobody = dict.fromkeys(("HTTPS_PROXY", "https_proxy", "ALL_PROXY"), "http://127.0.0.1:9")
    lock = "functions/preflight/requirements.txt"

    with pytest.raises(apart.Unavailable, match=f"vulnerable, or not checked: {lock}"):
        apart.run([ROOT / "tools" / "audit", lock], env=nobody)


def test_the_audit_runs_daily_and_when_a_lock_changes():
    workflow = yaml.safe_load((WORKFLOWS / "audit.yml").read_text())
    # YAML 1.1 reads the key "on" as true
    triggers = workflow[True]

    assert "schedule" in triggers
    assert "requirements/**" in triggers["pull_request"]["paths"]
    steps = [step.get("run") for step in workflow["jobs"]["audit"]["steps"]]
    assert "make check AUDIT=1" in steps


@pytest.mark.parametrize("stage", ["staging", "production"])
def test_every_deployment_keeps_its_bill_of_materials(stage):
    workflow = yaml.safe_load((WORKFLOWS / "deploy.yml").read_text())
    steps = workflow["jobs"][stage]["steps"]

    assert "build/sbom.cdx.json" in [step.get("with", {}).get("path") for step in steps]
