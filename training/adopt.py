"""Turns a fitted classifier into a served model: ``cytology adopt model.sav``."""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from cytology.arguments import ArgumentParser, port
from cytology.reading.refusals import InvalidTable
from cytology.schema import InvalidSchema
from training.dataset import InvalidDataset
from training.foreign import NotAdopted
from training.propose import NoProposal
from training.serve import serve

#: What the process that reads the file gets of the environment: no credentials.
_PASSED = frozenset({"HOME", "LANG", "LC_ALL", "PATH", "PYTHONPATH", "TMPDIR", "VIRTUAL_ENV"})
_ERRORS = (NotAdopted, NoProposal, InvalidTable, InvalidSchema, InvalidDataset, OSError)


def main(arguments: list[str] | None = None) -> int:
    """Read the model in a process of its own, compile, prove and write it, and serve it."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = _options(given)
    if options.here:
        return _adopt_here(options)
    kept = {name: value for name, value in os.environ.items() if name in _PASSED}
    command = [sys.executable, "-m", "training.adopt", "--here", *given]
    status = subprocess.run(command, env=kept, check=False).returncode  # noqa: S603
    if status < 0:
        print(
            f"{options.model.name}: the process that read it died (signal {-status}): the file is "
            "damaged, or its arrays do not fit this scikit-learn. Nothing was changed",
            file=sys.stderr,
        )
        return 1
    return status if status or options.no_serve else serve(options.out, options.port)


def _adopt_here(options: argparse.Namespace) -> int:
    # Imported here: only the process that reads the file needs it
    from training.adoption import adopt

    try:
        adopt(options)
    except _ERRORS as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = ArgumentParser(prog="cytology adopt", description=__doc__)
    parser.add_argument("model", type=Path, help="a file of pickle, joblib or skops")
    parser.add_argument("--schema", type=Path, help="features.json; left out: beside the model")
    parser.add_argument("--csv", type=Path, help="labelled samples to judge it on")
    parser.add_argument("--target", help="the table's column of classes; left out: found by values")
    parser.add_argument("--positive", help="the class that is asked for; left out: the second one")
    parser.add_argument("--out", type=Path, default=Path("artifact"))
    parser.add_argument("--port", type=port, default=8000)
    parser.add_argument("--no-serve", action="store_true", help="stop when the model is written")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
