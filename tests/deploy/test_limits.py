"""The doctor says what an account allows, and what a deployment would meet there."""

import json

import pytest

from deploy.limits import account_notes, key_statements, limit_problems
from deploy.template import read_template, with_defaults


def values(**given):
    return {**with_defaults(read_template(), given), "deployed": False, **given}


def blocks_public_buckets(aws, blocks):
    block = {"BlockPublicPolicy": blocks, "RestrictPublicBuckets": blocks}
    aws.stub("s3control").add_response(
        "get_public_access_block", {"PublicAccessBlockConfiguration": block}
    )


@pytest.fixture
def quota(aws):
    def has(requests):
        aws.stub("lambda").add_response(
            "get_account_settings", {"AccountLimit": {"ConcurrentExecutions": requests}}
        )
        return aws

    return has


def test_a_new_account_is_told_what_a_deployment_meets(quota):
    aws = quota(10)
    aws.stub("codedeploy").add_response("list_applications", {"applications": []}, {})

    notes = "\n".join(account_notes(aws.account, values(Site="cloudfront")))

    assert "runs 10 requests at once" in notes
    assert "may refuse the first" in notes
    assert "will be made" in notes


def test_a_burst_above_the_quota_is_named_with_its_fix(quota):
    given = values(deployed=True, RequestBurst="100", Site="cloudfront")

    [problem] = limit_problems(quota(10).account, given)

    assert "RequestBurst=10" in problem.remedy


def test_a_new_stack_s_burst_is_no_problem_since_deploy_lowers_it(quota):
    aws = quota(10)
    blocks_public_buckets(aws, False)

    assert list(limit_problems(aws.account, values())) == []


def test_an_account_that_blocks_public_buckets_needs_cloudfront(quota):
    aws = quota(1000)
    blocks_public_buckets(aws, True)

    [problem] = limit_problems(aws.account, values())

    assert "Site=cloudfront" in problem.remedy


@pytest.mark.parametrize("complete", [False, True])
def test_a_key_that_logs_and_alarms_may_not_use_is_named_with_the_statement(complete, quota):
    aws = quota(1000)
    policy = {"Statement": key_statements("eu-central-1") if complete else []}
    key = aws.client("kms").create_key(Policy=json.dumps(policy))["KeyMetadata"]["Arn"]

    found = list(limit_problems(aws.account, values(KmsKeyArn=key, Site="cloudfront")))

    assert ["logs.eu-central-1.amazonaws.com" in item.remedy for item in found] == (
        [] if complete else [True, False]
    )
