"""The page for operators is true: its table, its commands, its workflow."""

import re

import yaml

from deploy.template import read_template
from tests.support.paths import ROOT


def page():
    return (ROOT / "docs" / "operations.md").read_text()


def workflow():
    return yaml.safe_load((ROOT / ".github" / "workflows" / "deploy.yml").read_text())


def test_every_parameter_is_in_the_table():
    for name in read_template()["Parameters"]:
        assert f"| `{name}` |" in page()


def test_the_workflow_deploys_to_staging_and_then_to_production():
    jobs = workflow()["jobs"]

    assert jobs["staging"]["needs"] == "check"
    assert jobs["production"]["needs"] == "staging"
    for stage in ("staging", "production"):
        assert jobs[stage]["environment"] == stage
        commands = [step.get("run", "") for step in jobs[stage]["steps"]]
        assert "make deploy STAGE=${{ github.job }}" in commands


def test_the_workflow_holds_no_key_of_aws_and_few_rights():
    text = (ROOT / ".github" / "workflows" / "deploy.yml").read_text()
    jobs = workflow()["jobs"]

    # The one that signs the model; AWS is entered by OpenID Connect
    assert re.findall(r"secrets\.(\w+)", text) == ["MODEL_SIGNING_KEY"]
    assert "access-key" not in text
    assert workflow()["permissions"] == {"contents": "read"}
    assert "id-token" not in jobs["check"].get("permissions", {})
    for stage in ("staging", "production"):
        assert jobs[stage]["permissions"] == {"contents": "read", "id-token": "write"}


def test_every_action_of_the_workflows_is_pinned_by_commit():
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        used = re.findall(r"uses: (\S+)", path.read_text())
        assert used
        assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", name) for name in used), path.name
