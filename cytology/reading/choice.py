"""Reads the caller's word on what the columns of a table hold: ``columns=id,scores,class``."""

from collections.abc import Sequence

from cytology.reading.layout import Layout
from cytology.reading.names import Names, plain
from cytology.reading.refusals import InvalidTable
from cytology.schema import Schema

_SCORES, _IGNORED = "scores", frozenset({"ignore", ""})


def layout_of_choice(text: str, schema: Schema, names: Names) -> Layout:
    """Read a list of ``id``, ``class``, ``ignore``, ``scores`` (all features) and features' names.

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
        if name == _SCORES:
            found = list(range(len(places)))
        elif name in names.features:
            found = [names.features[name]]
        else:
            found = []
            if name in ("id", "class"):
                if single.setdefault(name, width) != width:
                    raise _invalid(f"{name} stands twice")
            elif name not in _IGNORED:
                raise _invalid("the words are id, class, ignore, scores and names of features")
            width += 1
        for feature in found:
            if places[feature] is not None:
                raise _invalid(f"{schema.names[feature]} stands twice")
            places[feature] = width
            width += 1
    lacking = [
        feature.name
        for feature, place in zip(schema.features, places, strict=True)
        if place is None and not feature.may_be_missing
    ]
    if lacking:
        raise _invalid(f"{', '.join(lacking)} has no column")
    label = (single["class"],) if "class" in single else ()
    return Layout(width, tuple(places), single.get("id"), label)


def check_header(header: Sequence[str], layout: Layout, schema: Schema, names: Names) -> None:
    """Refuse a choice that says otherwise than a header whose names are known.

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
    """Refuse a choice of another number of columns than the table has."""
    if width != layout.width:
        raise _invalid(f"it names {layout.width} columns, the table has {width}")


def _invalid(message: str) -> InvalidTable:
    return InvalidTable("invalid_choice", f"columns: {message}")
