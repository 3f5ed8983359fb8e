"""Writes an additive model as a workbook with live formulas: values in, log-odds and label out."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape

from batch.export import Model, NoExport, Range, additive
from cytology.model.sum import SCALE

#: Rows with formulas in a workbook for people.
ROWS = 1_000
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


class Formula(str):
    """A cell that the program computes."""

    __slots__ = ()


def write_workbook(model: Model, rows: Sequence[Sequence[Any]] = ((),) * ROWS) -> bytes:
    """Return an .xlsx: a sheet of samples, and a sheet of points that the formulas read.

    Parameters
    ----------
    model
        An additive model.
    rows
        Values of samples, None where one is missing; the default are empty rows to fill in.

    Raises
    ------
    NoExport
        The model is not additive.
    """
    found = additive(model.document)
    if found is None:
        raise NoExport("workbooks hold additive models; FORMAT=sql writes trees too")
    samples = [_header(found.tables)]
    for number, row in enumerate(rows, 2):
        values = [*row, *[None] * (len(found.tables) - len(row))]
        samples.append([*values, *_formulas(found.tables, model, number)])
    points = _points(found.base, found.tables)
    return _packed({"samples": samples, "points": points})


def _header(tables: Sequence[Range]) -> list[Any]:
    ends = ("low", "high")
    answers = [
        f"{name}_{end}" for name in ("log_odds", "calibrated", "probability") for end in ends
    ]
    return [*(table.name for table in tables), *answers, "label"]


def _points(base: int, tables: Sequence[Range]) -> list[list[Any]]:
    """Return the sheet: the base, then two columns a table, of values and of points."""
    names = [cell for table in tables for cell in (table.name, "points")]
    columns: list[list[Any]] = [["base", base]]
    for table in tables:
        columns += [list(table.points), list(table.points.values())]
    height = max(map(len, columns))
    body = zip(*(column + [None] * (height - len(column)) for column in columns), strict=True)
    return [["base", *names], *[list(row) for row in body]]


def _formulas(tables: Sequence[Range], model: Model, row: int) -> list[Formula]:
    width, link, decision = len(tables), model.decision.link, model.decision
    used = f"COUNTA(A{row}:{_letters(width - 1)}{row})=0"
    low, high, first, second, least, most = (f"{_letters(width + i)}{row}" for i in range(6))

    def total(worst: str) -> str:
        terms = ["points!$A$3"]
        for place, table in enumerate(tables):
            cell, last = f"{_letters(place)}{row}", len(table.points) + 1
            keys, points = (_letters(1 + 2 * place + i) for i in (0, 1))
            known = f"VLOOKUP({cell},points!${keys}$2:${points}${last},2,FALSE)"
            missing = f"{worst}(points!${points}$2:${points}${last})"
            terms.append(f'IF({cell}="",{missing},{known})')
        # SUM and not +, which LibreOffice rounds to 0 where two numbers nearly cancel
        return f"SUM({','.join(terms)})"

    def linked(cell: str) -> str:
        odds = f"({cell}/{SCALE})"
        if link.is_identity:
            return odds
        # log1p, which spreadsheets lack, by Kahan's formula
        small = f"EXP(-ABS{odds})"
        tail = f"IF(1+{small}=1,{small},LN(1+{small})*{small}/((1+{small})-1))"
        below, above = f"MAX(-{odds},0)+{tail}", f"MAX({odds},0)+{tail}"
        return f"{link.c!r}-{link.a!r}*({below})+{link.b!r}*({above})"

    limit, labels = repr(decision.threshold), (decision.positive, decision.negative)
    label = f'IF({least}>={limit},"{labels[0]}",IF({most}<{limit},"{labels[1]}","undecided"))'
    cells = [total("MIN"), total("MAX"), linked(low), linked(high)]
    cells += [f"IF({c}<0,EXP({c})/(1+EXP({c})),1/(1+EXP(-{c})))" for c in (first, second)]
    return [Formula(f'IF({used},"",{text})') for text in (*cells, label)]


def _letters(place: int) -> str:
    """Name a column, from 0."""
    text = ""
    while place >= 0:
        place, letter = divmod(place, 26)
        text, place = chr(65 + letter) + text, place - 1
    return text


def _packed(sheets: dict[str, list[list[Any]]]) -> bytes:
    """Return the zip of XML that a workbook is."""
    numbers = range(1, len(sheets) + 1)
    listed = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>'
        for n, name in zip(numbers, sheets, strict=True)
    )
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for n in numbers
    )
    relations = [(f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in numbers]
    files = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override '
        f'PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>{parts}</Types>',
        "_rels/.rels": _relations([("rId1", "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}'
        '</sheets><calcPr calcId="0" fullCalcOnLoad="1"/></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(relations),
    }
    for number, rows in zip(numbers, sheets.values(), strict=True):
        files[f"xl/worksheets/sheet{number}.xml"] = _sheet(rows)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in files.items():
            # A fixed time: the same model gives the same bytes
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return content.getvalue()


def _relations(found: Iterable[tuple[str, str, str]]) -> str:
    entries = "".join(
        f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for name, kind, target in found
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{entries}</Relationships>'


def _sheet(rows: Sequence[Sequence[Any]]) -> str:
    lines = "".join(
        f'<row r="{number}">'
        + "".join(_cell(f"{_letters(at)}{number}", value) for at, value in enumerate(row))
        + "</row>"
        for number, row in enumerate(rows, 1)
    )
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{lines}</sheetData></worksheet>'


def _cell(place: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Formula):
        return f'<c r="{place}"><f>{escape(value)}</f></c>'
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{place}"><v>{value!r}</v></c>'
