"""Turns the 699 rows of the data set into tables of every form that people send.

Small files of the same kinds lie in tests/tables/, each beside the outcome it must have.
"""

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from typing import NamedTuple

from cytology.schema import load_schema
from tests.support.paths import ROOT

FILES = ROOT / "tests" / "tables"
SCHEMA = load_schema()
COUNT = len(SCHEMA.features)

with (ROOT / "training" / "data" / "breast-cancer-wisconsin.csv").open() as file:
    HEADER, *ROWS = list(csv.reader(file))

IDS = [row[0] for row in ROWS]
SCORES = [row[1:-1] for row in ROWS]
CLASSES = [row[-1] for row in ROWS]
NAMES = HEADER[1:-1]
MLBENCH = ["Cl.thickness", "Cell.size", "Cell.shape", "Marg.adhesion", "Epith.c.size",
           "Bare.nuclei", "Bl.cromatin", "Normal.nucleoli", "Mitoses"]  # fmt: skip
SHORT = ["clump_thickness", "unif_cell_size", "unif_cell_shape", "marg_adhesion",
         "single_epith_cell_size", "bare_nuclei", "bland_chrom", "norm_nucleoli",
         "mitoses"]  # fmt: skip
SPELT_OUT = ["Clump Thickness", "Uniformity of Cell Size", "Uniformity of Cell Shape",
             "Marginal Adhesion", "Single Epithelial Cell Size", "Bare Nuclei",
             "Bland Chromatin", "Normal Nucleoli", "Mitoses"]  # fmt: skip
ORDER = sorted(range(COUNT), key=lambda place: NAMES[place])


class Form(NamedTuple):
    """One spelling of the rows: the file, the caller's word, the code of a refusal or "".

    ``labelled`` where its classes are understood, ``local`` where it is read on this machine
    though the API refuses it.
    """

    name: str
    content: bytes
    refused: str = ""
    columns: str | None = None
    classes: str | None = None
    labelled: bool = False
    local: bool = False


def joined(rows, delimiter=",", end="\n") -> str:
    return "".join(delimiter.join(row) + end for row in rows)


def table(header, rows, delimiter=",", end="\n") -> bytes:
    return joined([*([header] if header else []), *rows], delimiter, end).encode()


def with_classes(cells) -> list[list[str]]:
    return [[*scores, cell] for scores, cell in zip(SCORES, cells, strict=True)]


def recoded(two: str, four: str) -> list[str]:
    return [two if cell == "2" else four for cell in CLASSES]


def changed(change: Callable[[str], str]) -> list[list[str]]:
    return [[i, *map(change, s), c] for i, s, c in zip(IDS, SCORES, CLASSES, strict=True)]


def forms() -> Iterator[Form]:
    """Every form over all rows."""
    yield from _spellings()
    yield from _cells()
    yield from _names()
    yield from _without_names()
    yield from _headers_unknown()
    yield from _files()


def _spellings() -> Iterator[Form]:
    text = joined([HEADER, *ROWS])
    for name, delimiter in (("semicolon", ";"), ("tab", "\t"), ("pipe", "|"), ("comma", ",")):
        for end_name, end in (("lf", "\n"), ("crlf", "\r\n"), ("cr", "\r")):
            content = table(HEADER, ROWS, delimiter, end)
            yield Form(f"{name} {end_name}", content, labelled=True)
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"):
        body = text.replace("1000025", "Gewebe-\u00fc") if encoding != "utf-16-be" else text
        yield Form(encoding, body.encode(encoding), labelled=True)
    quoted = joined([[f'"{cell}"' for cell in row] for row in [HEADER, *ROWS]], ";")
    yield Form("all quoted", quoted.encode(), labelled=True)
    yield Form("trailing comma", text.replace("\n", ",\n").encode(), labelled=True)
    spaced = text.replace(",", ", ")
    yield Form("blanks after commas", spaced.encode(), labelled=True)
    reordered = [[row[place] for place in ORDER] for row in SCORES]
    names = [NAMES[place] for place in ORDER]
    yield Form("sep= line", b"sep=,\n" + table(names, reordered))
    yield Form("sep=; line", b"sep=;\r\n" + table(names, reordered, ";", "\r\n"))
    yield Form("title", b"Aspirates 1989 to 1991\n\n" + text.encode(), labelled=True)
    yield Form("title in cells", b"Aspirates, 1989\n,,,,,,,,,,\n" + text.encode(), labelled=True)
    yield Form("comments", b"# made by hand\n# in 1992, at last\n" + text.encode(), labelled=True)
    yield Form("header behind #", b"# " + text.encode(), labelled=True)
    yield Form("blank lines", text.replace("\n", "\n\n").encode(), labelled=True)


