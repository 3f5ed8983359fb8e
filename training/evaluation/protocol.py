"""The rules of the evaluation: outer folds, and a hash of all that decides a result."""

import hashlib
import io
import json
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import scipy
import sklearn

from cytology.schema import Schema
from training.dataset import Dataset
from training.folds import Split, grouped_folds

_ROOT = Path(__file__).resolve().parents[2]

#: What decides a result: a change in any of these makes every cached one stale.
_SOURCES = (
    "cytology/levels.py",
    "cytology/link.py",
    "cytology/missing.py",
    "training/candidates.py",
    "training/monotone.py",
    "training/whole_weights.py",
    "training/folds.py",
    "training/fit.py",
    "training/link.py",
    "training/missing.py",
    "training/frequencies.py",
    "training/decide.py",
    "training/evaluation/protocol.py",
    "training/evaluation/cross_validation.py",
)


class Protocol(NamedTuple):
    """How much is done; what is done is in the code."""

    name: str
    repeats: int
    folds: int
    tuning_folds: int
    bootstraps: int
    seed: int = 7_001


FULL = Protocol("full", repeats=10, folds=10, tuning_folds=10, bootstraps=1_000)
FAST = Protocol("fast", repeats=1, folds=5, tuning_folds=3, bootstraps=200)


def outer_folds(dataset: Dataset, protocol: Protocol, repeat: int) -> Iterator[Split]:
    """One repeat: every sample is tested once, apart from its patient's other samples."""
    return grouped_folds(dataset, protocol.folds, protocol.seed + repeat)


def protocol_hash(protocol: Protocol, schema: Schema) -> str:
    """Change with the protocol's numbers, the code, the schema's rules and the libraries.

    Comments, docstrings and layout do not count, nor do a schema's wordings.
    """
    digest = hashlib.sha256()
    for source in _SOURCES:
        digest.update(_code_only((_ROOT / source).read_text(encoding="utf-8")))
    rules = [
        protocol._asdict(),
        [
            [
                feature.name,
                feature.minimum,
                feature.maximum,
                feature.may_be_missing,
                feature.direction,
            ]
            for feature in schema.features
        ],
        [schema.classes, schema.positive, schema.id_column, schema.missing],
        [np.__version__, scipy.__version__, sklearn.__version__],
    ]
    digest.update(json.dumps(rules).encode())
    return digest.hexdigest()


def _code_only(source: str) -> bytes:
    """The tokens that run, so that a better comment does not cost ten minutes of evaluation."""
    skipped = {tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT}
    kept = []
    starts_line = True
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in skipped:
            continue
        if not (starts_line and token.type == tokenize.STRING):
            kept.append(token.string if token.type != tokenize.NEWLINE else "\n")
        starts_line = token.type == tokenize.NEWLINE
    return " ".join(kept).encode()
