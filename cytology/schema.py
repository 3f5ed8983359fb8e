"""Reads features.json: the features that may be measured, and the two classes."""

import json
import os
from typing import Any, NamedTuple

DEFAULT_SCHEMA_PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "features.json")

#: Names that a request uses itself; a feature of that name would be ambiguous.
RESERVED_NAMES = frozenset({"id", "samples"})


class InvalidSchema(ValueError):
    """The schema file breaks a rule; the message has the entry and the rule."""


class Feature(NamedTuple):
    """One measurement: an ordinal integer score.

    ``direction`` is +1 where a higher score may only raise the probability of the positive class,
    -1 where it may only lower it, 0 where neither is promised.
    """

    name: str
    label: str
    help: str
    low: str
    high: str
    minimum: int
    maximum: int
    may_be_missing: bool
    direction: int
    #: Other names that a column of this feature may have in a table.
    synonyms: tuple[str, ...] = ()

    @property
    def scores(self) -> range:
        """Every score that may be given, lowest first."""
        return range(self.minimum, self.maximum + 1)


class Diagnosis(NamedTuple):
    """One class: its name everywhere in the product, and its code in the data set's file."""

    name: str
    code: int


class Schema(NamedTuple):
    """Features in the order of a row, exactly two classes, and names of columns."""

    name: str
    title: str
    id_column: str
    class_column: str
    missing: str
    features: tuple[Feature, ...]
    classes: tuple[Diagnosis, Diagnosis]
    positive: str
    limits_of_use: tuple[str, ...]
    #: The scores that may be given where they are the same for all features, else None.
    common_scores: frozenset[int] | None
    #: Other names that the id column and the class column may have in a table.
    id_synonyms: tuple[str, ...] = ()
    class_synonyms: tuple[str, ...] = ()
    #: Other cells of the class column, each with its class: pairs of text and name.
    class_values: tuple[tuple[str, str], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Feature names in schema order."""
        return tuple(feature.name for feature in self.features)

    @property
    def class_names(self) -> tuple[str, str]:
        """Both class names, in the file's order."""
        return self.classes[0].name, self.classes[1].name

    @property
    def negative(self) -> str:
        """The class that is not the positive one."""
        first, second = self.class_names
        return second if first == self.positive else first


def load_schema(path: str = DEFAULT_SCHEMA_PATH) -> Schema:
    """Read and check a schema file.

    Raises
    ------
    InvalidSchema
        The file is not JSON, or an entry breaks a rule; the message names it.
    """
    with open(path, encoding="utf-8") as file:
        return parse_schema(file.read())


def parse_schema(text: str | bytes) -> Schema:
    """Build a :class:`Schema` from the text of a schema file; errors as in :func:`load_schema`."""
    try:
        raw = json.loads(text)
    except ValueError as error:
        raise InvalidSchema(f"the schema is not JSON: {error}") from None
    if not isinstance(raw, dict):
        raise InvalidSchema("the schema must be a JSON object")
    for key in ("classes", "features", "positive"):
        if key not in raw:
            raise InvalidSchema(f"the schema lacks {key!r}")
    features = tuple(_feature(entry, index) for index, entry in enumerate(raw["features"]))
    classes = tuple(_diagnosis(entry, index) for index, entry in enumerate(raw["classes"]))
    names = [feature.name for feature in features]
    if not names:
        raise InvalidSchema("features: at least one is needed")
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise InvalidSchema(f"features: {', '.join(repeated)} appears more than once")
    if len(classes) != 2 or len({item.name for item in classes}) != 2:
        raise InvalidSchema("classes: exactly two of different names are needed")
    if raw["positive"] not in {item.name for item in classes}:
        raise InvalidSchema(f"positive: {raw['positive']!r} is not one of the classes")
    scores = {feature.scores for feature in features}
    return Schema(
        name=str(raw.get("name", "model")),
        title=str(raw.get("title", "")),
        id_column=str(raw.get("id_column", "id")),
        class_column=str(raw.get("class_column", "class")),
        missing=str(raw.get("missing", "?")),
        features=features,
        classes=(classes[0], classes[1]),
        positive=raw["positive"],
        limits_of_use=tuple(str(limit) for limit in raw.get("limits_of_use", ())),
        common_scores=frozenset(scores.pop()) if len(scores) == 1 else None,
        id_synonyms=tuple(str(name) for name in raw.get("id_synonyms", ())),
        class_synonyms=tuple(str(name) for name in raw.get("class_synonyms", ())),
        class_values=tuple(raw.get("class_values", {}).items()),
    )


def _feature(entry: Any, index: int) -> Feature:
    where = f"features[{index}]"
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str) or not entry["name"]:
        raise InvalidSchema(f"{where}: needs a name")
    where = f"features[{index}] ({entry['name']})"
    if entry["name"] in RESERVED_NAMES:
        raise InvalidSchema(f"{where}: this name is reserved for the request itself")
    low, high = entry.get("min"), entry.get("max")
    # bool is an int: true must not pass as 1
    if type(low) is not int or type(high) is not int or low >= high:
        raise InvalidSchema(f"{where}: min and max must be whole numbers with min below max")
    if entry.get("direction", 0) not in (-1, 0, 1):
        raise InvalidSchema(f"{where}: direction must be -1, 0 or 1")
    return Feature(
        name=entry["name"],
        label=str(entry.get("label", entry["name"])),
        help=str(entry.get("help", "")),
        low=str(entry.get("low", "")),
        high=str(entry.get("high", "")),
        minimum=low,
        maximum=high,
        may_be_missing=bool(entry.get("may_be_missing", False)),
        direction=entry.get("direction", 0),
        synonyms=tuple(str(name) for name in entry.get("synonyms", ())),
    )


def _diagnosis(entry: Any, index: int) -> Diagnosis:
    if (
        not isinstance(entry, dict)
        or not isinstance(entry.get("name"), str)
        or type(entry.get("code")) is not int
    ):
        raise InvalidSchema(f"classes[{index}]: needs a name and a whole-number code")
    return Diagnosis(entry["name"], entry["code"])
