"""Turns columns of values into columns of answers, by the model in this process."""

import json
import math
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from batch.columns import probabilities, raw_scores
from batch.levels import Lookups, Sum
from batch.links import calibrated, log_odds_of
from batch.samples import Samples
from cytology.artifact import COMPILED, Artifact, load_artifact
from cytology.missing import MAX_FILLINGS
from cytology.prediction import Engine, Prediction
from cytology.prevalence import shifted
from cytology.results import warnings_of
from cytology.schema import CATEGORY, WHOLE, Schema
from cytology.scorecard import is_additive

Floats = NDArray[np.float64]
Bits = NDArray[np.bool_]

#: Rows with the same gaps from which filling them by columns costs less than one by one.
_MANY = 50


class Answers(NamedTuple):
    """n answers; texts are numbers of ``texts``, the range is NaN where no value is missing."""

    label: NDArray[np.int64]
    probability: Floats
    low: Floats
    high: Floats
    inconclusive: Bits
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

    def spread(self, places: Bits) -> Self:
        """Return answers of more rows, which has these ones at the places."""
        whole = self.empty(len(places), self.model)._replace(texts=self.texts)
        for target, values in zip(whole[:6], self[:6], strict=True):
            target[places] = values
        return whole

    def put(self, places: Any, found: Sequence[Prediction], classes: Sequence[str]) -> None:
        """Write predictions, one a place."""
        span = [each.probability_range or (np.nan, np.nan) for each in found]
        self.label[places] = [classes.index(each.label) for each in found]
        self.probability[places] = [each.probability for each in found]
        self.low[places] = [low for low, _ in span]
        self.high[places] = [high for _, high in span]
        self.inconclusive[places] = [each.inconclusive for each in found]
        self.warnings[places] = self.codes(found)

    def codes(self, found: Sequence[Prediction]) -> NDArray[np.int64]:
        """The numbers of the warnings of predictions among ``texts``, which grow."""
        codes = {text: number for number, text in enumerate(self.texts)}
        numbers = [codes.setdefault(warnings_of(each), len(codes)) for each in found]
        self.texts[:] = codes
        return np.array(numbers, dtype=np.int64)


class Scorer(NamedTuple):
    """What answers (n, features) values, and the schema by which they are read."""

    schema: Schema
    score: Callable[[Floats], Answers]

    def answer(self, samples: Samples) -> Answers:
        """Answers of all rows; those of invalid rows are empty."""
        if samples.valid.all():
            return self.score(samples.scores)
        return self.score(_rows(samples.scores, samples.valid)).spread(samples.valid)


def in_process(model_dir: Path, prevalence: float | None = None) -> Scorer:
    """Load a model: no server, no network.

    Parameters
    ----------
    model_dir
        The artifact.
    prevalence
        Share of the positive class that the answers are for; None for that of the training data.

    Raises
    ------
    cytology.artifact.ArtifactMismatch
        There is no model, or it is damaged.
    """
    from runtime.engines import load_engine

    artifact = load_artifact(str(model_dir))
    local = _Local(artifact, load_engine(artifact, None))
    if prevalence is None:
        return Scorer(artifact.schema, local.score)
    moved = shifted(prevalence, artifact.decision.prevalence)

    def score(scores: Floats) -> Answers:
        answers = local.score(scores)
        for column in (answers.probability, answers.low, answers.high):
            known = ~np.isnan(column)
            column[known] = list(map(moved, column[known].tolist()))
        return answers

    return Scorer(artifact.schema, score)


def _rows(scores: Floats, places: Any) -> Floats:
    """Some rows; every column stays in one piece of memory."""
    found: Floats = scores.T[:, places].T
    return found


def rows_of(scores: Floats, schema: Schema) -> list[tuple[Any, ...]]:
    """The rows as the service and the engines take them; None is a missing value."""
    columns: list[list[Any]] = []
    for feature, column in zip(schema.features, scores.T.tolist(), strict=True):
        if feature.kind == CATEGORY:
            columns.append([None if v != v else feature.values[int(v)] for v in column])
        elif feature.kind == WHOLE:
            columns.append([None if v != v else int(v) for v in column])
        else:
            columns.append([None if v != v else v for v in column])
    return list(zip(*columns, strict=True))


