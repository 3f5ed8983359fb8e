"""Turns results into docs/reliability.json, and that into the tables of docs/reliability.md."""

import json
from pathlib import Path
from typing import Any

from benchmarks.results import record

DOCS = Path(__file__).parents[2] / "docs"
RESULTS, PAGE = DOCS / "reliability.json", DOCS / "reliability.md"
START, END = (
    "<!-- results: written by make fuzz, make chaos and make load -->",
    "<!-- end of results -->",
)


def keep(name: str, content: dict[str, Any]) -> None:
    """Replace one part of the results, and write the page's tables anew."""
    record(name, content, RESULTS)
    PAGE.write_text(rendered(PAGE.read_text()), encoding="utf-8")


def rendered(page: str) -> str:
    """The page with its tables as the results have them."""
    results = json.loads(RESULTS.read_text())
    tables = "\n\n".join(RENDER[name](results[name]) for name in RENDER if name in results)
    before, rest = page.split(START)
    return f"{before}{START}\n\n{tables}\n\n{END}{rest.split(END)[1]}"


def _origin(result: dict[str, Any]) -> str:
    machine = result["machine"]
    return f"`{result['command']}`, {result['measured']}, {machine['cores']} cores"


def _fuzz(result: dict[str, Any]) -> str:
    lines = [
        f"### Hostile input\n\n{_origin(result)}.\n",
        "| Part | Cases | Outcome |",
        "|---|---|---|",
    ]
    lines += [
        f"| {part['part']} | {part['cases']:,} | {part['outcome']} |" for part in result["parts"]
    ]
    return "\n".join(lines)


def _chaos(result: dict[str, Any]) -> str:
    lines = [f"### Faults\n\n{_origin(result)}.\n"]
    lines += ["| Fault | Must | Verdict | Evidence |", "|---|---|---|---|"]
    for item in result["faults"]:
        evidence = item["evidence"].replace("|", "\\|")
        lines.append(f"| {item['fault']} | {item['claim']} | {item['verdict']} | {evidence} |")
    return "\n".join(lines)


def _load(result: dict[str, Any]) -> str:
    lines = [
        f"### Load\n\n{_origin(result)}.\n",
        "| | Burst | Soak | Server |",
        "|---|---|---|---|",
    ]
    runs = [result.get(name, {}) for name in ("burst", "soak", "server")]
    names = {name: None for run in runs for name in run}
    for name in names:
        lines.append(f"| {name} | " + " | ".join(_shown(run.get(name)) for run in runs) + " |")
    return "\n".join(lines)


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)


RENDER = {"fuzz": _fuzz, "chaos": _chaos, "load": _load}
