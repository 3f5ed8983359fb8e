"""Lists what a deployment would create, and its idle cost, without AWS."""

import json
from typing import Any

from deploy.account import find_region, stack_name
from deploy.parameters import check_parameters, read_environment
from deploy.site import site_files
from deploy.template import ROOT, read_template, resources, with_defaults

PRICES = ROOT / "lab" / "costs" / "prices.json"
#: GB in the registry, packed; docs/performance.md measures the image.
IMAGE_GB = 0.16
#: USD a month for one secret, which WebAclArn needs; AWS's price page, not in prices.json.
SECRET_USD = 0.40


def rehearse(stage: str, given: dict[str, str]) -> list[str]:
    """Return ten lines, from this checkout alone: no build, no credentials, no network.

    Raises
    ------
    deploy.account.DeployError
        A parameter is wrong.
    """
    template = read_template()
    given = read_environment(stage)[1] | given
    values = with_defaults(template, given)
    check_parameters(template, given, values)
    made = resources(template, values)
    files, alarms = len(site_files()), _alarms()
    fronts = {"s3": "the API, from a bucket", "cloudfront": "CloudFront, from a private bucket"}
    changed = [f"{name}={value}" for name, value in sorted(given.items())]
    memory = [made[name]["MemorySize"] for name in ("PredictFunction", "PreflightFunction")]
    access = f"tokens of {values['JwtIssuer']}" if values["JwtIssuer"] else "open to everybody"
    return [
        f"stack       {stack_name(stage)} in {find_region() or 'no region yet: set AWS_REGION'}",
        f"parameters  {' '.join(changed) or 'all defaults'}; an existing stack keeps the others",
        f"image       one for {values['Architecture']}, in the repository {stack_name(stage)}",
        f"functions   predict ({memory[0]} MB), preflight hook ({memory[1]} MB)",
        f"API         HTTP API, {values['RequestsPerSecond']} requests a second, {access}",
        f"form        {files} files, served by {fronts[values['Site']]}",
        f"roll-out    {values['Rollout']}, after the preflight hook; four alarms move it back",
        f"alarms      {len(alarms)}, to {values['AlarmEmail'] or 'nobody: set AlarmEmail'}",
        f"idle cost   about {_idle_usd(values, sum(alarms)):.2f} USD a month; no compute runs",
        "not asked   the account; make doctor asks it and changes nothing",
    ]


def _alarms() -> list[int]:
    """Return how many metrics each alarm watches; AWS bills by metric."""
    found = read_template("deploy/stacks/watch.yaml")["Resources"].values()
    alarms = [item["Properties"] for item in found if item["Type"] == "AWS::CloudWatch::Alarm"]
    return [sum("MetricStat" in part for part in alarm.get("Metrics", [])) or 1 for alarm in alarms]


def _idle_usd(values: dict[str, Any], alarm_metrics: int) -> float:
    prices = json.loads(PRICES.read_text(encoding="utf-8"))["prices"]
    image = float(prices["ecr_gb_month"]["tiers"][0][1]) * IMAGE_GB
    alarms = float(prices["alarm_month"]["tiers"][0][1]) * alarm_metrics
    return image + alarms + (SECRET_USD if values["WebAclArn"] else 0)
