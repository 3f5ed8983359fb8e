"""Reads features.json: the features that may be measured, and the two classes (docs/schema.md)."""

import json
import os
from collections.abc import Mapping, Sequence
from math import isfinite

from cytology.annotations import Any, NamedTuple
from cytology.entries import Entries, InvalidSchema
from cytology.feature import CATEGORY, REAL, WHOLE, Feature, Value, parse_feature

__all__ = ["CATEGORY", "REAL", "WHOLE", "Feature", "InvalidSchema", "Value"]

DEFAULT_SCHEMA_PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "features.json")

#: Scores of all features up to which a row is checked as one set.
_MOST_COMMON = 1_000

_TRANSLATION = frozenset(
    {"title", "lead", "gate", "limits_of_use", "features", "classes", "examples"}
)
_TRANSLATED_FEATURE = frozenset({"label", "help", "low", "high", "unit", "values"})


class Diagnosis(NamedTuple):
    """One class: its name everywhere in the product, and its code in the data set's file."""

    name: str
    code: int | float | str
    label: str = ""


class Example(NamedTuple):
    """A sample that the form offers: one value a feature in schema order, None where missing."""

    label: str
    row: tuple[Value | None, ...]


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
    #: Rows with the same cell here stay together when a model is judged; "" for the id column.
    group_column: str = ""
    #: A paragraph for the start of the form.
    lead: str = ""
    #: What a person confirms before the form shows; "" for nothing.
    gate: str = ""
    examples: tuple[Example, ...] = ()
    #: Texts in other languages, by language.
    translations: Mapping[str, Mapping[str, Any]] = {}
    #: Values of one sample that may be missing.
    missing_at_most: int = 0

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

    def place_of_positive(self, classes: Sequence[Any]) -> int:
        """Return the place of the positive class in ``classes_``, by its name or its code.

        Raises
        ------
        ValueError
            A classifier has other classes.
        """
        known = [
            next((each.name for each in self.classes if _names(each, value)), "")
            for value in classes
        ]
        if sorted(known) != sorted(self.class_names):
            raise ValueError("the classes are not those of the schema")
        return known.index(self.positive)

    @property
    def noun(self) -> str:
        """What messages call a measurement: score where all are whole numbers, else value."""
        return "score" if all(feature.kind == WHOLE for feature in self.features) else "value"


def _names(item: Diagnosis, value: Any) -> bool:
    """True where a classifier's class is this one."""
    return str(value) in (item.name, str(item.code)) or bool(value == item.code)


_TOP = frozenset(Schema._fields) - {"common_scores"}


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
    top = Entries(raw, "", _TOP)
    for key in ("classes", "features", "positive"):
        if key not in raw:
            raise InvalidSchema(f"the schema lacks {key!r}")
    missing = top.text("missing", "?")
    features = _features(top, missing)
    classes = _classes(top)
    names = (classes[0].name, classes[1].name)
    return Schema(
        name=top.text("name", "model"),
        title=top.text("title", ""),
        id_column=top.text("id_column", "id"),
        class_column=top.text("class_column", "class"),
        missing=missing,
        features=features,
        classes=classes,
        positive=top.choice("positive", names, None),
        limits_of_use=top.texts("limits_of_use"),
        common_scores=_common_scores(features),
        id_synonyms=top.texts("id_synonyms"),
        class_synonyms=top.texts("class_synonyms"),
        class_values=_class_values(top, names),
        group_column=top.text("group_column", ""),
        lead=top.text("lead", ""),
        gate=top.text("gate", ""),
        examples=tuple(_example(item, i, features) for i, item in enumerate(top.items("examples"))),
        translations=_translations(top, features, names),
        missing_at_most=_missing_at_most(top, features),
    )


def _features(top: Entries, missing: str) -> tuple[Feature, ...]:
    entries = enumerate(top.items("features"))
    features = tuple(parse_feature(entry, index, missing) for index, entry in entries)
    names = [feature.name for feature in features]
    if not names:
        raise top.error("features", "at least one is needed")
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise top.error("features", f"{', '.join(repeated)} appears more than once")
    return features


