"""Turns the first lines of a table into what each of its columns holds."""

from collections.abc import Callable
from typing import NamedTuple

from cytology.schema import Schema

_ID_NAMES = frozenset({"id", "sample", "sample_id"})
_CLASS_NAMES = frozenset({"class", "label", "diagnosis"})


class InvalidTable(ValueError):
    """The text as a whole is no table of samples; the message names the column or line and rule."""


class Layout(NamedTuple):
    """Where each thing stands in a row; features in schema order, None where a column is absent."""

    width: int
    features: tuple[int | None, ...]
    id: int | None
    label: int | None


def _plain(name: str) -> str:
    return "_".join(name.strip().lower().replace("-", " ").replace("_", " ").split())


def read_header(row: list[str], schema: Schema) -> list[str] | None:
    """Return the first row's names, or None where it holds scores already."""
    names = [_plain(cell) for cell in row]
    known = {_plain(feature.name) for feature in schema.features}
    known |= {_plain(feature.label) for feature in schema.features}
    return names if known & set(names) else None


def layout_of_header(names: list[str], schema: Schema) -> Layout:
    """Find each column by its name, the feature's or its label's; refuses what lacks or doubles."""
    _refuse_repeated(names, schema)
    at = {name: index for index, name in enumerate(names)}
    places = [at.get(_plain(f.name), at.get(_plain(f.label))) for f in schema.features]
    absent = [
        feature.name
        for feature, place in zip(schema.features, places, strict=True)
        if place is None and not feature.may_be_missing
    ]
    if absent:
        raise InvalidTable(f"the header lacks {', '.join(absent)}")
    return Layout(
        width=len(names),
        features=tuple(places),
        id=_first(at, {_plain(schema.id_column), *_ID_NAMES}),
        label=_first(at, {_plain(schema.class_column), *_CLASS_NAMES}),
    )


def _refuse_repeated(names: list[str], schema: Schema) -> None:
    """A repeated name is quoted where the schema has it, else told by its columns' numbers."""
    # Counted in one pass: a header may have half a million columns
    columns: dict[str, list[int]] = {}
    for number, name in enumerate(names, 1):
        if name:
            columns.setdefault(name, []).append(number)
    known = {_plain(text) for feature in schema.features for text in (feature.name, feature.label)}
    for name, numbers in columns.items():
        if len(numbers) > 1:
            what = name if name in known else "the same column"
            raise InvalidTable(
                f"the header names {what} more than once: columns {numbers[0]} and {numbers[1]}"
            )


def _first(at: dict[str, int], names: set[str]) -> int | None:
    return min((at[name] for name in names if name in at), default=None)


def layout_of_rows(rows: list[list[str]], schema: Schema) -> Layout:
    """Read the columns off rows without a header; refuses what cannot be told."""
    count = len(schema.features)
    widths: dict[int, int] = {}
    for row in rows:
        widths[len(row)] = widths.get(len(row), 0) + 1
    width = max(widths, key=widths.__getitem__)
    extra = width - count
    if extra not in (0, 1, 2):
        raise InvalidTable(f"{width} columns found, {count} scores needed")
    full = [row for row in rows if len(row) == width]
    labelled = extra == 2 or (extra == 1 and _ends_in_class(full, schema))
    start = 1 if extra - labelled else 0
    return Layout(
        width=width,
        features=tuple(range(start, start + count)),
        id=0 if start else None,
        label=width - 1 if labelled else None,
    )


def _ends_in_class(rows: list[list[str]], schema: Schema) -> bool:
    """Tell a class after the scores from an id before them, by what the rows hold.

    Taking one for the other shifts every score by a column and would go unnoticed, so what cannot
    be told is refused.
    """
    label = label_reader(schema)
    if not all(label(row[-1]) for row in rows):
        return False
    scores = {str(score) for score in schema.features[0].scores}
    first = [row[0].strip() for row in rows]
    if 2 * sum(cell in scores for cell in first) > len(first):
        return True
    if any(cell.lstrip("+-").isdecimal() for cell in first):
        raise InvalidTable(
            "without a header it is not clear whether the first column is an id or the last one "
            "the class; add a header"
        )
    return False


def label_reader(schema: Schema) -> Callable[[str], str | None]:
    """A function from a cell, a class's name or its code, to the class; None for anything else."""
    names = {str(item.code): item.name for item in schema.classes}
    names |= {item.name.lower(): item.name for item in schema.classes}
    return lambda cell: names.get(cell.strip().lower())
