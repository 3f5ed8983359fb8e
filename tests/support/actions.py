"""Names what IAM asks for when a command or CloudFormation calls AWS."""

import re
from collections.abc import Iterable
from fnmatch import fnmatch
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import botocore.session

#: Services whose name in a signature is not the one of their model.
SIGNED = {"monitoring": "cloudwatch"}
#: Actions of operations that IAM calls otherwise; everybody may ask who they are.
RENAMED = {
    "lambda:Invoke": {"lambda:InvokeFunction"},
    "s3:CompleteMultipartUpload": {"s3:PutObject"},
    "s3:CreateMultipartUpload": {"s3:PutObject"},
    "s3:DeleteObjects": {"s3:DeleteObject", "s3:DeleteObjectVersion"},
    "s3:HeadBucket": {"s3:ListBucket"},
    "s3:HeadObject": {"s3:GetObject"},
    "s3:ListObjectVersions": {"s3:ListBucketVersions"},
    "s3:ListObjects": {"s3:ListBucket"},
    "s3:ListObjectsV2": {"s3:ListBucket"},
    "s3:UploadPart": {"s3:PutObject"},
    "sts:GetCallerIdentity": set(),
}


def called_actions(calls: Iterable[tuple[str, str]]) -> set[str]:
    """Actions of recorded calls: signing name, and operation or method and path."""
    actions = set()
    for signed, name in calls:
        service = SIGNED.get(signed, signed)
        operation = _operation(service, name) if " " in name else name
        actions |= RENAMED.get(f"{service}:{operation}", {f"{service}:{operation}"})
    return actions


def handler_actions(kinds: Iterable[str]) -> set[str]:
    """Actions that CloudFormation takes for these resource types, as AWS's own schemas say."""
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

    handlers = [
        PROVIDER_SCHEMA_MANAGER.get_resource_schema("eu-central-1", kind).schema["handlers"]
        for kind in kinds
    ]
    return {
        action
        for found in handlers
        for verb in ("create", "read", "update", "delete")
        for action in found.get(verb, {}).get("permissions", [])
    }


def allows(statements: Iterable[dict[str, Any]], action: str) -> bool:
    """Whether a statement names the action; IAM ignores case."""
    return any(
        fnmatch(action.lower(), pattern.lower())
        for statement in statements
        for pattern in as_list(statement["Action"])
    )


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _operation(service: str, call: str) -> str:
    """The operation of a REST call: of those that fit, the one with the longest address."""
    method, target = call.split(" ", 1)
    address = urlsplit(target)
    if "/operation/" in address.path:
        return address.path.rpartition("/")[2]
    given = set(parse_qs(address.query, keep_blank_values=True))
    fitting = [
        (len(needed), len(uri), name)
        for name, verb, uri, path, needed in _addresses(service)
        if verb == method and needed <= given and path.fullmatch(address.path)
    ]
    return max(fitting)[2]


@cache
def _addresses(service: str) -> list[tuple[str, str, str, re.Pattern[str], set[str]]]:
    model = botocore.session.get_session().get_service_model(service)
    found = []
    for name in model.operation_names:
        operation = model.operation_model(name)
        http, shape = operation.http, operation.input_shape
        members = shape.members if shape else {}
        required = [members[key].serialization for key in (shape.required_members if shape else ())]
        # UploadPartCopy has the address of UploadPart, and a header that is not recorded
        if any(item.get("location") == "header" for item in required):
            continue
        path, _, query = http["requestUri"].partition("?")
        if service == "s3" and not path.startswith("/{Bucket}") and name != "ListBuckets":
            path = "/{Bucket}" + path
        parts = re.split(r"(\{\w+\+?\})", path.rstrip("/") or "/")
        pattern = "".join(
            (".+" if part.endswith("+}") else "[^/]+") if part.startswith("{") else re.escape(part)
            for part in parts
        )
        needed = set(parse_qs(query, keep_blank_values=True))
        needed |= {item["name"] for item in required if item.get("location") == "querystring"}
        found.append((name, http["method"], path, re.compile(f"{pattern}/?"), needed))
    return found
