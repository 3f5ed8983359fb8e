"""Turns results.json into docs/performance.md and its drawings: ``make performance``."""

import json
from collections.abc import Mapping
from typing import Any

from lab.benchmarks import bills, sections
from lab.benchmarks.plots import draw_all
from lab.benchmarks.results import RESULTS, in_order, kept_bars
from lab.blocks import Block, Heading, Paragraph, Picture, Table, as_markdown
from training.card.render import DOCS

#: Files of the drawings, relative to the page.
PICTURES = "performance"
#: Sections in order: title, the results that each needs, and what writes it.
SECTIONS = (
    ("Cold start", "cold", sections.cold),
    ("Warm answers", "warm", sections.warm),
    ("Batches", "batch", sections.batch),
    ("Size and memory", "memory", sections.weight),
    ("Memory setting", "setting", bills.setting),
    ("Money", "money", bills.money),
    ("Developer loop", "loop", sections.loop),
)


def page_files(results: Mapping[str, Any]) -> dict[str, bytes]:
    """What docs/ holds: performance.md and its drawings."""
    drawings = draw_all(results)
    text = as_markdown([block for block in blocks(results) if _is_drawn(block, drawings)])
    files = {f"{PICTURES}/{name}": content for name, content in drawings.items()}
    return {"performance.md": text.encode(), **files}


def blocks(results: Mapping[str, Any]) -> list[Block]:
    """The whole page."""
    found: list[Block] = [
        Heading(1, "Performance"),
        Paragraph(
            "Generated from benchmarks/results.json by `make performance`; no number here is typed "
            "by hand. `make bench` measures everything and writes both; each part also runs alone, "
            "by the command in the table. Compare ratios: within a part all variants ran on one "
            "machine in turns, in containers of one processor, on the same base image (AWS's own "
            "or its stand-in, tests/container/base-image.sh)."
        ),
        *_bars(results),
        _runs(results),
    ]
    for title, needed, write_section in SECTIONS:
        if needed in results:
            found += [Heading(2, title), *write_section(results)]
    return [*found, *sections.limits()]


def write() -> None:
    """Write the page and its drawings; drawings that are no longer made go."""
    files = page_files(json.loads(RESULTS.read_text()))
    for path in (DOCS / PICTURES).glob("*.svg"):
        if f"{PICTURES}/{path.name}" not in files:
            path.unlink()
    for name, content in files.items():
        path = DOCS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _bars(results: Mapping[str, Any]) -> list[Block]:
    rows = [
        [
            bar["name"],
            sections.with_unit(bar["found"], bar["unit"]),
            sections.between(bar["lower_quartile"], bar["upper_quartile"]),
            ("≤ " if bar["at_most"] else "≥ ") + sections.with_unit(bar["bound"], bar["unit"]),
            bar["verdict"],
        ]
        for bar in kept_bars(results)
    ]
    if not rows:
        return []
    header = ["", "Found", "Quartiles of the rounds", "Bar", "Verdict"]
    return [
        Heading(2, "Bars"),
        Paragraph(
            "A bar is missed where it is missed by more than noise: where even the favourable "
            "quartile of the rounds does not reach it. `make bench` then ends with a failure."
        ),
        Table("Every bar", header, rows),
    ]


def _runs(results: Mapping[str, Any]) -> Table:
    rows = [
        [
            name,
            f"`{entry['command']}`",
            str(entry.get("rounds", "")),
            entry["measured"],
            f"{entry['machine']['processor']}, {entry['machine']['cores']} cores, "
            f"{entry['machine']['system']}, Python {entry['machine']['python']}",
        ]
        for name, entry in ((name, results[name]) for name in in_order(results))
    ]
    return Table("What was run", ["Result", "Command", "Rounds", "Date", "Machine"], rows)


def _is_drawn(block: Block, drawings: Mapping[str, bytes]) -> bool:
    return not isinstance(block, Picture) or block.file.removeprefix(f"{PICTURES}/") in drawings


if __name__ == "__main__":
    write()
