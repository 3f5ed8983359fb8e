"""Turns a translated template and parameters into the resources that CloudFormation would make."""

from typing import Any

_NOTHING = {"Ref": "AWS::NoValue"}


def resources(template: dict[str, Any], **given: Any) -> dict[str, dict[str, Any]]:
    """Properties by logical id of what these parameters leave, conditions decided.

    References to parameters become their values; others stay, since only AWS knows them.
    """
    values = _values(template, given)
    return {
        name: _decide(resource.get("Properties", {}), template, values)
        for name, resource in template["Resources"].items()
        if "Condition" not in resource or _holds(resource["Condition"], template, values)
    }


def broken_rules(template: dict[str, Any], **given: Any) -> list[str]:
    """Names of the template's rules that refuse these parameters."""
    values = _values(template, given)
    return [
        name
        for name, rule in template.get("Rules", {}).items()
        if _truth(rule.get("RuleCondition", True), template, values)
        and not all(_truth(item["Assert"], template, values) for item in rule["Assertions"])
    ]


def _values(template: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    defaults = {name: item.get("Default") for name, item in template["Parameters"].items()}
    assert set(given) <= set(defaults), set(given) - set(defaults)
    return defaults | given


def _holds(name: str, template: dict[str, Any], values: dict[str, Any]) -> bool:
    return _truth(template["Conditions"][name], template, values)


def _truth(node: Any, template: dict[str, Any], values: dict[str, Any]) -> bool:
    if isinstance(node, bool):
        return node
    [(function, argument)] = node.items()
    if function == "Condition":
        return _holds(argument, template, values)
    if function == "Fn::Not":
        return not _truth(argument[0], template, values)
    if function == "Fn::And":
        return all(_truth(part, template, values) for part in argument)
    if function == "Fn::Or":
        return any(_truth(part, template, values) for part in argument)
    assert function == "Fn::Equals", function
    one, other = (_decide(side, template, values) for side in argument)
    return str(one) == str(other)


def _decide(node: Any, template: dict[str, Any], values: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_decide(item, template, values) for item in node]
    if not isinstance(node, dict):
        return node
    if set(node) == {"Fn::If"}:
        condition, yes, no = node["Fn::If"]
        return _decide(yes if _holds(condition, template, values) else no, template, values)
    if set(node) == {"Fn::Split"} and node["Fn::Split"][1].get("Ref") in values:
        separator, text = _decide(node["Fn::Split"], template, values)
        return text.split(separator)
    if set(node) == {"Ref"} and node["Ref"] in values:
        return values[node["Ref"]]
    decided = {key: _decide(value, template, values) for key, value in node.items()}
    return {key: value for key, value in decided.items() if value != _NOTHING}
