"""Turns model.json into a model: a row goes in, log-odds and a probability come out.

The format is described in docs/model-format.md. Each kind of model has a module here, which is
imported when a document asks for it: a service that adds up tables imports no code for trees.
"""

from collections.abc import Iterable, Mapping, Sequence

from cytology.annotations import Any
from cytology.model.link import parse_log_odds
from cytology.model.node import InvalidModel, parse_link_of, parse_raw, parse_raw_of_many

#: The version of the format that this package reads.
FORMAT = 1

#: A measurement is a whole number, a real number or a category; None where it is missing.
Row = Sequence[int | float | str | None]


class Model:
    """A compiled classifier.

    ``names`` are the columns of a row, in order. Every answer is about the positive class.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.names: tuple[str, ...] = tuple(document["columns"])
        self._raw = parse_raw(document)
        self._raw_of_many = parse_raw_of_many(document)
        self._link = parse_link_of(document)
        self._log_odds = parse_log_odds(document.get("link", ()))

    def log_odds(self, row: Row) -> float:
        """Log-odds of the positive class, a finite number.

        A model that votes can be unanimous; its log-odds end at ±log(1e9).
        """
        return self._log_odds(self._raw(row))

    def probability(self, row: Row) -> float:
        """Probability of the positive class, from 0 to 1."""
        return self._link(self._raw(row))

    def probabilities(self, rows: Iterable[Row]) -> list[float]:
        """Probability of the positive class for every row, in order."""
        return list(map(self._link, self._raw_of_many(list(rows))))


def parse_model(document: Mapping[str, Any], names: Sequence[str]) -> Model:
    """Build a :class:`Model` from model.json, whose hash the caller has checked.

    Raises
    ------
    InvalidModel
        The format is another version's, the columns are not ``names``, or a kind is unknown.
    """
    if document.get("format") != FORMAT:
        raise InvalidModel(f"format {document.get('format')!r} is not {FORMAT}")
    if list(document["columns"]) != list(names):
        raise InvalidModel("the columns of the model are not those of the schema")
    return Model(document)
