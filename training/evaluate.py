"""Evaluates every candidate: ``python -m training.evaluate``."""

import argparse
import sys
from pathlib import Path

from cytology.arguments import ArgumentParser
from cytology.schema import DEFAULT_SCHEMA_PATH, InvalidSchema, load_schema
from training.candidates import candidates_for
from training.card.render import write_card
from training.dataset import DATA_PATH, DATA_SHA256, InvalidDataset, load_dataset
from training.evaluation.gates import failed_gates
from training.evaluation.protocol import FAST, FULL
from training.evaluation.report import evaluate, write_report
from training.evaluation.warnings import as_lines
from training.fit import WrongDirection
from training.train import CACHE, REPORT


def main(arguments: list[str] | None = None) -> int:
    """Evaluate, write report and card, print the choice; return 1 where a gate fails."""
    options = _options(arguments)
    protocol = FAST if options.fast else FULL
    try:
        schema = load_schema(str(options.schema))
        dataset = load_dataset(schema, options.data)
        document = evaluate(candidates_for(schema), dataset, schema, protocol, CACHE)
    except (InvalidDataset, InvalidSchema, WrongDirection, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    shipped = dataset.sha256 == DATA_SHA256
    publish = options.out is None and shipped and protocol is FULL
    out = options.out or (REPORT if publish else CACHE / protocol.name / REPORT.name)
    write_report(document, out)
    write_card(document, schema, out.parent)
    choice = document["choice"]
    print(f"chosen: {choice['name'] or 'none meets the rule'}; lowest log-loss: {choice['best']}")
    print(f"→ {out}, {out.with_name('model-card.md')}")
    figures = document["candidates"][document["chosen"]["estimator"]]["figures"]
    failures = failed_gates(figures, full=protocol is FULL) if shipped else []
    for line in [*as_lines(document), *failures]:
        print(line, file=sys.stderr)
    return int(bool(failures))


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = ArgumentParser(prog="python -m training.evaluate", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA_PATH, help="CSV of labelled samples")
    parser.add_argument("--schema", type=Path, default=Path(DEFAULT_SCHEMA_PATH))
    parser.add_argument("--fast", action="store_true", help="one repeat of five folds: a minute")
    parser.add_argument("--out", type=Path, help="where report.json goes")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
