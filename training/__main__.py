"""Trains a model from the command line: ``python -m training``."""

import argparse
import sys
from pathlib import Path

from cytology.arguments import ArgumentParser
from cytology.schema import DEFAULT_SCHEMA_PATH, InvalidSchema
from training.candidates import CANDIDATES
from training.dataset import DATA_PATH, InvalidDataset
from training.evaluation.gates import GateFailed
from training.fit import WrongDirection
from training.formats import FORMATS, Unwritable
from training.model import DEFAULT_ESTIMATOR
from training.train import train

#: Errors that a user can fix; they are printed as one line.
_ERRORS = (InvalidDataset, InvalidSchema, WrongDirection, GateFailed, Unwritable, OSError)


def main(arguments: list[str] | None = None) -> int:
    """Train, judge, prove and write; return the exit status."""
    options = _options(arguments)
    try:
        trained = train(
            options.estimator, options.data, options.schema, options.out, options.format
        )
    except _ERRORS as error:
        print(error, file=sys.stderr)
        return 1
    manifest, compiled = trained.manifest, trained.model.compiled
    print(f"{manifest['name']} {manifest['version']}, {manifest['engine']} engine → {options.out}")
    for line in compiled.lines():
        print(line)
    for warning in manifest["warnings"]:
        print(f"warning: {warning}", file=sys.stderr)
    for failure in trained.failures:
        print(f"below the gates of the default model: {failure}", file=sys.stderr)
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = ArgumentParser(prog="cytology train", description=__doc__)
    parser.add_argument("--estimator", choices=sorted(CANDIDATES), default=DEFAULT_ESTIMATOR)
    parser.add_argument("--format", choices=sorted(FORMATS), default="joblib")
    parser.add_argument("--data", type=Path, default=DATA_PATH, help="CSV of labelled samples")
    parser.add_argument("--schema", type=Path, default=Path(DEFAULT_SCHEMA_PATH))
    parser.add_argument("--out", type=Path, default=Path("artifact"))
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
