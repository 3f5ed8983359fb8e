"""Turns a command line into a report: ``python -m training.evaluate``."""

import argparse
import sys
from pathlib import Path
from typing import Any

from cytology.schema import DEFAULT_SCHEMA_PATH, InvalidSchema, load_schema
from training.candidates import CANDIDATES
from training.card.__main__ import main as write_card
from training.dataset import DATA_PATH, InvalidDataset, load_dataset
from training.evaluation.choice import NoChoice
from training.evaluation.gates import failed_gates
from training.evaluation.protocol import FAST, FULL
from training.evaluation.report import evaluate, write_report
from training.fit import WrongDirection
from training.train import CACHE, REPORT


def main() -> int:
    """Judge every candidate, print the comparison and the choice; 1 where a gate fails."""
    options = _options()
    protocol = FAST if options.fast else FULL
    try:
        schema = load_schema(str(options.schema))
        dataset = load_dataset(schema, options.data)
        document = evaluate(list(CANDIDATES), dataset, schema, protocol, CACHE)
    except (InvalidDataset, InvalidSchema, WrongDirection, NoChoice) as error:
        print(error, file=sys.stderr)
        return 1
    publish = options.out is None and protocol is FULL and options.data == DATA_PATH
    out = options.out or (REPORT if publish else CACHE / f"report-{protocol.name}.json")
    write_report(document, out)
    if publish:
        write_card()
    _print_report(document)
    print(f"→ {out}")
    chosen = document["chosen"]["estimator"]
    failures = failed_gates(document["candidates"][chosen]["figures"], full=not options.fast)
    if options.data == DATA_PATH and not options.fast and failures:
        print("\n".join(failures), file=sys.stderr)
        return 1
    return 0


def _print_report(document: dict[str, Any]) -> None:
    columns = ("accuracy", "auc", "log_loss", "ece", "calibration_slope", "inconclusive")
    print(f"{'candidate':18}", *(f"{name:>17}" for name in columns))
    for name, entry in document["candidates"].items():
        values = (entry["figures"][column]["value"] for column in columns)
        print(
            f"{name:18}", *(f"{value:17.4f}" if value is not None else " " * 17 for value in values)
        )
    print(f"\nchosen: {document['choice']['name']}; lowest log-loss: {document['choice']['best']}")
    for verdict in document["choice"]["verdicts"]:
        reasons = "; ".join(verdict["objections"]) or "meets the rule"
        print(
            f"  {verdict['name']:18} {verdict['behind']:+.4f} "
            f"(standard error {verdict['standard_error']:.4f}): {reasons}"
        )
    for gate in document["gates"]:
        verdict = "passed" if gate["passed"] else "FAILED"
        reached = ", ambition reached" if gate["reached"] else ""
        value = "none" if gate["value"] is None else f"{gate['value']:.4f}"
        print(f"  {gate['figure']:20} {value:>8}  must be {gate['must']}: {verdict}{reached}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA_PATH, help="CSV of labelled samples")
    parser.add_argument("--schema", type=Path, default=Path(DEFAULT_SCHEMA_PATH))
    parser.add_argument("--fast", action="store_true", help="one repeat of five folds: a minute")
    parser.add_argument("--out", type=Path, help="where report.json goes")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
