"""Answers rows with any model that turns rows into probabilities; explains them by asking it."""

import math
from collections.abc import Callable, Sequence
from itertools import product

from cytology.assembly import Assembler
from cytology.decision import Decision
from cytology.explanation import Explainer
from cytology.measurements import Row
from cytology.prediction import Prediction, Reasons
from cytology.schema import Schema

Probabilities = Callable[[Sequence[Row]], list[float]]

#: Rows that a request's explanations may ask the model about, some 300 to 1,300 a sample. A forest
#: of 100 trees answers them in about a second; the samples after that get no reasons.
MOST_QUESTIONS = 20_000
#: All combinations of missing scores are tried up to this number; beyond it, each on its own.
_MOST_FILLINGS = 1_000


class ModelEngine:
    """A compiled model that is no sum, or the fitted classifier itself."""

    def __init__(
        self, name: str, probabilities: Probabilities, schema: Schema, decision: Decision
    ) -> None:
        """Hold a model.

        Parameters
        ----------
        name
            What answers call the engine.
        probabilities
            Rows → probability of the positive class for each.
        schema, decision
            Of the same artifact.
        """
        self.name = name
        self._probabilities = probabilities
        self._schema = schema
        self._assembler = Assembler(schema, decision)
        self._explainer = Explainer(schema, decision)

    def predict(self, rows: Sequence[Row], *, explain: bool) -> list[Prediction]:
        """Answer every row; see :class:`cytology.prediction.Engine`."""
        probabilities = self._probabilities(rows)
        reasons = self._explain(rows, probabilities) if explain else [None] * len(rows)
        return [
            self._assembler.assemble(
                row, probability, self._range(row) if None in row else None, reason
            )
            for row, probability, reason in zip(rows, probabilities, reasons, strict=True)
        ]

    def _explain(self, rows: Sequence[Row], probabilities: list[float]) -> list[Reasons | None]:
        """Explain the first rows, for as long as their questions are not too many."""
        found: list[Reasons | None] = []
        left = MOST_QUESTIONS
        for row, probability in zip(rows, probabilities, strict=True):
            asked = self._explainer.questions(row)
            distinct = asked.distinct
            left -= len(distinct)
            if left < 0:
                break
            answers = dict(zip(distinct, self._probabilities(distinct), strict=True))
            found.append(self._explainer.reasons(row, probability, asked, answers))
        return found + [None] * (len(rows) - len(found))

    def _range(self, row: Row) -> tuple[float, float]:
        found = self._probabilities(_fillings(row, self._schema))
        return min(found), max(found)


def _fillings(row: Row, schema: Schema) -> list[Row]:
    options = [
        (score,) if score is not None else feature.scores
        for feature, score in zip(schema.features, row, strict=True)
    ]
    if math.prod(map(len, options)) <= _MOST_FILLINGS:
        return list(product(*options))
    return [
        (*row[:index], score, *row[index + 1 :])
        for index, scores in enumerate(options)
        if row[index] is None
        for score in scores
    ]
