"""Turns a table into samples in row order, and into the errors of every row that is none."""

from collections.abc import Sequence
from operator import getitem, itemgetter

from cytology.annotations import NamedTuple
from cytology.batch import Batch, SampleError
from cytology.measurements import Error, Row, Sample, check_gaps, check_id
from cytology.reading.cells import FeatureCells, InvalidCell
from cytology.reading.classes import Coding, read_classes, read_coding
from cytology.reading.columns import by_choice, by_content
from cytology.reading.decode import decode
from cytology.reading.dialect import Cells, split
from cytology.reading.layout import Layout
from cytology.reading.names import known_names
from cytology.reading.refusals import InvalidTable, TooManyRows
from cytology.reading.unpack import UNPACKED_MAX
from cytology.schema import Schema, Value

#: Characters of a refused row that are kept with its errors.
_INPUT_MAX = 200


class Choices(NamedTuple):
    """What the caller says about a table: its columns, and what its class codes mean.

    ``learning`` is true where a model learns from the labels: 0 and 1 are then no known codes.
    """

    columns: str | None = None
    classes: str | None = None
    learning: bool = False


NO_CHOICES = Choices()


def read_table(
    content: bytes | str,
    schema: Schema,
    max_rows: int | None = None,
    choices: Choices = NO_CHOICES,
    unpacked_max: int = UNPACKED_MAX,
) -> Batch:
    """Read a table with or without a header, in any usual spelling (docs/tables.md).

    Parameters
    ----------
    content
        The file, or its text.
    schema
        Has the features, classes and their names.
    max_rows
        The most samples that are read; None for no limit.
    choices
        What the caller says about the columns and classes.
    unpacked_max
        The most bytes that a gzip or zip may unpack to.

    Returns
    -------
    A sample or None a row; an error of a single row never raises.

    Raises
    ------
    InvalidTable, TooManyRows
        Nothing can be read at all, or only by guessing.
    """
    names = known_names(schema)
    text = content if isinstance(content, str) else decode(content, unpacked_max)
    cells = split(text, names, max_rows)
    return read_cells(cells, schema, max_rows, choices)


def read_cells(
    cells: Cells,
    schema: Schema,
    max_rows: int | None = None,
    choices: Choices = NO_CHOICES,
) -> Batch:
    """Read a table that is cells already, as a workbook's sheet is; parameters as above."""
    coding = read_coding(schema, choices.classes, learning=choices.learning)
    if not cells.rows and cells.header is None:
        raise InvalidTable("empty_table", "the table is empty")
    names, notes = known_names(schema), list[str]()
    if choices.columns is not None:
        rows, layout = by_choice(cells, schema, names, choices.columns, notes)
    else:
        rows, layout = by_content(cells, schema, names, notes)
    if max_rows is not None and len(rows) > max_rows:
        raise TooManyRows
    if not rows:
        raise InvalidTable("no_samples", "only a header was found")
    labels = _labels(rows, layout, schema, coding, notes)
    batch = read_rows(rows, layout, schema, decimal_comma=cells.decimal_comma)
    return batch._replace(labels=labels, notes=tuple(notes))


def read_rows(
    rows: Sequence[Sequence[str]], layout: Layout, schema: Schema, *, decimal_comma: bool
) -> Batch:
    """Read rows whose columns are known; labels are left out.

    Parameters
    ----------
    rows
        The cells of each row.
    layout
        Where each feature and the id stand.
    schema
        Has the features.
    decimal_comma
        True where 5,0 is a number.
    """
    tables = [FeatureCells(f, schema.missing, decimal_comma=decimal_comma) for f in schema.features]
    places = [place for place in layout.features if place is not None]
    # itemgetter of one place gives a cell and not a tuple
    pick = itemgetter(*places) if len(places) == len(tables) > 1 else None
    samples: list[Sample | None] = []
    failed: list[SampleError] = []
    inputs: dict[int, str] = {}
    for index, row in enumerate(rows):
        try:
            scores = tuple(map(getitem, tables, pick(row))) if pick else None
        except (InvalidCell, IndexError):
            scores = None
        errors: list[Error] = []
        if scores is None or len(row) != layout.width:
            scores = _look_closely(row, layout, tables, errors)
        if None in scores:
            check_gaps(scores, schema, errors)
        identifier = None
        if layout.id is not None and len(row) == layout.width:
            identifier = row[layout.id].strip() or None
            if identifier is not None:
                check_id(identifier, errors)
        if errors:
            samples.append(None)
            failed.extend(SampleError(index, *error) for error in errors)
            inputs[index] = ",".join(row)[:_INPUT_MAX]
        else:
            samples.append(Sample(scores, identifier))
    return Batch(samples, failed, inputs=inputs, table=True)


def _look_closely(
    row: Sequence[str], layout: Layout, tables: list[FeatureCells], errors: list[Error]
) -> Row:
    if len(row) != layout.width:
        message = f"{len(row)} columns found, {layout.width} needed"
        errors.append(Error("", "wrong_length", message))
        return ()
    scores: list[Value | None] = []
    for place, cells in zip(layout.features, tables, strict=True):
        try:
            scores.append(cells["" if place is None else row[place]])
        except InvalidCell as invalid:
            errors.append(invalid.error)
    return tuple(scores)


def _labels(
    rows: Sequence[Sequence[str]],
    layout: Layout,
    schema: Schema,
    coding: Coding,
    notes: list[str],
) -> list[str | None] | None:
    found: list[list[str | None]] = []
    for place in layout.labels:
        cells = [row[place] if len(row) == layout.width else "" for row in rows]
        labels = read_classes(cells, schema, coding, notes)
        if labels is None:
            return None
        found.append(labels)
    if any(labels != found[0] for labels in found):
        raise differing_labels(layout)
    return found[0] if found else None


def differing_labels(layout: Layout) -> InvalidTable:
    """The refusal of two class columns that differ."""
    places = " and ".join(str(place + 1) for place in layout.labels)
    return InvalidTable("repeated_column", f"two class columns differ: columns {places}; keep one")
