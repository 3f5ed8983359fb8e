"""Turns columns of values into columns of answers, by the model in this process."""

import json
import math
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import pyarrow as pa
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
Places = NDArray[np.intp]

#: Rows per pass: their columns stay in the processor's cache.
ROWS_AT_ONCE = 2**14
#: Rows with the same gaps from which filling them by columns costs less than one by one.
_MANY = 50


class Answers(NamedTuple):
    """n answers as columns; an invalid row has the last label, the number 2, and no warning.

    ``warnings`` are numbers of ``texts``. The range is NaN where no value is missing.
    """

    label: NDArray[np.int8]
    probability: Floats
    low: Floats
    high: Floats
    inconclusive: NDArray[np.int8]
    warnings: NDArray[np.int32]
    texts: list[str]
    model: str

    @classmethod
    def empty(cls, count: int, schema: Schema, model: str = "") -> Self:
        """Return room for the answers of ``count`` rows."""
        probability, low, high = (np.full(count, np.nan) for _ in range(3))
        label = np.full(count, len(schema.class_names), dtype=np.int8)
        unclear = np.full(count, 2, dtype=np.int8)
        warnings = np.zeros(count, dtype=np.int32)
        return cls(label, probability, low, high, unclear, warnings, [""], model)

    def put(self, places: Any, found: Sequence[Prediction], schema: Schema) -> None:
        """Write predictions, one a place."""
        span = [each.probability_range or (np.nan, np.nan) for each in found]
        self.label[places] = [schema.class_names.index(each.label) for each in found]
        self.probability[places] = [each.probability for each in found]
        self.low[places] = [low for low, _ in span]
        self.high[places] = [high for _, high in span]
        self.inconclusive[places] = [each.inconclusive for each in found]
        self.warnings[places] = self.codes(list(map(warnings_of, found)))

    def place(self, places: Any, found: "Answers") -> None:
        """Write other answers, one a place."""
        columns: Any = zip(self[:5], found[:5], strict=True)
        for target, values in columns:
            target[places] = values
        self.warnings[places] = self.codes(found.texts)[found.warnings]

    def codes(self, texts: Sequence[str]) -> NDArray[np.int32]:
        """The numbers of texts of warnings among ``texts``, which grow."""
        codes = {text: number for number, text in enumerate(self.texts)}
        numbers = [codes.setdefault(text, len(codes)) for text in texts]
        self.texts[:] = codes
        return np.array(numbers, dtype=np.int32)


class Scorer(NamedTuple):
    """What answers (n, features) values, and the schema by which they are read."""

    schema: Schema
    score: Callable[[Floats], Answers]

    def answer(self, samples: Samples) -> Answers:
        """Answers of all rows; those of invalid rows are empty."""
        valid = samples.valid
        if valid.all():
            return self.score(samples.scores)
        found = self.score(_rows(samples.scores, valid))
        whole = Answers.empty(len(valid), self.schema, found.model)
        whole.place(valid, found)
        return whole


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
        answers = Answers.empty(len(scores), self._schema, self._version)
        if self._document is None:
            self._ask(scores, np.arange(len(scores)), answers)
            return answers
        gaps = np.isnan(scores)
        missing = gaps.any(axis=1)
        complete = np.flatnonzero(~missing)
        for start in range(0, len(complete), ROWS_AT_ONCE):
            places = complete[start : start + ROWS_AT_ONCE]
            rows = _rows(scores, places)
            totals = self._lookups.totals(rows)
            self._decide(rows, totals, places, self._evaluate(rows, totals), answers)
        self._fill(scores, gaps, np.flatnonzero(missing), answers)
        return answers

    def _evaluate(self, scores: Floats, totals: Floats) -> Floats:
        """Probabilities of complete rows, after the decision's link."""
        link, document = self._decision.link, self._document or {}
        if self._lookups.is_additive:
            return calibrated(link, totals[:, 0])
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

    def _ask(self, scores: Floats, places: Places, answers: Answers) -> None:
        """Ask the engine once for each distinct row: a range takes ten answers and more."""
        rows = rows_of(scores[places], self._schema)
        distinct = list(dict.fromkeys(rows))
        found = dict(zip(distinct, self._engine.predict(distinct, explain=False), strict=True))
        answers.put(places, [found[row] for row in rows], self._schema)

    def _fill(self, scores: Floats, gaps: Bits, places: Places, answers: Answers) -> None:
        """Average over what the gaps could be, all rows with the same gaps at once."""
        groups: dict[bytes, list[int]] = {}
        for place, pattern in zip(places.tolist(), gaps[places], strict=True):
            groups.setdefault(pattern.tobytes(), []).append(place)
        for members in groups.values():
            rows, missing = np.array(members), np.flatnonzero(gaps[members[0]]).tolist()
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
                found = self._evaluate(filled, self._lookups.totals(filled))
                total.add(share * found)
                weight.add(share)
                np.minimum(low, found, out=low)
                np.maximum(high, found, out=high)
            average = np.clip(total.value() / weight.value(), 0.0, 1.0)
            answers.low[rows], answers.high[rows] = low, high
            self._decide(known, self._lookups.totals(known), rows, average, answers)

    def _coded(self, place: int, value: Any) -> float:
        feature = self._schema.features[place]
        return float(feature.values.index(value) if feature.kind == CATEGORY else value)

    def _decide(
        self, scores: Floats, totals: Floats, places: Places, found: Floats, answers: Answers
    ) -> None:
        """Write labels and warnings of rows whose probability is known."""
        decision, names = self._decision, self._schema.class_names
        negative, positive = names.index(decision.negative), names.index(decision.positive)
        answers.probability[places] = found
        answers.label[places] = np.where(found >= decision.threshold, positive, negative)
        unclear = (found <= decision.negative_at_most) == (found >= decision.positive_at_least)
        # Of rows without gaps both are NaN
        low, high = answers.low[places], answers.high[places]
        crosses = (low < decision.threshold) & (high >= decision.threshold)
        answers.inconclusive[places] = unclear | crosses
        # Rows of one pattern have the same warnings: one of them is asked
        pattern = 2 * self._lookups.patterns(scores, totals) + crosses
        numbers = pa.array(pattern).dictionary_encode().indices.to_numpy()
        first = np.zeros(numbers.max() + 1, dtype=np.intp)
        first[numbers[::-1]] = np.arange(len(numbers))[::-1]
        usual = self._engine.predict(rows_of(scores[first], self._schema), explain=False)
        answers.warnings[places] = answers.codes(list(map(warnings_of, usual)))[numbers]
