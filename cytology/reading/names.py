"""The names of columns: each feature's name, label and synonyms, and those of id and class."""

import re

from cytology.annotations import NamedTuple
from cytology.reading.cells import is_number
from cytology.schema import InvalidSchema, Schema

_ID_NAMES = ("id", "sample", "sample id", "id number")
_CLASS_NAMES = ("class", "label", "diagnosis", "target", "outcome")

#: Names are compared without case and without these characters.
_IGNORED = re.compile(r"[\W_]+")


def plain(name: str) -> str:
    """Return the letters and digits of a name, in lower case."""
    return _IGNORED.sub("", name).casefold()


class Names(NamedTuple):
    """Plain names → position of the feature; plain names of the id and of the class.

    ``categories`` are the values that cells of categories may have.
    """

    features: dict[str, int]
    ids: frozenset[str]
    classes: frozenset[str]
    categories: frozenset[str] = frozenset()

    def has(self, cell: str) -> bool:
        """True if a cell is the name of a column."""
        name = plain(cell)
        return name in self.features or name in self.ids or name in self.classes

    def is_value(self, cell: str) -> bool:
        """True if a cell is spelt as a number or is a category, so that it may be measured."""
        return is_number(cell, decimal_comma=True) or cell.strip() in self.categories


def known_names(schema: Schema) -> Names:
    """Return every name that a column may have.

    Raises
    ------
    InvalidSchema
        Two features have a name in common.
    """
    features: dict[str, int] = {}
    for position, feature in enumerate(schema.features):
        for name in (feature.name, feature.label, *feature.synonyms):
            if plain(name) and features.setdefault(plain(name), position) != position:
                raise InvalidSchema(f"two features have the name {name}")
    ids = {plain(name) for name in (schema.id_column, *_ID_NAMES, *schema.id_synonyms)}
    classes = {plain(n) for n in (schema.class_column, *_CLASS_NAMES, *schema.class_synonyms)}
    taken = features.keys()
    categories = frozenset(value for feature in schema.features for value in feature.values)
    return Names(features, frozenset(ids - taken), frozenset(classes - ids - taken), categories)
