"""Reads the state and the logs of a running stack."""

import time
from collections.abc import Iterator
from typing import Any

from deploy.account import Account, DeployError, describe, outputs
from deploy.release import ALIAS


def status(account: Account) -> list[str]:
    """Stack, version and traffic, last roll-out, alarms, addresses; one line each."""
    stack = describe(account)
    if stack is None:
        raise DeployError(f"there is no stack {account.stack} here: run make deploy")
    found = outputs(account)
    lines = [f"stack     {account.stack}: {stack['StackStatus']}"]
    alias = account.client("lambda").get_alias(FunctionName=found["FunctionName"], Name=ALIAS)
    weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    moving = "".join(f", {share:.0%} to version {new}" for new, share in weights.items())
    lines.append(f"traffic   version {alias['FunctionVersion']}{moving}")
    lines.append(f"settings  {_live_settings(account, found['FunctionName'])}")
    lines.append(f"roll-out  {_last_roll_out(account, found['DeploymentGroup'])}")
    alarms = _alarms(account, found["AlarmTopicArn"])
    lines.append(f"alarms    {', '.join(alarms) or 'none'}")
    return [*lines, f"site      {found['SiteUrl']}", f"API       {found['ApiUrl']}"]


def _live_settings(account: Account, function: str) -> str:
    """Return the parameters of the version that serves, read from that version itself."""
    live = account.client("lambda").get_function_configuration(
        FunctionName=function, Qualifier=ALIAS
    )
    variables = live.get("Environment", {}).get("Variables", {})
    settings = {
        "Memory": live["MemorySize"],
        "Architecture": live.get("Architectures", ["x86_64"])[0],
        "Engine": variables.get("MODEL_ENGINE"),
        "AllowedOrigins": variables.get("ALLOWED_ORIGINS"),
        "SnapStart": live.get("SnapStart", {}).get("ApplyOn"),
    }
    return " ".join(f"{name}={value or 'empty'}" for name, value in settings.items())


def _last_roll_out(account: Account, group: str) -> str:
    application, name = group.split("/")
    codedeploy = account.client("codedeploy")
    ids = codedeploy.list_deployments(applicationName=application, deploymentGroupName=name)
    if not ids["deployments"]:
        return "none yet: the first version takes all traffic at once"
    info = codedeploy.get_deployment(deploymentId=ids["deployments"][0])["deploymentInfo"]
    reason = info.get("errorInformation", {}).get("message", "")
    return f"{info['deploymentId']} {info['status']}" + (f": {reason}" if reason else "")


def _alarms(account: Account, topic: str) -> list[str]:
    pages = (
        account.client("cloudwatch")
        .get_paginator("describe_alarms")
        .paginate(StateValue="ALARM", ActionPrefix=topic)
    )
    return [alarm["AlarmName"] for page in pages for alarm in page["MetricAlarms"]]


def logs(account: Account, since_s: float, follow: bool = False) -> Iterator[str]:
    """Lines of every log group of the stack, oldest first; with ``follow``, for ever."""
    client = account.client("logs")
    groups = outputs(account)["LogGroups"].split(",")
    start = int((time.time() - since_s) * 1000)
    seen: set[str] = set()
    while True:
        events = [
            (event["timestamp"], event["eventId"], group, event["message"].rstrip())
            for group in groups
            for event in _events(client, group, start)
        ]
        for stamp, identifier, group, message in sorted(events):
            if identifier not in seen:
                seen.add(identifier)
                # Events may arrive late: the last minute is read again
                start = max(start, stamp - 60_000)
                yield f"{group.rpartition('-')[0]}  {message}"
        if not follow:
            return
        time.sleep(2)


def _events(client: Any, group: str, start: int) -> Iterator[dict[str, Any]]:
    pages = client.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=start)
    for page in pages:
        yield from page["events"]
