"""Decides the value of every parameter that a deployment of a stage has."""

import tomllib
from collections.abc import Sequence
from typing import Any

from deploy.account import DeployError
from deploy.template import ROOT, Template, broken_rules, unknown_parameters


def parse_parameters(words: Sequence[str]) -> dict[str, str]:
    """Return ``Name=value`` words by name.

    Raises
    ------
    DeployError
        A word has no equals sign.
    """
    for word in words:
        if "=" not in word:
            raise DeployError(f'parameters are written PARAMETERS="Name=value"; got {word}')
    return dict(word.split("=", 1) for word in words)


def read_environment(stage: str) -> tuple[str, dict[str, str]]:
    """Return the stage's environment in samconfig.toml, and the parameters that it sets."""
    with (ROOT / "samconfig.toml").open("rb") as file:
        environments = tomllib.load(file)
    name = stage if stage in environments else "default"
    words = environments[name]["deploy"]["parameters"].get("parameter_overrides", [])
    return name, parse_parameters(words)


def held_parameters(stack: dict[str, Any] | None) -> dict[str, str]:
    """Return the values that a stack keeps where a deployment gives none."""
    found = (stack or {}).get("Parameters", [])
    return {item["ParameterKey"]: item["ParameterValue"] for item in found}


def check_parameters(template: Template, given: dict[str, str], values: dict[str, str]) -> None:
    """Refuse names that the template lacks, and values that its rules refuse.

    Parameters
    ----------
    template
        The template that is deployed.
    given
        What this deployment names.
    values
        What the stack then has, ``given`` included.

    Raises
    ------
    DeployError
        The message lists every error.
    """
    errors = [*unknown_parameters(template, given), *broken_rules(template, values)]
    if errors:
        raise DeployError("; ".join(errors))
