"""A deployment publishes a version exactly if something changes that a version holds."""

import pytest

from deploy.template import read_template, settings_hash
from tests.support.templates import of_type, translate

HELD = {
    "Memory": "256",
    "Engine": "sklearn",
    "AllowedOrigins": "https://one.example.org",
    "SnapStart": "PublishedVersions",
    "Architecture": "arm64",
    "WebAclArn": "arn:aws:wafv2:acl",
}
NOT_HELD = {
    "ReservedConcurrency": "5",
    "Rollout": "AllAtOnce",
    "AlarmEmail": "a@example.org",
    "LogRetentionDays": "7",
    "RequestBurst": "10",
    "Site": "cloudfront",
}


def deployed(image="sha256:1", **given):
    """The function and the name of its version, as CloudFormation gets them."""
    settings = settings_hash(read_template(), given, image)
    template = translate("template.yaml", Settings=settings, **given)
    [version] = of_type(template, "AWS::Lambda::Version")
    return template["Resources"]["PredictFunction"]["Properties"], version


@pytest.mark.parametrize("name", HELD)
def test_a_parameter_that_a_version_holds_publishes_one(name):
    assert deployed(**{name: HELD[name]})[1] != deployed()[1]


@pytest.mark.parametrize("name", NOT_HELD)
def test_a_parameter_that_no_version_holds_publishes_none(name):
    # A new version of an unchanged function would be refused: "A version ... exists"
    assert deployed(**{name: NOT_HELD[name]}) == deployed()


def test_another_image_publishes_a_version():
    assert deployed(image="sha256:2")[1] != deployed()[1]


def test_a_default_that_is_spelt_out_publishes_none():
    assert deployed(Memory="512", Engine="") == deployed()