def _missing_at_most(top: Entries, features: tuple[Feature, ...]) -> int:
    """As stated; else as many as there are features that may be missing."""
    count = sum(feature.may_be_missing for feature in features)
    known = tuple(range(1, count + 1)) or (0,)
    stated: int = top.choice("missing_at_most", known, count)
    return stated


def _common_scores(features: tuple[Feature, ...]) -> frozenset[int] | None:
    if any(feature.kind != WHOLE for feature in features):
        return None
    first = features[0].scores
    if any(feature.scores != first for feature in features):
        return None
    return frozenset(first) if len(first) <= _MOST_COMMON else None


def _classes(top: Entries) -> tuple[Diagnosis, Diagnosis]:
    items = top.items("classes")
    if len(items) != 2:
        raise top.error(
            "classes",
            f"{len(items)} found, and only two classes are supported; keep the one of interest as "
            "the positive class and give all others one name and code",
        )
    first, second = (_class(item, index) for index, item in enumerate(items))
    for one, other in ((first.name, second.name), (str(first.code), str(second.code))):
        if one.casefold() == other.casefold():
            raise top.error("classes", "the two need different names and codes")
    return first, second


def _class(raw: Any, index: int) -> Diagnosis:
    entry = Entries(raw, f"classes[{index}]", frozenset({"name", "code", "label"}))
    name, code = entry.text("name"), entry.get("code")
    # bool is an int: true must not pass as 1
    number = type(code) in (int, float) and isfinite(code)
    if not number and not (isinstance(code, str) and code.strip()):
        raise entry.error("code", "must be a number or text, as the class column of a table has it")
    return Diagnosis(name, code, entry.text("label", ""))


def _class_values(top: Entries, names: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    found = top.mapping("class_values")
    for cell, name in found.items():
        if name not in names:
            raise top.error(f"class_values.{cell}", f"must be one of {', '.join(names)}")
    return tuple(found.items())


def _example(raw: Any, index: int, features: tuple[Feature, ...]) -> Example:
    entry = Entries(raw, f"examples[{index}]", frozenset({"label", "measurements"}))
    known = frozenset(feature.name for feature in features)
    values = Entries(entry.mapping("measurements"), f"examples[{index}].measurements", known)
    row: list[Value | None] = []
    for feature in features:
        given = values.get(feature.name)
        value = feature.read(given)
        if value is None and not (given is None and feature.may_be_missing):
            raise values.error(feature.name, "must be a value of this feature")
        row.append(value)
    return Example(entry.text("label"), tuple(row))


def _translations(
    top: Entries, features: tuple[Feature, ...], names: tuple[str, str]
) -> Mapping[str, Mapping[str, Any]]:
    """Check that every translated name is one of the schema's; return the entries as they are."""
    for language, raw in (found := top.mapping("translations")).items():
        where = f"translations.{language}"
        entry = Entries(raw, where, _TRANSLATION)
        for key in ("title", "lead", "gate"):
            entry.text(key, "")
        entry.texts("limits_of_use")
        entry.texts("examples")
        labels = Entries(entry.mapping("classes"), f"{where}.classes", frozenset(names))
        for name in labels:
            labels.text(name)
        for feature in features:
            _check_feature_texts(entry, feature, where)
        Entries(entry.mapping("features"), f"{where}.features", frozenset(f.name for f in features))
    return found


def _check_feature_texts(entry: Entries, feature: Feature, where: str) -> None:
    raw = entry.mapping("features").get(feature.name, {})
    texts = Entries(raw, f"{where}.features.{feature.name}", _TRANSLATED_FEATURE)
    for key in _TRANSLATED_FEATURE - {"values"}:
        texts.text(key, "")
    values = Entries(
        texts.mapping("values"),
        f"{where}.features.{feature.name}.values",
        frozenset(feature.values),
    )
    for value in values:
        values.text(value)
