"""Writes template.yaml's parameters as a Markdown table, for docs/operations.md."""

from typing import Any

from deploy.template import read_template


def table() -> str:
    """Return one row a parameter, in the template's order."""
    rows = ["| Parameter | Default | Meaning |", "|---|---|---|"]
    for name, parameter in read_template()["Parameters"].items():
        default = f"`{parameter['Default']}`" if parameter["Default"] != "" else "empty"
        rows.append(f"| `{name}` | {default} | {_meaning(parameter)} |")
    return "\n".join(rows)


def _meaning(parameter: dict[str, Any]) -> str:
    allowed = [str(value) for value in parameter.get("AllowedValues", []) if value != ""]
    options = f" One of {', '.join(allowed)}." if allowed else ""
    return str(parameter["Description"]).strip() + options
