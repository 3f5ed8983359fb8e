"""Compares a deployment with the account's quotas and settings."""

import json
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError

from deploy.account import Account
from deploy.doctor import Problem
from deploy.release import concurrency_quota


def limit_problems(account: Account, values: dict[str, Any]) -> Iterator[Problem]:
    """Check the parameters of a deployment against what the account allows."""
    quota = concurrency_quota(account)
    if values["deployed"] and int(values["RequestBurst"]) > quota:
        yield Problem(
            f"RequestBurst is {values['RequestBurst']}, the account runs {quota} requests at once",
            f'make deploy PARAMETERS="RequestBurst={quota}", or ask AWS for a higher quota',
        )
    if values["Site"] == "s3" and _public_buckets_are_blocked(account):
        yield Problem(
            "the account blocks public buckets, which Site=s3 reads the form from",
            'make deploy PARAMETERS="Site=cloudfront"',
        )
    if values["KmsKeyArn"]:
        yield from _key_problems(account, str(values["KmsKeyArn"]))


def account_notes(account: Account, values: dict[str, Any]) -> Iterator[str]:
    """Yield what the account has: quotas, distributions, repository, applications."""
    yield f"Lambda runs {concurrency_quota(account)} requests at once in {account.region}"
    if values["Site"] == "cloudfront":
        held = account.client("cloudfront").list_distributions()["DistributionList"]
        if held["Quantity"]:
            yield f"CloudFront: the account has {held['Quantity']} distributions, so it is verified"
        else:
            yield (
                "CloudFront: the account has no distribution; AWS may refuse the first until a "
                "support case verifies the account. Site=s3 deploys without it"
            )
    else:
        yield "CloudFront: not used; the API serves the form (Site=s3)"
    found = account.client("ecr").describe_repositories()["repositories"]
    exists = any(item["repositoryName"] == account.stack for item in found)
    yield f"ECR: the repository {account.stack} {'exists' if exists else 'will be made'}"
    count = len(account.client("codedeploy").list_applications()["applications"])
    yield f"CodeDeploy: {count} applications; the stack makes its own application and role"


def _public_buckets_are_blocked(account: Account) -> bool:
    identity = account.client("sts").get_caller_identity()
    try:
        found = account.client("s3control").get_public_access_block(AccountId=identity["Account"])
    except EndpointConnectionError:
        # A stand-in of AWS on this machine: the account's number in front of 127.0.0.1 is no name
        return False
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchPublicAccessBlockConfiguration":
            return False
        raise
    block = found["PublicAccessBlockConfiguration"]
    return bool(block.get("BlockPublicPolicy") or block.get("RestrictPublicBuckets"))


def _key_problems(account: Account, key: str) -> Iterator[Problem]:
    policy = account.client("kms").get_key_policy(KeyId=key, PolicyName="default")["Policy"]
    for statement in key_statements(account.region):
        if statement["Principal"]["Service"] not in policy:
            yield Problem(
                f"the key's policy does not name {statement['Principal']['Service']}",
                f"add to it: {json.dumps(statement)}",
            )


def key_statements(region: str) -> list[dict[str, Any]]:
    """Return what the policy of KmsKeyArn must hold: logs and alarms are encrypted with it."""
    return [
        {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:DescribeKey"],
            "Resource": "*",
        }
        for service in (f"logs.{region}.amazonaws.com", "cloudwatch.amazonaws.com")
    ]
