"""Evaluates every candidate: ``python -m training.evaluate``."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cytology.arguments import ArgumentParser
from cytology.schema import DEFAULT_SCHEMA_PATH, InvalidSchema, load_schema
from training.candidates import candidates_for
from training.card.__main__ import main as write_card
from training.card.render import number
from training.dataset import DATA_PATH, DATA_SHA256, InvalidDataset, load_dataset
from training.evaluation.gates import failed_gates
from training.evaluation.protocol import FAST, FULL
from training.evaluation.report import evaluate, write_report
from training.evaluation.warnings import as_lines
from training.fit import WrongDirection
from training.train import CACHE, REPORT


def main(arguments: list[str] | None = None) -> int:
    """Evaluate, print the comparison and the choice; return 1 where a gate fails."""
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
    out = options.out or (REPORT if publish else CACHE / f"report-{protocol.name}.json")
    write_report(document, out)
    _print_candidates(document["candidates"])
    _print_choice(document["choice"])
    print(f"→ {out}")
    if publish:
        write_card()
    print("\n".join(as_lines(document)), file=sys.stderr)
    if not shipped:
        return 0
    _print_gates(document["gates"])
    figures = document["candidates"][document["chosen"]["estimator"]]["figures"]
    return 1 if failed_gates(figures, full=protocol is FULL) else 0


def _print_candidates(candidates: Mapping[str, Any]) -> None:
    columns = ("accuracy", "auc", "log_loss", "ece", "calibration_slope", "inconclusive")
    print(f"{'candidate':18}", *(f"{name:>17}" for name in columns))
    for name, entry in candidates.items():
        values = (number(entry["figures"][column]["value"]) for column in columns)
        print(f"{name:18}", *(f"{value:>17}" for value in values))


def _print_choice(choice: Mapping[str, Any]) -> None:
    chosen = choice["name"] or "none meets the rule"
    print(f"\nchosen: {chosen}; lowest log-loss: {choice['best']}")
    for verdict in choice["verdicts"]:
        reasons = "; ".join(verdict["objections"]) or "meets the rule"
        print(
            f"  {verdict['name']:18} {verdict['behind']:+.4f} "
            f"(standard error {verdict['standard_error']:.4f}): {reasons}"
        )


def _print_gates(gates: Sequence[Mapping[str, Any]]) -> None:
    for gate in gates:
        verdict = {True: "kept", False: "NOT KEPT", None: "not measured by the fast protocol"}[
            gate["passed"]
        ]
        reached = "; ambition reached" if gate["reached"] else ""
        print(
            f"  {gate['figure']:20} {number(gate['value']):>8}  "
            f"must be {gate['must']}: {verdict}{reached}"
        )


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = ArgumentParser(prog="python -m training.evaluate", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA_PATH, help="CSV of labelled samples")
    parser.add_argument("--schema", type=Path, default=Path(DEFAULT_SCHEMA_PATH))
    parser.add_argument("--fast", action="store_true", help="one repeat of five folds: a minute")
    parser.add_argument("--out", type=Path, help="where report.json goes")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
