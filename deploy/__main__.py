"""The command line of the deployment, ``python -m deploy``; the Makefile's targets call it."""

import argparse
import re
import sys
from collections.abc import Sequence
from typing import Any

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError

from cytology.arguments import ArgumentParser
from deploy.account import Account, DeployError, describe, open_account, stack_name
from deploy.doctor import Problem, account_problems, machine_problems
from deploy.limits import account_notes, limit_problems
from deploy.parameters import held_parameters, parse_parameters, read_environment
from deploy.rehearsal import rehearse
from deploy.release import deploy, destroy, roll_back
from deploy.smoke import smoke
from deploy.template import read_template, with_defaults
from deploy.watch import logs, status

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one verb; return the exit status."""
    options = _options(arguments)
    try:
        if options.verb == "doctor":
            return _doctor(options)
        if options.verb == "deploy":
            return _deploy(options)
        return _carry_out(options, open_account(options.stage))
    except (DeployError, OSError) as error:
        print(f"{options.verb}: {error}", file=sys.stderr)
    except (Boto3Error, BotoCoreError, ClientError) as error:
        print(f"{options.verb}: AWS says: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


def _carry_out(options: argparse.Namespace, account: Account) -> int:
    if options.verb == "rollback":
        print(roll_back(account, options.to))
    elif options.verb == "status":
        print("\n".join(status(account)))
    elif options.verb == "logs":
        for line in logs(account, _seconds(options.since), options.follow):
            print(line, flush=True)
    elif options.verb == "destroy":
        if not options.yes and input(f"type {account.stack} to delete it: ") != account.stack:
            raise DeployError("nothing was deleted")
        destroy(account)
    return 0


def _deploy(options: argparse.Namespace) -> int:
    given = parse_parameters(options.parameters)
    if options.dry_run:
        print("\n".join(rehearse(options.stage, given)))
        return 0
    account = open_account(options.stage)
    values = _values(account, options.stage, given)
    if problems := list(machine_problems(values["Architecture"])):
        raise DeployError("; ".join(f"{problem.error}: {problem.remedy}" for problem in problems))
    found = deploy(account, options.stage, given)
    print(f"smoke  {smoke(account, found)}")
    print(f"site   {found['SiteUrl']}\nAPI    {found['ApiUrl']}\nwatch  {found['DashboardUrl']}")
    return 0


def _doctor(options: argparse.Namespace) -> int:
    given = parse_parameters(options.parameters)
    notes: list[str] = []
    try:
        account = open_account(options.stage)
        values = _values(account, options.stage, given)
        problems = list(machine_problems(values["Architecture"]))
        problems += [*account_problems(account), *limit_problems(account, values)]
        notes = list(account_notes(account, values))
    except DeployError as error:
        problems = list(machine_problems(given.get("Architecture", "x86_64")))
        problems.append(Problem("AWS cannot be asked", str(error)))
    for note in notes:
        print(f"  {note}")
    for problem in problems:
        print(f"✗ {problem.error}\n  → {problem.remedy}")
    if not problems:
        print(f"✓ nothing found; {stack_name(options.stage)} is as this checkout says")
    return int(bool(problems))


def _values(account: Account, stage: str, given: dict[str, str]) -> dict[str, Any]:
    """Return every parameter as a deployment would set it, and whether there is a stack."""
    stack = describe(account)
    held = held_parameters(stack) | read_environment(stage)[1] | given
    return {**with_defaults(read_template(), held), "deployed": stack is not None}


def _seconds(text: str) -> float:
    match = re.fullmatch(r"(\d+)([smhd])", text)
    if match is None:
        raise DeployError(f"--since takes a number and s, m, h or d, such as 10m; got {text}")
    return int(match[1]) * SECONDS[match[2]]


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = ArgumentParser(prog="python -m deploy", description=__doc__)
    parser.add_argument("--stage", default="production", help="each stage is a stack of its own")
    verbs = parser.add_subparsers(dest="verb", required=True)
    deploy_verb = verbs.add_parser("deploy", help="build, deploy, publish the site")
    deploy_verb.add_argument("--dry-run", action="store_true", help="say what would be done")
    doctor_verb = verbs.add_parser("doctor", help="find the usual mistakes")
    for verb in (deploy_verb, doctor_verb):
        verb.add_argument("parameters", nargs="*", metavar="Parameter=value")
    rollback_verb = verbs.add_parser("rollback", help="back to the version before")
    rollback_verb.add_argument("--to", help="to this version instead")
    verbs.add_parser("status", help="what runs, and how it is doing")
    logs_verb = verbs.add_parser("logs", help="lines of every log")
    logs_verb.add_argument("--since", default="10m")
    logs_verb.add_argument("--follow", action="store_true")
    destroy_verb = verbs.add_parser("destroy", help="delete the stack and all that it holds")
    destroy_verb.add_argument("--yes", action="store_true", help="do not ask")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
