"""One feature of a schema: its kind, its range or categories, and its texts."""

from cytology.annotations import Any, NamedTuple, TypeGuard
from cytology.entries import Entries

WHOLE, REAL, CATEGORY = "whole", "real", "category"

#: A measurement: a whole number, a real number, or one of the feature's categories.
Value = int | float | str

#: Names that a request uses itself; a feature of that name would be ambiguous.
RESERVED_NAMES = frozenset({"id", "samples"})

#: Categories of one feature; more of them are free text, which no form offers as a choice.
MOST_CATEGORIES = 100
MOST_DECIMALS = 6

_EVERY = frozenset({"name", "label", "help", "kind", "may_be_missing", "synonyms"})
_NUMBER = _EVERY | {"min", "max", "low", "high", "direction", "unit"}
_KNOWN = {WHOLE: _NUMBER, REAL: _NUMBER | {"decimals"}, CATEGORY: _EVERY | {"values"}}


class Feature(NamedTuple):
    """One measurement.

    ``direction`` is +1 where a higher value may only raise the probability of the positive class,
    -1 where it may only lower it, 0 where neither is promised.
    """

    name: str
    label: str
    help: str
    #: What the ends of the range mean.
    low: str
    high: str
    #: Whole numbers or floats, as the kind is; 0 for a category.
    minimum: Any
    maximum: Any
    may_be_missing: bool
    direction: int
    #: Other names that a column of this feature may have in a table.
    synonyms: tuple[str, ...] = ()
    kind: str = WHOLE
    unit: str = ""
    #: Decimals of a real number that the form shows.
    decimals: int = 0
    #: The categories, and the text that people read for each.
    values: tuple[str, ...] = ()
    value_labels: tuple[str, ...] = ()

    @property
    def scores(self) -> range:
        """Every score of a feature of whole numbers, lowest first."""
        return range(self.minimum, self.maximum + 1)

    def read(self, given: object) -> Value | None:
        """Return a JSON value in this feature's own type; None where it is no value of it."""
        if self.kind == CATEGORY:
            # A category may be a number or true, which many programs send as one
            text = str(int(given)) if is_whole(given) else given
            if isinstance(given, bool):
                text = next((v for v in self.values if v.lower() == str(given).lower()), None)
            return text if isinstance(text, str) and text in self.values else None
        if not is_number(given) or not self.minimum <= given <= self.maximum:
            return None
        if self.kind == REAL:
            return float(given)
        return int(given) if is_whole(given) else None


def is_number(given: object) -> TypeGuard[int | float]:
    """True for a number. A bool is an int, and true must not pass as 1."""
    return type(given) is int or type(given) is float


def is_whole(given: object) -> TypeGuard[int | float]:
    """True for a whole number; JSON's 5.0 is one, because numeric clients send floats."""
    return type(given) is int or (type(given) is float and given.is_integer())


def parse_feature(raw: Any, index: int, missing: str) -> Feature:
    """Build one feature.

    Parameters
    ----------
    raw, index
        The entry of the file, and its place in the list.
    missing
        The text that stands for a missing value, which no category may be.

    Raises
    ------
    InvalidSchema
        An entry breaks a rule.
    """
    where = f"features[{index}]"
    if not isinstance(raw, dict) or not isinstance(raw.get("name"), str) or not raw["name"]:
        raise Entries({}, where, _EVERY).error("", "needs a name")
    where = f"{where} ({raw['name']})"
    # The kind first: it decides which entries are known
    kind = Entries(raw, where, frozenset(raw)).choice("kind", tuple(_KNOWN), WHOLE)
    entry = Entries(raw, where, _KNOWN[kind])
    if raw["name"] in RESERVED_NAMES:
        raise entry.error("", "this name is reserved for the request itself; rename the feature")
    low, high = (0, 0) if kind == CATEGORY else entry.range(whole=kind == WHOLE)
    values = _categories(entry, where, missing) if kind == CATEGORY else {}
    return Feature(
        name=raw["name"],
        label=entry.text("label", raw["name"]),
        help=entry.text("help", ""),
        low=entry.text("low", ""),
        high=entry.text("high", ""),
        minimum=low,
        maximum=high,
        may_be_missing=entry.flag("may_be_missing"),
        direction=entry.choice("direction", (-1, 0, 1), 0),
        synonyms=entry.texts("synonyms"),
        kind=kind,
        unit=entry.text("unit", ""),
        decimals=entry.choice(
            "decimals", tuple(range(MOST_DECIMALS + 1)), 2 if kind == REAL else 0
        ),
        values=tuple(values),
        value_labels=tuple(values.values()),
    )


def _categories(entry: Entries, where: str, missing: str) -> dict[str, str]:
    """Text of each category → label."""
    items = entry.items("values")
    if not 2 <= len(items) <= MOST_CATEGORIES:
        raise entry.error("values", f"2 to {MOST_CATEGORIES} are needed, {len(items)} found")
    found: dict[str, str] = {}
    for place, item in enumerate(items):
        category = Entries(item, f"{where}.values[{place}]", frozenset({"value", "label"}))
        value = category.text("value")
        if value.strip() != value or value == missing:
            raise category.error("value", f"may not be {missing!r} or start or end with a blank")
        if value in found:
            raise category.error("value", f"{value} appears more than once")
        found[value] = category.text("label", value)
    return found
