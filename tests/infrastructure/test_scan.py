"""checkov and AWS Control Tower's rules find nothing that is not explained beside it."""

from pathlib import Path

import pytest

from tests.support import templates as translated
from tests.support.image import Unavailable
from tests.support.required import required
from tools import scan


@pytest.fixture(scope="module")
def templates():
    translated.main()
    directory = translated.ROOT / "build" / "translated"
    return [directory / Path(name).with_suffix(".json").name for name in translated.TEMPLATES]


def found(scanner, templates):
    with required():
        try:
            return scanner(templates)
        except scan.Unavailable as lack:
            raise Unavailable(str(lack)) from None


def test_checkov_finds_nothing_unexplained(templates):
    assert found(scan.checkov_findings, templates) == []


def test_control_tower_finds_nothing_unexplained_and_no_waiver_is_idle(templates):
    assert found(scan.guard_findings, templates) == []


def test_every_waiver_gives_its_reason():
    for name in translated.TEMPLATES:
        for resource in translated.read(name)["Resources"].values():
            metadata = resource.get("Metadata", {})
            reasons = [skip["comment"] for skip in metadata.get("checkov", {}).get("skip", [])]
            reasons += metadata.get("guard", {}).values()
            assert all(len(reason) > 20 for reason in reasons)


def test_an_open_bucket_would_be_found(tmp_path):
    path = tmp_path / "open.json"
    path.write_text(
        '{"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Open": '
        '{"Type": "AWS::S3::Bucket", "Properties": {"AccessControl": "PublicRead"}}}}'
    )

    assert any(finding.rule == "CKV_AWS_20" for finding in found(scan.checkov_findings, [path]))
    assert any("public" in finding.rule for finding in found(scan.guard_findings, [path]))