def _cells() -> Iterator[Form]:
    floats = changed(lambda cell: cell if cell == "?" else f"{cell}.0")
    yield Form("5.0", table(HEADER, floats), labelled=True)
    commas = changed(lambda cell: cell if cell == "?" else f"{cell},0")
    for delimiter in ";\t|":
        content = table(HEADER, commas, delimiter)
        yield Form(f"5,0 between {delimiter!r}", content, labelled=True)
    signed = changed(lambda cell: cell if cell == "?" else f" +{cell} ")
    yield Form("+5", table(HEADER, signed), labelled=True)
    for mark in ("", "NA", "N/A", "#N/A", "<NA>", "\\N", "NaN", "null", "None", "-", ".", "na"):
        rows = changed(lambda cell, mark=mark: mark if cell == "?" else cell)
        yield Form(f"missing {mark!r}", table(HEADER, rows), labelled=True)
    for name, two, four in (
        ("names", "benign", "malignant"),
        ("letters", "B", "M"),
        ("floats", "2.0", "4.0"),
        ("0/1", "0", "1"),
        ("1/2", "1", "2"),
        ("words", "gut", "boese"),
    ):
        rows = with_classes(recoded(two, four))
        yield Form(f"class {name}", table([*NAMES, "class"], rows), labelled=name[0] in "nlf")
    rows = with_classes(["", *CLASSES[1:]])
    yield Form("one class empty", table([*NAMES, "class"], rows))
    rows = with_classes(recoded("0", "1"))
    said = "0:benign,1:malignant"
    yield Form("class said", table([*NAMES, "diagnosis"], rows), classes=said, labelled=True)


def _names() -> Iterator[Form]:
    for name, names in (("mlbench", MLBENCH), ("short", SHORT), ("spelt out", SPELT_OUT)):
        rows = with_classes(CLASSES)
        yield Form(f"names {name}", table([*names, "Class"], rows), labelled=True)
        header = [names[place] for place in reversed(range(COUNT))]
        yield Form(f"names {name} reversed", table(header, [row[::-1] for row in SCORES]))
    for name, spell in (("upper", str.upper), ("camel", lambda n: n.title().replace("_", ""))):
        yield Form(f"names {name}", table([spell(cell) for cell in NAMES], SCORES))
    extra = [[str(index), *row, "x"] for index, row in enumerate(SCORES)]
    yield Form("index and comment", table(["", *NAMES, "comment"], extra))
    one_wrong = ["thickness of clumps", *NAMES[1:]]
    yield Form("one name unknown", table(one_wrong, SCORES), "missing_column")
    misspelt = [name.replace("bare_nuclei", "bear_nuclei") for name in NAMES]
    yield Form("optional misspelt", table(misspelt, SCORES), "missing_column")
    twice = [*NAMES, "Mitosis"]
    yield Form("feature twice", table(twice, [[*r, r[-1]] for r in SCORES]), "repeated_column")
    other = [[*row, c, "2"] for row, c in zip(SCORES, CLASSES, strict=True)]
    yield Form("classes differ", table([*NAMES, "class", "label"], other), "repeated_column")
    same = [[*row, c, c] for row, c in zip(SCORES, CLASSES, strict=True)]
    yield Form("classes agree", table([*NAMES, "class", "label"], same), labelled=True)
    yield Form("row names of R", table(NAMES, [["7", *row] for row in SCORES]), "wrong_length")


def _without_names() -> Iterator[Form]:
    yield Form("scores alone", table(None, SCORES))
    yield Form("as in the archive", table(None, ROWS), labelled=True)
    # The last score may be missing, behind an id: two readings
    comma = table(None, [[*row, ""] for row in SCORES])
    yield Form("scores and comma", comma, "ambiguous_table")
    yield Form("scores and comma, said", comma, columns="scores,ignore")
    for name, cells in (
        ("2/4", CLASSES),
        ("0/1", recoded("0", "1")),
        ("1/2", recoded("1", "2")),
        ("one blank", ["", *CLASSES[1:]]),
        ("one ?", ["?", *CLASSES[1:]]),
        ("names", recoded("benign", "malignant")),
    ):
        content = table(None, with_classes(cells))
        yield Form(f"no header, class {name}", content, "ambiguous_table")
        labelled = name in ("2/4", "names")
        yield Form(
            f"no header, class {name}, said", content, columns="scores,class", labelled=labelled
        )
        yield Form(f"no header, class {name}, ignored", content, columns="scores,ignore")
    trailing = table(None, [[*row, ""] for row in with_classes(CLASSES)])
    yield Form("no header, class, comma", trailing, "ambiguous_table")
    yield Form("no header, class, comma, said", trailing, columns="scores,class", labelled=True)
    ids = table(None, [row[:-1] for row in ROWS])
    yield Form("no header, id", ids, "ambiguous_table")
    yield Form("no header, id, said", ids, columns="id,scores")
    small = [[str(n % 10 + 1), *row, c] for n, (row, c) in enumerate(zip(SCORES, CLASSES))]  # noqa: B905
    yield Form("no header, ids like scores", table(None, small), "ambiguous_table")
    yield Form("said too short", table(None, ROWS), "invalid_choice", "scores,class")
    header = [NAMES[place] for place in ORDER]
    rows = [[row[place] for place in ORDER] for row in SCORES]
    yield Form("said against the header", table(header, rows), "invalid_choice", "scores")
    yield Form("said by name", table(None, rows), columns=",".join(header))
    eight = [[*row[:-1], c] for row, c in zip(SCORES, CLASSES, strict=True)]
    yield Form("eight scores and class", table(None, eight), "ambiguous_table")


