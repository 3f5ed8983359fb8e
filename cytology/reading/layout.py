"""Finds the layout of a table without a header; raises if more than one is possible."""

from collections import Counter
from collections.abc import Sequence

from cytology.annotations import NamedTuple
from cytology.reading.cells import FeatureCells, InvalidCell, is_missing
from cytology.reading.classes import is_code, known_codes
from cytology.reading.refusals import InvalidTable
from cytology.schema import Schema

#: Rows from which a last column with only class codes is not taken for a measurement.
_TELLING_ROWS = 10

#: Number of columns beside the measurements (*) → possible values of ``columns``.
_READINGS = {
    1: ("*,class", "id,*", "*,ignore", "ignore,*"),
    2: ("id,*,class", "id,*,ignore", "*,class,ignore", "ignore,*,class"),
}


class Layout(NamedTuple):
    """Places of the columns in a row; features in schema order, None for an absent column.

    ``labels`` lists every class column; two class columns must have the same labels.
    """

    width: int
    features: tuple[int | None, ...]
    id: int | None
    labels: tuple[int, ...] = ()


def commonest_width(rows: Sequence[Sequence[str]]) -> int:
    """Return the number of cells that most rows have."""
    return Counter(map(len, rows)).most_common(1)[0][0]


def without_empty_ends(rows: list[list[str]], width: int) -> tuple[list[list[str]], int]:
    """Remove last columns that are empty in every row, as after a delimiter at the line's end."""
    full = [row for row in rows if len(row) == width]
    used = width
    while used > 1 and not any(row[used - 1].strip() for row in full):
        used -= 1
    if used == width:
        return rows, width
    return [row[:used] if len(row) == width else row for row in rows], used


def layout_of_rows(
    rows: list[list[str]], schema: Schema, *, decimal_comma: bool
) -> tuple[list[list[str]], Layout]:
    """Return the rows and layout of a table without a header.

    Two layouts are known: the measurements alone; and id, measurements, class if every cell of the
    last column is a class and the first column cannot be a measurement.

    Parameters
    ----------
    rows
        The table.
    schema
        Has the features and classes.
    decimal_comma
        Whether a comma in a cell is a decimal sign.

    Returns
    -------
    The rows without columns that are empty throughout, and their layout.

    Raises
    ------
    InvalidTable
        Another reading is possible.
    """
    count = len(schema.features)
    whole = commonest_width(rows)
    rows, width = without_empty_ends(rows, whole)
    full = [row for row in rows if len(row) == width]
    cells = [FeatureCells(f, schema.missing, decimal_comma=decimal_comma) for f in schema.features]
    if width == count:
        # An empty last column may be a missing last score behind an id
        shifted = whole > width and schema.features[-1].may_be_missing
        if shifted or counts(full[0]) or _ends_in_classes(full, schema):
            raise ambiguous(full[0], schema)
        return rows, Layout(width, tuple(range(count)), None)
    known = width == count + 2 and whole == width and _all_classes(full, schema)
    if known and _is_no_value(full, 0, cells[0]) and not _is_no_value(full, 1, cells[0]):
        return rows, Layout(width, tuple(range(1, count + 1)), 0, (width - 1,))
    raise ambiguous(full[0], schema)


def ambiguous(row: Sequence[str], schema: Schema) -> InvalidTable:
    """Return the error of a table without a header whose columns are not known."""
    count, width = len(schema.features), len(row)
    if width < count:
        message = (
            f"{width} columns found (by comma, semicolon, tab or |), {count} {schema.noun}s needed"
        )
    elif counts(row):
        message = "the first row counts 1, 2, 3 …: it may hold the numbers of the columns"
    else:
        message = f"{width} columns without names can be read in more than one way"
    return InvalidTable(
        "ambiguous_table", f"{message}; {_how(width, schema)}", row, _readings(width, schema)
    )


def unknown_header(row: Sequence[str], schema: Schema) -> InvalidTable:
    """Return the error of a header that names no feature."""
    width = len(row)
    message = f"the first line is a header that names no feature; {_how(width, schema)}"
    return InvalidTable("unknown_column", message, row, _readings(width, schema))


def _readings(width: int, schema: Schema) -> tuple[str, ...]:
    beside = width - len(schema.features)
    known = ("*",) if beside == 0 else _READINGS.get(beside, ())
    return tuple(reading.replace("*", f"{schema.noun}s") for reading in known)


def _how(width: int, schema: Schema) -> str:
    known = _readings(width, schema)
    choice = f", or say what they hold, as in columns={known[0]}" if known else ""
    return f"name the columns as the schema does{choice}"


def counts(row: Sequence[str]) -> bool:
    """True for 0, 1, 2 … or 1, 2, 3 …, which may be the numbers of the columns."""
    numbers = [cell.strip() for cell in row]
    return len(row) > 2 and any(
        numbers == [str(start + place) for place in range(len(row))] for start in (0, 1)
    )


def _all_classes(rows: list[list[str]], schema: Schema) -> bool:
    codes = known_codes(schema)
    return all(is_code(row[-1], codes) for row in rows)


def _ends_in_classes(rows: list[list[str]], schema: Schema) -> bool:
    """True if the last column may be a class: it has two or more codes and nothing else."""
    if len(rows) < _TELLING_ROWS or not _all_classes(rows, schema):
        return False
    return len({row[-1].strip() for row in rows}) > 1


def _is_no_value(rows: list[list[str]], place: int, values: FeatureCells) -> bool:
    """True if most cells of a column are no values of the feature, so that it is an id."""
    other = 0
    for row in rows:
        try:
            if not is_missing(row[place]):
                values[row[place]]
        except InvalidCell:
            other += 1
    return 2 * other > len(rows)
