"""Reads template.yaml and decides its conditions for given parameters, as CloudFormation does."""

import difflib
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import yaml

Template = dict[str, Any]

ROOT = Path(__file__).resolve().parents[1]
FUNCTION = "PredictFunction"
#: Properties of the function that a published version does not hold.
UNVERSIONED = {
    "AutoPublishAlias",
    "AutoPublishCodeSha256",
    "DeploymentPreference",
    "ReservedConcurrentExecutions",
}
_NOTHING = {"Ref": "AWS::NoValue"}


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short tags as their long forms."""


def _tagged(loader: _Loader, tag: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(cast(yaml.MappingNode, node), deep=True)
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _tagged)


def read_template(name: str = "template.yaml") -> Template:
    """Return a template of the repository as plain data."""
    text = (ROOT / name).read_text(encoding="utf-8")
    found: Template = yaml.load(text, _Loader)  # noqa: S506 - derived from SafeLoader
    return found


def unknown_parameters(template: Template, given: Mapping[str, str]) -> list[str]:
    """Return one message for each name that is no parameter of the template."""
    messages = []
    for name in given:
        if name not in template["Parameters"]:
            near = difflib.get_close_matches(name, template["Parameters"], n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            messages.append(f"there is no parameter {name}{hint}")
    return messages


def broken_rules(template: Template, given: Mapping[str, Any]) -> list[str]:
    """Return the description of every assertion that these parameters break."""
    values = with_defaults(template, given)
    return [
        item["AssertDescription"]
        for rule in template.get("Rules", {}).values()
        if _truth(rule.get("RuleCondition", True), template, values)
        for item in rule["Assertions"]
        if not _truth(item["Assert"], template, values)
    ]


def resources(template: Template, given: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the properties by logical id of what CloudFormation would make.

    References to parameters become their values; others stay, since only AWS knows them.
    """
    values = with_defaults(template, given)
    return {
        name: _decide(resource.get("Properties", {}), template, values)
        for name, resource in template["Resources"].items()
        if "Condition" not in resource or _truth(resource, template, values)
    }


def with_defaults(template: Template, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a value for every parameter of the template."""
    defaults = {name: item.get("Default") for name, item in template["Parameters"].items()}
    return defaults | {name: value for name, value in given.items() if name in defaults}


def settings_hash(template: Template, given: Mapping[str, Any], image: str) -> str:
    """Return a hash of the image and of all that a published version holds.

    A deployment publishes a version exactly if this hash changes.
    """
    properties = resources(template, given)[FUNCTION]
    held = {name: value for name, value in properties.items() if name not in UNVERSIONED}
    # Numbers come as text from CloudFormation and as numbers from the template's defaults
    text = json.dumps([image, _as_text(held)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _as_text(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _as_text(value) for key, value in node.items()}
    return [_as_text(item) for item in node] if isinstance(node, list) else str(node)


def _truth(node: Any, template: Template, values: Mapping[str, Any]) -> bool:
    if isinstance(node, bool):
        return node
    if "Condition" in node:
        return _truth(template["Conditions"][node["Condition"]], template, values)
    [(function, argument)] = node.items()
    if function == "Fn::Not":
        return not _truth(argument[0], template, values)
    if function in ("Fn::And", "Fn::Or"):
        combine = all if function == "Fn::And" else any
        return combine(_truth(part, template, values) for part in argument)
    if function != "Fn::Equals":
        raise ValueError(f"a condition with {function} is not understood here")
    one, other = (_decide(side, template, values) for side in argument)
    return str(one) == str(other)


def _decide(node: Any, template: Template, values: Mapping[str, Any]) -> Any:
    if isinstance(node, list):
        return [_decide(item, template, values) for item in node]
    if not isinstance(node, dict):
        return node
    if set(node) == {"Fn::If"}:
        condition, yes, no = node["Fn::If"]
        holds = _truth({"Condition": condition}, template, values)
        return _decide(yes if holds else no, template, values)
    if set(node) == {"Fn::Split"} and node["Fn::Split"][1].get("Ref") in values:
        separator, text = _decide(node["Fn::Split"], template, values)
        return text.split(separator)
    if set(node) == {"Ref"} and node["Ref"] in values:
        return values[node["Ref"]]
    decided = {key: _decide(value, template, values) for key, value in node.items()}
    return {key: value for key, value in decided.items() if value != _NOTHING}
