"""Finds the header of a table, and the layout by the names in it."""

from collections.abc import Sequence

from cytology.reading.cells import is_missing
from cytology.reading.layout import Layout
from cytology.reading.names import Names, plain
from cytology.reading.refusals import InvalidTable
from cytology.schema import Schema

#: First rows that are searched for a header; titles and comments may stand above it.
_LOOKED_AT = 10

#: Columns that a message lists by number; further ones are counted.
_LISTED = 8


def find_header(rows: Sequence[Sequence[str]], names: Names, width: int) -> int | None:
    """Return the index of the header row, None if no row has the name of a column.

    Parameters
    ----------
    rows
        The table.
    names
        Every name that a column may have.
    width
        The number of cells that most rows have.

    Raises
    ------
    InvalidTable
        Rows that may be samples stand above it.
    """
    for index, row in enumerate(rows[:_LOOKED_AT]):
        if any(names.has(cell) for cell in row) and not _is_sample(row, names):
            if any(_is_sample(above, names) for above in rows[:index] if len(above) == width):
                raise InvalidTable(
                    "ambiguous_table",
                    f"row {index + 1} names the columns, and samples stand above it; move it up",
                    row,
                )
            return index
    return None


def _is_sample(row: Sequence[str], names: Names) -> bool:
    """True if most cells of a row are numbers or categories."""
    return 2 * sum(map(names.is_value, row)) >= len(row) - 1 > 0


def is_unknown_header(row: Sequence[str], names: Names) -> bool:
    """True if a row has only text: a header without a known name."""
    texts = [cell for cell in row if not is_missing(cell)]
    return len(texts) > 1 and not any(map(names.is_value, texts))


def layout_of_header(
    header: Sequence[str], schema: Schema, names: Names, notes: list[str]
) -> Layout:
    """Return the layout by the names in the header.

    Parameters
    ----------
    header
        One name for each column.
    schema
        Has the required features.
    names
        Every name that a column may have.
    notes
        Gets a sentence on the columns that are ignored or absent.

    Raises
    ------
    InvalidTable
        A feature has no column, or two.
    """
    places: list[int | None] = [None] * len(schema.features)
    identifier: int | None = None
    labels: list[int] = []
    ignored: list[int] = []
    nameless: list[int] = []
    for place, cell in enumerate(header):
        name = plain(cell)
        feature = names.features.get(name)
        if feature is not None:
            if (first := places[feature]) is not None:
                raise InvalidTable(
                    "repeated_column",
                    f"the header names {schema.names[feature]} more than once: columns "
                    f"{first + 1} and {place + 1}",
                )
            places[feature] = place
        elif name in names.classes:
            labels.append(place)
        elif name in names.ids and identifier is None:
            identifier = place
        elif name:
            ignored.append(place)
        elif place:  # a first column without a name holds the names of rows
            nameless.append(place)
    _refuse_absent(header, schema, places, sorted(ignored + nameless))
    if ignored:
        notes.append(f"{_listed(ignored)} not known and ignored")
    notes += [
        f"{feature.name} has no column; it is missing in every row"
        for feature, found in zip(schema.features, places, strict=True)
        if found is None
    ]
    return Layout(len(header), tuple(places), identifier, tuple(labels))


def _refuse_absent(
    header: Sequence[str], schema: Schema, places: list[int | None], ignored: list[int]
) -> None:
    # An absent optional column may be one with an unknown name, misspelt, or without a name
    needed = bool(ignored) or places.count(None) > schema.missing_at_most
    absent = [
        feature.name
        for feature, place in zip(schema.features, places, strict=True)
        if place is None and (needed or not feature.may_be_missing)
    ]
    if absent:
        unknown = f"; {_listed(ignored)} not known" if ignored else ""
        raise InvalidTable(
            "missing_column", f"the header lacks {', '.join(absent)}{unknown}", header
        )


def _listed(places: list[int]) -> str:
    shown = ", ".join(str(place + 1) for place in places[:_LISTED])
    more = f" and {len(places) - _LISTED} more" if len(places) > _LISTED else ""
    return f"column {shown} is" if len(places) == 1 else f"columns {shown}{more} are"
