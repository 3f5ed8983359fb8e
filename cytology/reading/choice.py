"""Reads the caller's description of a table's columns: ``columns=id,scores,class``."""

from collections.abc import Sequence

from cytology.reading.layout import Layout
from cytology.reading.names import Names, plain
from cytology.reading.refusals import InvalidTable
from cytology.schema import Schema

#: Words for all features; messages use the one that fits the schema.
_ALL, _IGNORED = frozenset({"scores", "values"}), frozenset({"ignore", ""})


def layout_of_choice(text: str, schema: Schema, names: Names) -> Layout:
    """Return the layout that the caller states.

    Parameters
    ----------
    text
        Words, separated by commas: id, class, ignore, scores or values (both mean all features)
        or a feature's name.
    schema
        Has the features.
    names
        Every name that a column may have.

    Raises
    ------
    InvalidTable
        A word is not known or stands twice, or a feature has no column.
    """
    places: list[int | None] = [None] * len(schema.features)
    single: dict[str, int] = {}
    width = 0
    for word in text.split(","):
        name = plain(word)
        if name in _ALL and name not in names.features:
            found = list(range(len(places)))
        elif name in names.features:
            found = [names.features[name]]
        else:
            found = []
            if name in ("id", "class"):
                if single.setdefault(name, width) != width:
                    raise _invalid(f"{name} stands twice")
            elif name not in _IGNORED:
                raise _invalid(
                    f"the words are id, class, ignore, {schema.noun}s and names of features"
                )
            width += 1
        for feature in found:
            if places[feature] is not None:
                raise _invalid(f"{schema.names[feature]} stands twice")
            places[feature] = width
            width += 1
    needed = places.count(None) > schema.missing_at_most
    lacking = [
        feature.name
        for feature, place in zip(schema.features, places, strict=True)
        if place is None and (needed or not feature.may_be_missing)
    ]
    if lacking:
        raise _invalid(f"{', '.join(lacking)} has no column")
    label = (single["class"],) if "class" in single else ()
    return Layout(width, tuple(places), single.get("id"), label)


def check_header(header: Sequence[str], layout: Layout, schema: Schema, names: Names) -> None:
    """Raise if the stated layout contradicts a known name in the header.

    Parameters
    ----------
    header
        One name for each column.
    layout
        The layout that the caller states.
    schema
        Has the features.
    names
        Every name that a column may have.

    Raises
    ------
    InvalidTable
        A column has the name of another feature.
    """
    for place, cell in enumerate(header):
        feature = names.features.get(plain(cell))
        if feature is not None and layout.features[feature] != place:
            raise _invalid(f"the header names column {place + 1} {schema.names[feature]}")


def check_width(width: int, layout: Layout) -> None:
    """Raise InvalidTable if the layout and the table differ in their number of columns."""
    if width != layout.width:
        raise _invalid(f"it names {layout.width} columns, the table has {width}")


def _invalid(message: str) -> InvalidTable:
    return InvalidTable("invalid_choice", f"columns: {message}")
