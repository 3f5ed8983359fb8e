"""Answers rows with any model that turns rows into probabilities; explains them by asking it."""

from collections.abc import Callable, Sequence
from itertools import chain

from cytology.assembly import Assembler
from cytology.decision import Decision
from cytology.explanation import Explainer
from cytology.measurements import Row
from cytology.missing import Filler, average
from cytology.prediction import Prediction, Reasons, logit, sigmoid
from cytology.schema import Schema

Probabilities = Callable[[Sequence[Row]], list[float]]

#: Rows that a request's explanations may ask the model about, some 300 to 1,300 a sample. A forest
#: of 100 trees answers them in about half a second; the samples after that get no reasons.
MOST_QUESTIONS = 20_000


class ModelEngine:
    """A compiled model that is not additive, or the fitted classifier itself."""

    def __init__(
        self, name: str, probabilities: Probabilities, schema: Schema, decision: Decision
    ) -> None:
        """Hold a model.

        Parameters
        ----------
        name
            What answers call the engine.
        probabilities
            Complete rows → probability of the positive class for each, before the link.
        schema, decision
            Of the same artifact.
        """
        self.name = name
        self._probabilities = probabilities
        self._schema = schema
        self._link = decision.link
        self._filler = Filler(decision.given, decision.levels)
        self._assembler = Assembler(schema, decision)
        # Reasons explain the model before its link
        self._explainer = Explainer(decision._replace(threshold=sigmoid(decision.cutoff)))

    def predict(self, rows: Sequence[Row], *, explain: bool) -> list[Prediction]:
        """Answer every row; see :class:`cytology.prediction.Engine`."""
        calibrated, raw, ranges = self._average(rows)
        reasons = self._explain(rows, raw) if explain else [None] * len(rows)
        return [
            self._assembler.assemble(row, probability, ranges.get(index), reason)
            for index, (row, probability, reason) in enumerate(
                zip(rows, calibrated, reasons, strict=True)
            )
        ]

    def _cost(self, asked: Sequence[Row], row: Row) -> int:
        """Rows that the model evaluates for these questions: a gap is filled in every way."""
        if None not in row:
            return len(asked)
        fillings = len(self._filler.fillings(row).rows)
        return sum(fillings if None in question else 1 for question in asked)

    def _calibrate(self, probability: float) -> float:
        # A unanimous forest answers 0 or 1, which have no log-odds
        if self._link.is_identity:
            return probability
        return self._link.probability(logit(probability))

    def _average(
        self, rows: Sequence[Row]
    ) -> tuple[list[float], list[float], dict[int, tuple[float, float]]]:
        """Probabilities after and before the link, and ranges of rows with gaps by position."""
        fillings = {
            index: self._filler.fillings(row) for index, row in enumerate(rows) if None in row
        }
        complete = [row for row in rows if None not in row]
        asked = [*complete, *chain.from_iterable(found.rows for found in fillings.values())]
        answers = self._probabilities(asked)
        linked = [self._calibrate(answer) for answer in answers]
        known = iter(zip(linked, answers, strict=False))
        start = len(complete)
        calibrated, raw, ranges = [], [], {}
        for index in range(len(rows)):
            if index in fillings:
                own = linked[start : start + len(fillings[index].rows)]
                start += len(own)
                probability = average(own, fillings[index].shares)
                before = sigmoid(self._link.raw_log_odds(probability))
                ranges[index] = (min(own), max(own))
            else:
                probability, before = next(known)
            calibrated.append(probability)
            raw.append(before)
        return calibrated, raw, ranges

    def _explain(self, rows: Sequence[Row], probabilities: list[float]) -> list[Reasons | None]:
        """Explain the first rows, for as long as their questions are not too many."""
        found: list[Reasons | None] = []
        left = MOST_QUESTIONS
        for row, probability in zip(rows, probabilities, strict=True):
            asked = self._explainer.questions(row)
            distinct = asked.distinct
            left -= self._cost(distinct, row)
            if left < 0:
                break
            answers = dict(zip(distinct, self._average(distinct)[1], strict=True))
            shares = self._filler.shares(row)
            found.append(self._explainer.reasons(row, probability, asked, answers, shares))
        return found + [None] * (len(rows) - len(found))
