"""Writes the model for another place: ``cytology export --format sql``."""

import argparse
import csv
import io
import sys
from pathlib import Path

from batch.export import Model, NoExport, load_model
from batch.export.conformance import write_pack
from batch.export.script import write_module, write_page
from batch.export.sheet import write_workbook
from batch.export.sql import DIALECTS, write_query
from cytology.arguments import ArgumentParser
from cytology.artifact import ArtifactMismatch
from cytology.classifier import model_directory

FORMATS = ("sql", "xlsx", "js", "html", "conformance")


def main(arguments: list[str] | None = None) -> int:
    """Write the export; return the exit status."""
    options = _options(arguments)
    directory = model_directory()
    try:
        content = _content(options, directory, load_model(directory))
    except (NoExport, ArtifactMismatch) as error:
        print(error, file=sys.stderr)
        return 2
    if options.out is None:
        sys.stdout.buffer.write(content)
        return 0
    options.out.write_bytes(content)
    print(f"{options.out}: {len(content):,} bytes")
    return 0


def _content(options: argparse.Namespace, directory: str, model: Model) -> bytes:
    if options.format == "xlsx":
        return write_workbook(model)
    if options.format == "conformance":
        text = io.StringIO(newline="")
        csv.writer(text).writerows(write_pack(directory, model))
        return text.getvalue().encode()
    if options.format == "sql":
        return f"{write_query(model, options.dialect, options.table)}\n".encode()
    return (write_module if options.format == "js" else write_page)(model).encode()


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = ArgumentParser(prog="cytology export", description=__doc__)
    parser.add_argument("--format", choices=FORMATS, default="sql")
    parser.add_argument("--dialect", choices=DIALECTS, default="duckdb", help="of the SQL")
    parser.add_argument("--table", default="samples", help="table that the SQL reads")
    parser.add_argument("--out", type=Path, help="the file; left out: standard output")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
