"""Proposes a schema for a table: what each column is, and which class is the positive one."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from cytology.reading.cells import is_missing, is_number
from cytology.reading.classes import plain_cell
from cytology.reading.columns import with_row_names
from cytology.reading.decode import decode
from cytology.reading.dialect import Cells, split
from cytology.reading.files import sheet_of
from cytology.reading.layout import commonest_width
from cytology.reading.names import Names, plain
from cytology.reading.unpack import is_workbook
from cytology.schema import Schema
from training.columns import Proposed, propose_column, slug

#: Names of a class that is asked for, in lower case; else the rarer class is the positive one.
_POSITIVE = ("1", "yes", "true", "y", "t", "positive", "pos", "case", "malignant", "+")
_SHOWN = 5
#: First rows among which the target's name is looked for: titles and comments may stand above it.
_LOOKED_AT = 10


class NoProposal(ValueError):
    """The table has no usable target or header; the message names the error and the remedy."""


class Table(NamedTuple):
    """A header and the cells below it."""

    header: list[str]
    rows: list[list[str]]
    decimal_comma: bool

    def column(self, place: int) -> list[str]:
        """The cells of one column; "" where a row is too short."""
        return [row[place] if place < len(row) else "" for row in self.rows]


def read_table(content: bytes, target: str | None = None) -> Table:
    """Split a file, in any format of the reader, into header and rows.

    Parameters
    ----------
    content
        The file.
    target
        A name in the header, by which the header and the delimiter are found.

    Raises
    ------
    NoProposal
        The first line has no column names.
    cytology.reading.refusals.InvalidTable
        The file is no table.
    """
    names = Names({plain(target): 0} if target else {}, frozenset(), frozenset())
    cells = (
        Cells(sheet_of(content), "\t") if is_workbook(content) else split(decode(content), names)
    )
    rows, header = cells.rows, cells.header
    if header is None and rows:
        width = commonest_width(rows)
        start = _place_of_header(cells, target)
        if start is None:
            start = next(index for index, row in enumerate(rows) if width - len(row) in (0, 1))
        named, rows = rows[start], rows[start + 1 :]
        header = with_row_names(named, rows)
    header = [cell.strip() for cell in header or ()]
    if not rows or any(is_number(cell, decimal_comma=True) for cell in header):
        raise NoProposal("the first line must name the columns, and samples must follow it")
    counts = Counter(map(plain, header))
    repeated = [name for name in header if plain(name) and counts[plain(name)] > 1]
    if repeated:
        message = "without case, blanks and marks these columns have one name; rename one"
        raise NoProposal(f"{message}: {', '.join(repeated)}")
    return Table(header, rows, cells.decimal_comma)


def _place_of_header(cells: Cells, target: str | None) -> int | None:
    known = plain(target or "")
    places = (n for n, row in enumerate(cells.rows[:_LOOKED_AT]) if known in map(plain, row))
    return next(places, None) if known else None


def place_of(table: Table, name: str) -> int:
    """Return the place of the column with a name.

    Raises
    ------
    NoProposal
        There is none.
    """
    found = [place for place, cell in enumerate(table.header) if plain(cell) == plain(name)]
    if not found:
        raise NoProposal(f"no column is named {name}; the columns are {', '.join(table.header)}")
    return found[0]


def propose(
    table: Table, name: str, target: str, positive: str | None = None
) -> tuple[dict[str, Any], list[Proposed]]:
    """Return the proposed schema, and what each column is.

    Parameters
    ----------
    table
        With a header.
    name
        Of the model.
    target
        Name of the column to predict.
    positive
        Its value that is asked for; left out: yes, true, 1 and the like, else the rarer one.

    Raises
    ------
    NoProposal
        The target has more than two values and ``positive`` is missing, or no column is a feature.
    """
    place = place_of(table, target)
    classes = classes_of(table.header[place], table.column(place), positive)
    columns = [
        propose_column(cell, table.column(index), decimal_comma=table.decimal_comma)
        for index, cell in enumerate(table.header)
        if index != place
    ]
    columns = _without_second_ids(columns)
    found = {column.use: column.name for column in columns if column.use in ("id", "group")}
    features = [column.entry for column in columns if column.entry]
    if not features:
        raise NoProposal("no column beside the target can be learnt from")
    document = {
        "name": slug(name).replace("_", "-"),
        "title": f"{table.header[place]}, learnt from {name}",
        **({"id_column": found["id"]} if "id" in found else {}),
        **({"group_column": found["group"]} if "group" in found else {}),
        "class_column": table.header[place],
        "missing": "?",
        **classes,
        "features": features,
    }
    return document, columns


def as_text(document: dict[str, Any]) -> str:
    """JSON for editing: a feature's entry is a line, as it can be compared and moved."""
    features = ",\n".join(
        f"  {json.dumps(item, ensure_ascii=False)}" for item in document["features"]
    )
    text = json.dumps({**document, "features": []}, indent=1, ensure_ascii=False)
    return text.replace('"features": []', f'"features": [\n{features}\n ]') + "\n"


