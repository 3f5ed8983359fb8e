"""Finds a stage's stack in an AWS account, and the outputs of the stack."""

import os
from collections.abc import Callable
from typing import Any, NamedTuple

import boto3
from botocore.exceptions import BotoCoreError, ClientError

PREFIX = "tumour-classification"


class DeployError(Exception):
    """An error that the user can fix; the message has the remedy."""


class Account(NamedTuple):
    """Clients by service name, the stack that they look at, and their region."""

    client: Callable[[str], Any]
    stack: str
    region: str


def find_region() -> str | None:
    """Return the region as AWS's own tools find it; boto3 does not read AWS_REGION."""
    region: str | None = os.environ.get("AWS_REGION") or boto3.Session().region_name
    return region


def open_account(stage: str) -> Account:
    """Check that AWS accepts the credentials, in some region.

    Raises
    ------
    DeployError
        No region, no credentials, or credentials that AWS refuses.
    """
    region = find_region()
    if not region:
        raise DeployError("no region: set AWS_REGION, or run aws configure")
    session: Any = boto3.Session(region_name=region)
    if session.get_credentials() is None:
        raise DeployError("no credentials: run aws configure sso, or set AWS_PROFILE")
    try:
        session.client("sts").get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        raise DeployError(f"AWS refuses the credentials ({error}): sign in again") from None
    return Account(session.client, stack_name(stage), region)


def stack_name(stage: str) -> str:
    """Every stage is a stack of its own."""
    return f"{PREFIX}-{stage}"


def describe(account: Account) -> dict[str, Any] | None:
    """Return the stack as CloudFormation describes it, or None where it does not exist."""
    try:
        found = account.client("cloudformation").describe_stacks(StackName=account.stack)
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    stack: dict[str, Any] = found["Stacks"][0]
    return stack


def outputs(account: Account) -> dict[str, str]:
    """Return the stack's outputs by key.

    Raises
    ------
    DeployError
        The stack does not exist, or never had outputs.
    """
    stack = describe(account)
    if stack is None:
        raise DeployError(f"there is no stack {account.stack} here: run make deploy")
    found = {item["OutputKey"]: item["OutputValue"] for item in stack.get("Outputs", [])}
    if not found:
        raise DeployError(f"the stack {account.stack} is {stack['StackStatus']} and has no outputs")
    return found
