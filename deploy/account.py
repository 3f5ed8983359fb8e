"""Turns a stage's name into its stack in an AWS account, and the stack into its outputs."""

from collections.abc import Callable
from typing import Any, NamedTuple

import boto3
from botocore.exceptions import BotoCoreError, ClientError

PREFIX = "tumour-classification"


class Trouble(Exception):
    """Something that the user can mend; the message says what and how."""


class Account(NamedTuple):
    """Clients by service name, and the stack that they look at."""

    client: Callable[[str], Any]
    stack: str


def open_account(stage: str, region: str | None = None) -> Account:
    """Check that AWS can be reached as somebody, in some region.

    Raises
    ------
    Trouble
        No region, no credentials, or credentials that AWS refuses.
    """
    session: Any = boto3.Session(region_name=region)
    if not session.region_name:
        raise Trouble("no region: set AWS_REGION, or run aws configure")
    if session.get_credentials() is None:
        raise Trouble("no credentials: run aws configure sso, or set AWS_PROFILE")
    try:
        session.client("sts").get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        raise Trouble(f"AWS refuses the credentials ({error}): sign in again") from None
    return Account(session.client, stack_name(stage))


def stack_name(stage: str) -> str:
    """Every stage is a stack of its own."""
    return f"{PREFIX}-{stage}"


def describe(account: Account) -> dict[str, Any] | None:
    """The stack as CloudFormation describes it, or None where it does not exist."""
    try:
        found = account.client("cloudformation").describe_stacks(StackName=account.stack)
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    stack: dict[str, Any] = found["Stacks"][0]
    return stack


def outputs(account: Account) -> dict[str, str]:
    """The stack's outputs by key.

    Raises
    ------
    Trouble
        The stack does not exist, or never came to have outputs.
    """
    stack = describe(account)
    if stack is None:
        raise Trouble(f"there is no stack {account.stack} here: run make deploy")
    found = {item["OutputKey"]: item["OutputValue"] for item in stack.get("Outputs", [])}
    if not found:
        raise Trouble(f"the stack {account.stack} is {stack['StackStatus']} and has no outputs")
    return found