def as_lines(columns: Sequence[Proposed]) -> list[str]:
    """The proposal as a table for the terminal."""
    wide = max(len("column"), *(len(column.name) for column in columns))
    lines = [f"{'column':{wide}}  {'used as':8}  {'missing':>8}  values"]
    for column in columns:
        missing = str(column.missing) if column.missing else ""
        lines.append(f"{column.name:{wide}}  {column.use:8}  {missing:>8}  {column.text}")
    return lines


def choices_for(header: Sequence[str], schema: Schema) -> str:
    """Return the reader's ``columns`` argument: the role of each column of a table."""
    features = {plain(each): f.name for f in schema.features for each in (f.name, f.label)}
    features |= {plain(each): f.name for f in schema.features for each in f.synonyms}
    grouped = plain(schema.group_column or schema.id_column)
    words = []
    for cell in map(plain, header):
        word = "class" if cell == plain(schema.class_column) else "ignore"
        words.append(features.get(cell) or ("id" if cell == grouped else word))
    return ",".join(words)


def _without_second_ids(columns: Sequence[Proposed]) -> list[Proposed]:
    """Keep the first id and the first group; a second one is dropped."""
    taken = set[str]()
    answer = []
    for column in columns:
        if column.use in taken:
            column = column._replace(use="dropped", text="a second id")
        elif column.use in ("id", "group"):
            taken.add(column.use)
        answer.append(column)
    return answer


def classes_of(target: str, cells: Sequence[str], positive: str | None) -> dict[str, Any]:
    """Return the schema's entries of the classes, from the cells of the target's column."""
    # As the reader compares them: yes and Yes, 1 and 1.0 are one class
    spelt = dict[str, str]()
    known = [cell.strip() for cell in cells if not is_missing(cell)]
    counts = Counter(spelt.setdefault(plain_cell(cell), cell) for cell in known)
    positive = positive and spelt.get(plain_cell(positive), positive)
    if len(counts) < 2:
        gaps = sorted({cell.strip() for cell in cells if is_missing(cell)} - {""})
        beside = f" beside {', '.join(gaps)}, read as missing" if gaps else ""
        raise NoProposal(f"{target} has {len(counts)} value{beside}; two classes are needed")
    if positive is not None and positive not in counts:
        raise NoProposal(f"{target} is never {positive}; its values are {_shown(counts)}")
    if len(counts) > 2 and positive is None:
        first = counts.most_common(1)[0][0]
        raise NoProposal(
            f"{target} has {len(counts)} values ({_shown(counts)}), and only two classes are "
            f"supported. Ask for one value against all others, as in POSITIVE={first} "
            f"(cytology start: --positive {first})"
        )
    wanted = positive or next((v for v in counts if plain_cell(v) in _POSITIVE), None)
    wanted = wanted or counts.most_common()[-1][0]
    others = sorted(value for value in counts if value != wanted)
    names = _names(target, wanted, others)
    return {
        "classes": [
            {"name": names[0], "code": _code(others[0])},
            {"name": names[1], "code": _code(wanted)},
        ],
        "positive": names[1],
        **({"class_values": dict.fromkeys(others[1:], names[0])} if others[1:] else {}),
    }


def _names(target: str, wanted: str, others: Sequence[str]) -> tuple[str, str]:
    """Return the names of both classes: words as they are, numbers with the target's name."""
    is_specific = plain(target) not in ("class", "label", "target", "outcome")
    if is_specific and wanted.casefold() in ("1", "1.0", "true", "yes") and len(others) == 1:
        return f"not {target}", target
    if is_number(wanted, decimal_comma=False):
        return f"{target} other than {wanted}" if others[1:] else f"{target} {others[0]}", (
            f"{target} {wanted}"
        )
    return (f"not {wanted}" if others[1:] else others[0]), wanted


def _code(cell: str) -> int | float | str:
    if not is_number(cell, decimal_comma=False):
        return cell
    number = float(cell)
    return int(number) if number.is_integer() else number


def _shown(counts: Counter[str]) -> str:
    values = [value for value, _ in counts.most_common(_SHOWN)]
    return ", ".join(values) + (", …" if len(counts) > _SHOWN else "")
