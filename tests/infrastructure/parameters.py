"""Turns template.yaml's parameters into the table of docs/operations.md: ``make parameters``."""

from typing import Any

from tests.support.templates import ROOT, read

PAGE = ROOT / "docs" / "operations.md"
BEGIN = "<!-- parameters: written by make parameters -->\n"
END = "<!-- end of parameters -->\n"


def table() -> str:
    """One row a parameter, in the template's order."""
    rows = ["| Parameter | Default | Meaning |", "|---|---|---|"]
    for name, parameter in read("template.yaml")["Parameters"].items():
        rows.append(f"| `{name}` | {_default(parameter)} | {_meaning(parameter)} |")
    return "\n".join(rows) + "\n"


def page_with(table_text: str) -> str:
    """The page, its table replaced."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{table_text}{END}{after}"


def _default(parameter: dict[str, Any]) -> str:
    return f"`{parameter['Default']}`" if parameter["Default"] != "" else "empty"


def _meaning(parameter: dict[str, Any]) -> str:
    allowed = [str(value) for value in parameter.get("AllowedValues", []) if value != ""]
    options = f" One of {', '.join(allowed)}." if allowed else ""
    return parameter["Description"].strip() + options


if __name__ == "__main__":
    PAGE.write_text(page_with(table()))