def _headers_unknown() -> Iterator[Form]:
    unknown = [f"F{number}" for number in range(1, COUNT + 1)]
    rows = with_classes(CLASSES)
    yield Form("F1 to F9", table(unknown, SCORES), "unknown_column")
    yield Form("F1 to F9, label", table([*unknown, "label"], rows), "unknown_column")
    said = table([*unknown, "label"], rows)
    yield Form("F1 to F9, said", said, columns="scores,class", labelled=True)
    for start in (0, 1):
        numbers = [str(number) for number in range(start, start + COUNT)]
        yield Form(f"header from {start}", table(numbers, SCORES), "ambiguous_table")
        numbers.append(str(start + COUNT))
        content = table(numbers, rows)
        yield Form(f"header from {start}, class", content, "ambiguous_table")
        yield Form(f"header from {start}, said", content, columns="scores,class", labelled=True)


def workbook(rows) -> bytes:
    """A workbook as Excel writes it, with one sheet; digits are numbers, the rest is text."""
    lines = []
    for row in rows:
        cells = [
            f"<c><v>{cell}</v></c>"
            if cell.isdigit()
            else f'<c t="inlineStr"><is><t>{cell}</t></is></c>'
            for cell in row
        ]
        lines.append(f"<row>{''.join(cells)}</row>")
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/s.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="rows" sheetId="1" r:id="r"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r" Type="{office}/worksheet" Target="s.xml"/></Relationships>',
        "xl/s.xml": f'<worksheet xmlns="{main}"><sheetData>{"".join(lines)}'
        "</sheetData></worksheet>",
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return packed.getvalue()


def _files() -> Iterator[Form]:
    book = workbook([HEADER, *ROWS])
    yield Form("xlsx", book, "unsupported_file", labelled=True, local=True)
    text = joined([HEADER, *ROWS]).encode()
    yield Form("gzip", gzip.compress(text, mtime=0), labelled=True)
    padded = gzip.compress(text, mtime=0) + bytes(512)
    yield Form("gzip behind which a tape has zeros", padded, labelled=True)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rows.csv", text)
    yield Form("zip", packed.getvalue(), labelled=True)
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("more.csv", text)
    yield Form("zip of two", packed.getvalue(), "unsupported_file")
    attributes = "".join(f"@attribute {name} numeric\n" for name in SHORT)
    head = f"% a comment\n@relation breast\n\n{attributes}@attribute Class {{2,4}}\n\n@data\n"
    yield Form("arff", (head + joined(with_classes(CLASSES))).encode(), labelled=True)
    keel = "".join(
        f"@attribute {name.title().replace('_', '')} integer [1, 10]\n" for name in NAMES
    )
    head = f"@relation wisconsin\n{keel}@attribute Class {{2, 4}}\n"
    head += "@inputs A, B\n@outputs Class\n@data\n"
    rows = [[c.replace("?", "<null>") for c in row] for row in with_classes(CLASSES)]
    yield Form("keel", (head + joined(rows, ", ")).encode(), labelled=True)
    for name, content in (
        ("pdf", b"%PDF-1.7\n%\xe2\xe3"),
        ("png", b"\x89PNG\r\n\x1a\n\x00"),
        ("xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00"),
        ("html", b"<!DOCTYPE html><table><tr><td>5"),
        ("json", json.dumps({"samples": SCORES[:2]}).encode()),
        ("binary", bytes(range(256)) * 4),
    ):
        yield Form(name, content, "unsupported_file")
    yield Form("empty", b"", "empty_table")
    yield Form("header alone", table(HEADER, []), "no_samples")
    yield Form("open quote", text.replace(b"1000025", b'"1000025'), "unreadable_text")
    yield Form("cut gzip", gzip.compress(text)[:-30], "unreadable_text")


def as_text(names):
    """Options by which pyarrow reads a CSV as it is: every cell a text."""
    from pyarrow import csv, string

    types = dict.fromkeys(names, string())
    return csv.ConvertOptions(column_types=types, strings_can_be_null=False)
