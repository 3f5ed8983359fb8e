"""Turns columns of scores into columns of answers, by the model in this process."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from batch.columns import probabilities, raw_scores
from batch.samples import Samples
from cytology.artifact import COMPILED, Artifact, load_artifact
from cytology.prediction import Engine, Prediction, logit
from cytology.results import warnings_of
from cytology.schema import Schema
from cytology.scorecard import is_additive

Floats = NDArray[np.float64]


class Answers(NamedTuple):
    """n answers; texts are numbers of ``texts``, the range is NaN where no score is missing."""

    label: NDArray[np.int64]
    probability: Floats
    low: Floats
    high: Floats
    inconclusive: NDArray[np.bool_]
    warnings: NDArray[np.int64]
    texts: list[str]
    model: str

    @classmethod
    def empty(cls, count: int, model: str) -> Self:
        """Return room for the answers of ``count`` rows."""
        probability, low, high = (np.full(count, np.nan) for _ in range(3))
        label, warnings = (np.zeros(count, dtype=np.int64) for _ in range(2))
        unclear = np.zeros(count, dtype=bool)
        return cls(label, probability, low, high, unclear, warnings, [""], model)

    def spread(self, places: NDArray[np.bool_]) -> Self:
        """Return answers of more rows, which has these ones at the places."""
        whole = self.empty(len(places), self.model)._replace(texts=self.texts)
        for target, values in zip(whole[:6], self[:6], strict=True):
            target[places] = values
        return whole

    def put(self, places: Any, found: Sequence[Prediction], classes: Sequence[str]) -> None:
        """Write predictions, one a place."""
        codes = {text: number for number, text in enumerate(self.texts)}
        span = [each.probability_range or (np.nan, np.nan) for each in found]
        self.label[places] = [classes.index(each.label) for each in found]
        self.probability[places] = [each.probability for each in found]
        self.low[places] = [low for low, _ in span]
        self.high[places] = [high for _, high in span]
        self.inconclusive[places] = [each.inconclusive for each in found]
        texts = [warnings_of(each) for each in found]
        self.warnings[places] = [codes.setdefault(text, len(codes)) for text in texts]
        self.texts[:] = codes


class Scorer(NamedTuple):
    """What answers (n, features) scores, and the schema by which they are read."""

    schema: Schema
    score: Callable[[Floats], Answers]

    def answer(self, samples: Samples) -> Answers:
        """Answers of all rows; those of invalid rows are empty."""
        if samples.valid.all():
            return self.score(samples.scores)
        return self.score(samples.scores[samples.valid]).spread(samples.valid)


def in_process(model_dir: Path) -> Scorer:
    """Load a model: no server, no network.

    Raises
    ------
    cytology.artifact.ArtifactMismatch
        There is no model, or it is damaged.
    """
    from runtime.engines import load_engine

    artifact = load_artifact(str(model_dir))
    local = _Local(artifact, load_engine(artifact, None))
    return Scorer(artifact.schema, local.score)


def rows_of(scores: Floats) -> list[tuple[int | None, ...]]:
    """The rows as the service and the engines take them."""
    return [
        tuple(None if value != value else int(value) for value in row) for row in scores.tolist()
    ]


def _evaluator(artifact: Artifact) -> Callable[[Sequence[Floats]], Floats] | None:
    """Columns of complete rows → probabilities, with the roundings of the service's engine."""
    link = artifact.decision.link.probability
    if COMPILED not in artifact.manifest["files"]:
        return None
    document = json.loads(artifact.read(COMPILED))
    if is_additive(document):
        sign = -1.0 if len(document["link"]) > 1 else 1.0
        return lambda columns: np.array(
            list(map(link, (sign * raw_scores(document, columns)).tolist()))
        )
    return lambda columns: np.array(
        [link(logit(value)) for value in probabilities(document, columns).tolist()]
    )


def _add_up(columns: Sequence[Floats]) -> Floats:
    """Add as Python's ``sum`` does, which keeps what each addition rounds off (Neumaier)."""
    total, lost = columns[0], np.zeros(len(columns[0]))
    for column in columns[1:]:
        added = total + column
        large = np.abs(total) >= np.abs(column)
        lost += np.where(large, (total - added) + column, (column - added) + total)
        total = added
    return total + lost


class _Local:
    """Complete rows go through numpy, the others through the engine of the service.

    The label's rules are the same three comparisons; the engine is asked once for the warnings of
    each pattern of rare scores.
    """

    def __init__(self, artifact: Artifact, engine: Engine) -> None:
        self._engine, self._decision, self._schema = engine, artifact.decision, artifact.schema
        self._version = artifact.version
        self._evaluate = _evaluator(artifact)
        #: Per class and feature, the log-frequency of every score from the lowest.
        self._familiar = [
            [np.array(table[1:]) for table in tables]
            for tables in self._decision.familiarity.tables
        ]
        self._unseen = [
            (place, np.array([not share for share in shares]))
            for place, (_, *shares) in enumerate(self._decision.weights)
            if not all(shares)
        ]

    def score(self, scores: Floats) -> Answers:
        answers = Answers.empty(len(scores), self._version)
        if not len(scores):
            return answers
        complete = ~np.isnan(scores).any(axis=1)
        if self._evaluate is None:
            complete[:] = False
        self._ask(scores, np.flatnonzero(~complete), answers)
        if complete.all():
            self._complete(scores, slice(None), answers)
        elif complete.any():
            self._complete(scores[complete], complete, answers)
        return answers

    def _ask(self, scores: Floats, places: NDArray[np.intp], answers: Answers) -> None:
        if not len(places):
            return
        # Each distinct row once: a range takes ten answers and more
        rows = rows_of(scores[places])
        distinct = list(dict.fromkeys(rows))
        found = dict(zip(distinct, self._engine.predict(distinct, explain=False), strict=True))
        answers.put(places, [found[row] for row in rows], self._schema.class_names)

    def _complete(self, scores: Floats, places: Any, answers: Answers) -> None:
        if self._evaluate is None:
            return
        decision = self._decision
        columns = [np.ascontiguousarray(column) for column in scores.T]
        found = self._evaluate(columns)
        names = self._schema.class_names
        negative, positive = names.index(decision.negative), names.index(decision.positive)
        answers.probability[places] = found
        answers.label[places] = np.where(found >= decision.threshold, positive, negative)
        possible = found <= decision.negative_at_most, found >= decision.positive_at_least
        answers.inconclusive[places] = possible[0] == possible[1]
        patterns = self._patterns(columns)
        distinct, first, number = np.unique(patterns, return_index=True, return_inverse=True)
        usual = self._engine.predict(rows_of(scores[first]), explain=False)
        codes = {text: place for place, text in enumerate(answers.texts)}
        texts = [codes.setdefault(warnings_of(each), len(codes)) for each in usual]
        answers.warnings[places] = np.array(texts)[number] if len(distinct) else 0
        answers.texts[:] = codes

    def _patterns(self, columns: Sequence[Floats]) -> NDArray[np.int64]:
        """Rows with the same number have the same warnings."""
        places = [
            column.astype(np.int64) - feature.minimum
            for column, feature in zip(columns, self._schema.features, strict=True)
        ]
        limit = self._decision.familiarity.limit
        pattern = np.ones(len(columns[0]), dtype=np.int64)
        for tables in self._familiar:
            found = [table[place] for table, place in zip(tables, places, strict=True)]
            pattern &= _add_up(found) < limit
        base = 2
        for feature, unseen in self._unseen:
            rare = unseen[places[feature]]
            pattern += base * np.where(rare, places[feature] + 1, 0)
            base *= len(unseen) + 1
        return pattern