class _Local:
    """Answers by columns what the engine of the service answers by rows, to the last bit.

    The engine itself is asked where the model has no columns, for rows with many or rare gaps, and
    once for the warnings of each pattern of rare values.
    """

    def __init__(self, artifact: Artifact, engine: Engine) -> None:
        self._engine, self._decision, self._schema = engine, artifact.decision, artifact.schema
        self._version = artifact.version
        files = artifact.manifest["files"]
        document = json.loads(artifact.read(COMPILED)) if COMPILED in files else None
        self._lookups = Lookups(artifact, document)
        self._document = document if self._lookups.can_tell_patterns else None

    def score(self, scores: Floats) -> Answers:
        answers = Answers.empty(len(scores), self._version)
        if not len(scores):
            return answers
        if self._document is None:
            self._ask(scores, np.arange(len(scores)), answers)
            return answers
        gaps = np.isnan(scores)
        missing = gaps.any(axis=1)
        if not missing.any():
            self._decide(scores, slice(None), self._evaluate(scores), answers)
            return answers
        complete = np.flatnonzero(~missing)
        known = _rows(scores, complete)
        self._decide(known, complete, self._evaluate(known), answers)
        self._fill(scores, gaps, np.flatnonzero(missing), answers)
        return answers

    def _evaluate(self, scores: Floats) -> Floats:
        """Probabilities of complete rows, after the decision's link."""
        link, document = self._decision.link, self._document or {}
        if (sums := self._lookups.log_odds(scores)) is not None:
            return calibrated(link, sums)
        columns = [
            np.array(feature.values, dtype=object)[column.astype(np.intp)]
            if feature.kind == CATEGORY
            else np.ascontiguousarray(column)
            for feature, column in zip(self._schema.features, scores.T, strict=True)
        ]
        if is_additive(document):
            sign = -1.0 if len(document["link"]) > 1 else 1.0
            return calibrated(link, sign * raw_scores(document, columns))
        found = probabilities(document, columns)
        return found if link.is_identity else calibrated(link, log_odds_of(found))

    def _ask(self, scores: Floats, places: NDArray[np.intp], answers: Answers) -> None:
        """Ask the engine once for each distinct row: a range takes ten answers and more."""
        rows = rows_of(scores[places], self._schema)
        distinct = list(dict.fromkeys(rows))
        found = dict(zip(distinct, self._engine.predict(distinct, explain=False), strict=True))
        answers.put(places, [found[row] for row in rows], self._schema.class_names)

    def _fill(self, scores: Floats, gaps: Bits, places: NDArray[np.intp], answers: Answers) -> None:
        """Average over what the gaps could be, all rows with the same gaps at once."""
        patterns, numbers = np.unique(gaps[places], axis=0, return_inverse=True)
        for number in range(len(patterns)):
            rows = places[numbers.ravel() == number]
            missing = np.flatnonzero(patterns[number]).tolist()
            options = [self._decision.levels[gap].values for gap in missing]
            if len(rows) < _MANY or math.prod(map(len, options)) > MAX_FILLINGS:
                self._ask(scores, rows, answers)
                continue
            known = _rows(scores, rows)
            shares = [self._lookups.shares(known, gap) for gap in missing]
            total, weight = Sum(len(rows)), Sum(len(rows))
            low, high = np.full(len(rows), np.inf), np.full(len(rows), -np.inf)
            for chosen in product(*(range(len(values)) for values in options)):
                filled, share = known.copy(order="K"), np.ones(len(rows))
                for place, level in enumerate(chosen):
                    filled[:, missing[place]] = self._coded(missing[place], options[place][level])
                    share = share * shares[place][level]
                found = self._evaluate(filled)
                total.add(share * found)
                weight.add(share)
                np.minimum(low, found, out=low)
                np.maximum(high, found, out=high)
            average = np.clip(total.value() / weight.value(), 0.0, 1.0)
            self._decide(known, rows, average, answers, (low, high))

    def _coded(self, place: int, value: Any) -> float:
        feature = self._schema.features[place]
        return float(feature.values.index(value) if feature.kind == CATEGORY else value)

    def _decide(
        self,
        scores: Floats,
        places: Any,
        found: Floats,
        answers: Answers,
        span: tuple[Floats, Floats] | None = None,
    ) -> None:
        """Write labels and warnings of rows whose probability is known."""
        decision, names = self._decision, self._schema.class_names
        negative, positive = names.index(decision.negative), names.index(decision.positive)
        answers.probability[places] = found
        answers.label[places] = np.where(found >= decision.threshold, positive, negative)
        unclear = (found <= decision.negative_at_most) == (found >= decision.positive_at_least)
        pattern = self._lookups.patterns(scores)
        if span:
            answers.low[places], answers.high[places] = span
            crosses = (span[0] >= decision.threshold) != (span[1] >= decision.threshold)
            unclear |= crosses
            pattern = 2 * pattern + crosses
        answers.inconclusive[places] = unclear
        # Rows of one pattern have the same warnings: one of them is asked
        _, first, number = _distinct(pattern)
        usual = self._engine.predict(rows_of(scores[first], self._schema), explain=False)
        answers.warnings[places] = answers.codes(usual)[number]


def _distinct(
    numbers: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.intp], NDArray[np.intp]]:
    """As np.unique with index and inverse; small numbers are counted and not sorted."""
    size = int(numbers.max()) + 1
    if size > len(numbers):
        return np.unique(numbers, return_index=True, return_inverse=True)
    first = np.full(size, len(numbers), dtype=np.intp)
    first[numbers[::-1]] = np.arange(len(numbers))[::-1]
    found = np.flatnonzero(first < len(numbers))
    inverse = np.zeros(size, dtype=np.intp)
    inverse[found] = np.arange(len(found))
    return found, first[found], inverse[numbers]
