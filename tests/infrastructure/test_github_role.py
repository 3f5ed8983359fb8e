"""The role of the GitHub workflow may do what CloudFormation does for it, and little else."""

import json

import pytest

from tests.support.actions import allows, as_list, handler_actions
from tests.support.templates import TEMPLATES, read, translate

#: What the schemas name for options that no template here uses.
UNUSED = {"ec2", "elasticfilesystem", "firehose", "s3files", "s3tables"}
#: Not an action: so the schema of log groups names a request.
NO_ACTION = "s3:REST.PUT.OBJECT"
#: The schema of roles names these for boundaries, which the templates do not set.
BOUNDARIES = {"iam:PutRolePermissionsBoundary", "iam:DeleteRolePermissionsBoundary"}


@pytest.fixture(scope="module")
def policy():
    role = read("deploy/github-role.yaml")["Resources"]["Role"]["Properties"]
    return role["Policies"][0]["PolicyDocument"]["Statement"]


def test_cloudformation_may_make_change_and_delete_every_resource(policy):
    kinds = {item["Type"] for name in TEMPLATES for item in translate(name)["Resources"].values()}

    wanted = handler_actions(kinds) - BOUNDARIES - {NO_ACTION}
    refused = {action for action in wanted if not allows(policy, action)}
    assert {action for action in refused if action.partition(":")[0] not in UNUSED} == set()


def test_whole_services_are_open_to_cloudformation_alone(policy):
    for statement in policy:
        if any("*" in action for action in as_list(statement["Action"])):
            called_via = statement["Condition"]["ForAnyValue:StringEquals"]["aws:CalledVia"]
            assert called_via == "cloudformation.amazonaws.com"


def test_no_role_outside_the_stages_is_changed_or_passed_on(policy):
    for statement in policy:
        if any(action.startswith("iam:") for action in as_list(statement["Action"])):
            [resource] = as_list(statement["Resource"])
            assert resource["Fn::Sub"].endswith(":role/tumour-classification-*")
            assert statement["Condition"]


def test_only_the_two_environments_of_one_repository_take_the_role():
    template = read("deploy/github-role.yaml")
    [trust] = template["Resources"]["Role"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]

    subjects = trust["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]
    assert [subject["Fn::Sub"] for subject in subjects] == [
        "repo:${Repository}:environment:staging",
        "repo:${Repository}:environment:production",
    ]


def test_the_policy_fits_into_a_role(policy):
    # IAM counts 10,240 characters without white space; ${AWS::AccountId} is longer than a number
    assert len(json.dumps(policy, separators=(",", ":"))) < 10_240
