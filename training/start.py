"""Turns a table into a served model: ``cytology start titanic.csv --target survived``."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from cytology.arguments import ArgumentParser, port
from cytology.classifier import load_model
from cytology.reading.names import plain
from cytology.reading.refusals import InvalidTable
from cytology.reading.table import Choices
from cytology.schema import InvalidSchema, Schema, parse_schema
from training.candidates import CANDIDATES
from training.compiled import Compiled
from training.dataset import Dataset, InvalidDataset, as_rows, load_dataset
from training.decide import MISSED_SHARE
from training.evaluation.protocol import FAST, FULL
from training.evaluation.report import evaluate
from training.fit import WrongDirection
from training.leakage import find_leakage
from training.model import count_fits, learn
from training.propose import NoProposal, Table, as_lines, as_text, choices_for, propose, read_table
from training.provenance import provenance_of
from training.publish import write_artifact
from training.quick import ESTIMATORS, FOLDS, choose, part_of
from training.serve import serve
from training.train import CACHE, facts_of, population_of

#: Rows that the proof draws: a tenth of those of ``make train``, for an answer within a minute.
_RANDOM_ROWS = 100_000
_ERRORS = (NoProposal, InvalidTable, InvalidDataset, InvalidSchema, WrongDirection)


def main(arguments: list[str] | None = None) -> int:
    """Propose a schema, train, judge, prove, write, answer the first row, and serve."""
    options = _options(arguments)
    try:
        started = time.monotonic()
        start(options)
        print(f"first answer after {time.monotonic() - started:.0f} s")
    except OSError as error:
        print(f"{error.filename or options.csv}: {error.strerror or error}", file=sys.stderr)
        return 1
    except _ERRORS as error:
        print(f"{options.csv.name}: {error}", file=sys.stderr)
        return 1
    return 0 if options.no_serve else serve(options.out, options.port)


def start(options: argparse.Namespace) -> None:
    """Run every step except serving, and print each result."""
    table = read_table(options.csv.read_bytes(), options.target)
    schema_path = options.schema or options.csv.with_suffix(".features.json")
    schema = _schema(table, schema_path, options)
    choices = Choices(columns=choices_for(table.header, schema))
    dataset = load_dataset(schema, options.csv, choices)
    warnings = find_leakage(dataset, schema)
    part = dataset if options.full else part_of(dataset, schema)
    if part is not dataset:
        rows, all_rows = len(part.labels), len(dataset.labels)
        print(f"tuned and evaluated on {rows:,} of {all_rows:,} rows; FULL=1: all")
    names = (options.estimator,) if options.estimator else ESTIMATORS
    fits = sum(count_fits(name, schema, FOLDS) for name in names)
    with tqdm(total=fits, desc="choose", unit="fit") as progress:
        choice = choose(part, schema, names, progress.update)
    losses = ", ".join(f"{name} {loss:.4f}" for name, loss in choice.losses.items())
    print(f"{choice.estimator} is chosen by log-loss: {losses}")
    model = learn(
        choice.estimator,
        dataset,
        schema,
        setting=choice.setting,
        random_rows=None if options.full else _RANDOM_ROWS,
    )
    protocol = FULL if options.full else FAST
    report = evaluate([choice.estimator], part, schema, protocol, CACHE, model)
    report["warnings"] = [*report["warnings"], *warnings]
    made = provenance_of(
        "start",
        {"CSV": options.csv, "SCHEMA": schema_path},
        {"TARGET": options.target, "POSITIVE": options.positive, "ESTIMATOR": options.estimator}
        | {"FULL": "1" if options.full else None},
        {"SCHEMA": options.csv.with_suffix(".features.json")},
    )
    facts = {**facts_of(model, dataset, report), "gates_failed": [], "made": made}
    manifest = write_artifact(
        options.out,
        model=model,
        schema=schema,
        schema_content=schema_path.read_bytes(),
        population=population_of(model, dataset, schema),
        report=report,
        facts=facts,
    )
    _print_result(manifest, model.compiled, options.out)
    _print_first(options.out, dataset)


def _schema(table: Table, path: Path, options: argparse.Namespace) -> Schema:
    """Return the existing schema, else a proposal, which is written and printed."""
    if path.exists():
        schema = parse_schema(path.read_bytes())
        if plain(schema.class_column) != plain(options.target):
            raise NoProposal(
                f"{path.name} predicts {schema.class_column}, not {options.target}: delete it, or "
                "ask for its class_column"
            )
        print(f"{path.name} is there and is used; delete it for a new proposal")
        return schema
    document, columns = propose(table, options.csv.stem, options.target, options.positive)
    text = as_text(document)
    schema = parse_schema(text)
    print("\n".join(as_lines(columns)))
    print(
        f"{len(table.rows):,} rows; the positive class is {schema.positive}, the other one "
        f"{schema.negative}"
    )
    path.write_text(text, encoding="utf-8")
    print(f"→ {path} (edit it and run the command again)")
    return schema


def _print_result(manifest: dict[str, Any], compiled: Compiled, out: Path) -> None:
    figures = manifest["metrics"]
    shown = {
        "AUC": figures["auc"],
        "log-loss": figures["log_loss"],
        "sensitivity": figures["nested_sensitivity"],
        "specificity": figures["nested_specificity"],
    }
    print(
        f"evaluated ({figures['protocol']}): "
        + ", ".join(f"{name} {figure['value']:.3f}" for name, figure in shown.items())
        + f" at the threshold that misses {MISSED_SHARE:.0%} of the positive class"
    )
    for warning in manifest["warnings"]:
        print(f"warning: {warning}", file=sys.stderr)
    for line in compiled.lines():
        print(line)
    print(f"{manifest['name']} {manifest['version']}, {manifest['engine']} engine → {out}")


def _print_first(out: Path, dataset: Dataset) -> None:
    answer = load_model(str(out)).answers([list(as_rows(dataset.scores[:1])[0])])[0]
    print(
        f"row 1: {answer.label}, probability {answer.probability:.4f}; its class is "
        f"{dataset.labels[0]}"
    )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = ArgumentParser(prog="cytology start", description=__doc__)
    parser.add_argument("csv", type=Path, help="a table with a header and a column of classes")
    parser.add_argument("--target", required=True, help="name of the column to predict")
    parser.add_argument("--positive", help="its value that is asked for")
    parser.add_argument("--schema", type=Path, help="features.json; left out: beside the table")
    parser.add_argument(
        "--estimator", choices=sorted(CANDIDATES), help="left out: the best of three"
    )
    parser.add_argument(
        "--full", action="store_true", help="judge on all rows, ten times ten folds"
    )
    parser.add_argument("--out", type=Path, default=Path("artifact"))
    parser.add_argument("--port", type=port, default=8000)
    parser.add_argument("--no-serve", action="store_true", help="stop after the first answer")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
