"""checkov and AWS Control Tower's rules find nothing that is not explained beside it."""

import json
from pathlib import Path

import pytest

from tests.support import templates as translated
from tests.support.required import required
from tools import scan

OPEN = "open.json"


@pytest.fixture(scope="module")
def templates():
    translated.main()
    directory = translated.ROOT / "build" / "translated"
    # Beside them, since a scanner that finds nothing may have read nothing
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"AccessControl": "PublicRead"}}
    planted = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Open": bucket}}
    (directory / OPEN).write_text(json.dumps(planted))
    names = [Path(name).with_suffix(".json").name for name in translated.TEMPLATES]
    yield [directory / name for name in (*names, OPEN)]
    (directory / OPEN).unlink()


@pytest.mark.parametrize(
    ("scanner", "rule"), [(scan.checkov_findings, "CKV_AWS_20"), (scan.guard_findings, "PUBLIC")]
)
def test_only_the_planted_open_bucket_is_found_and_no_waiver_is_idle(templates, scanner, rule):
    with required():
        found = scanner(templates)

    assert {finding.file for finding in found} == {OPEN}
    assert any(rule in finding.rule.upper() for finding in found)


def test_every_waiver_gives_its_reason():
    for name in translated.TEMPLATES:
        for resource in translated.read(name)["Resources"].values():
            metadata = resource.get("Metadata", {})
            reasons = [skip["comment"] for skip in metadata.get("checkov", {}).get("skip", [])]
            reasons += metadata.get("guard", {}).values()
            assert all(len(reason) > 20 for reason in reasons)
