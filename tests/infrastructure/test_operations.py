"""The page for operators is true: its table, its commands, its workflow."""

import re

import yaml

from tests.infrastructure import parameters
from tests.support.templates import ROOT, read


def page():
    return parameters.PAGE.read_text()


def workflow():
    return yaml.safe_load((ROOT / ".github" / "workflows" / "deploy.yml").read_text())


def test_the_table_of_parameters_is_the_template_s():
    assert page() == parameters.page_with(parameters.table()), "stale: run make parameters"
    for name in read("template.yaml")["Parameters"]:
        assert f"| `{name}` |" in page()


def test_every_command_of_the_page_is_a_target_of_make():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert set(re.findall(r"\bmake ([a-z-]+)", page())) <= targets


def test_a_first_deployment_takes_at_most_ten_lines():
    block = page().split("```sh\n")[1].split("```")[0]

    assert len(block.splitlines()) <= 10


def test_the_page_says_what_was_not_executed():
    assert "**Neither**" in page()


def test_the_workflow_deploys_to_staging_and_then_to_production():
    jobs = workflow()["jobs"]

    assert jobs["staging"]["needs"] == "check"
    assert jobs["production"]["needs"] == "staging"
    for stage in ("staging", "production"):
        assert jobs[stage]["environment"] == stage
        commands = [step.get("run", "") for step in jobs[stage]["steps"]]
        assert "make deploy STAGE=${{ github.job }}" in commands


def test_the_workflow_holds_no_key_and_few_rights():
    text = (ROOT / ".github" / "workflows" / "deploy.yml").read_text()
    jobs = workflow()["jobs"]

    assert "secrets." not in text
    assert "access-key" not in text
    assert workflow()["permissions"] == {"contents": "read"}
    assert "id-token" not in jobs["check"].get("permissions", {})
    for stage in ("staging", "production"):
        assert jobs[stage]["permissions"] == {"contents": "read", "id-token": "write"}
