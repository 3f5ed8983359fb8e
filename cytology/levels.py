"""Groups the values of a feature into levels, at which values are counted, averaged and tried.

A level is a score, a category, or a bin: a range of a real number, or of many whole numbers, with
one observed value that stands for it. Training learns the bins and stores them in decision.json.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

from cytology.annotations import Any, NamedTuple
from cytology.feature import CATEGORY, WHOLE, Feature, Value

#: A whole-number feature with at most this many scores has one level for each.
MOST_SCORES = 20


class Levels(NamedTuple):
    """The levels of one feature; ``values[i]`` stands for level i.

    ``bounds`` are those of bins: level i ends below ``bounds[i]``, the last one has no end. They
    are empty where every value is a level of its own. ``ordered`` is false for categories.
    """

    values: tuple[Value, ...]
    bounds: tuple[float, ...] = ()
    ordered: bool = True

    def place(self, value: Value) -> int:
        """The number of the level that a value belongs to."""
        return bisect_right(self.bounds, value) if self.bounds else self.values.index(value)

    def table[Entry](self, entries: Iterable[Entry]) -> dict[Any, Entry]:
        """One entry a level, found by any value of the level."""
        found = dict(zip(self.values, entries, strict=True))
        return _Binned(found, self) if self.bounds else found

    def steps(self, value: Value | None) -> tuple[Value | None, ...]:
        """The values one level below, at and above a value; a category or a gap has no step."""
        if value is None or not self.ordered:
            return (value,)
        values, own = self.values, self.place(value)
        # At an end of the range two of the three coincide
        below = values[own - 1] if own else value
        return below, value, values[own + 1] if own + 1 < len(values) else value

    def nearest(self, values: Iterable[Value], to: Value) -> Value | None:
        """Of some values, the nearest to another, the lower of two equally near; None of none.

        Categories have no distance: the first one that is given.
        """
        if not self.ordered:
            return next(iter(values), None)
        return min(values, key=lambda value: (abs(value - to), value), default=None)  # type: ignore[operator]


class _Binned(dict[Any, Any]):
    """Looks up any value of a bin."""

    def __init__(self, entries: dict[Any, Any], levels: Levels) -> None:
        super().__init__(entries)
        self._entries, self._bounds = list(entries.values()), levels.bounds

    def __missing__(self, value: float) -> Any:
        return self._entries[bisect_right(self._bounds, value)]


def is_binned(feature: Feature) -> bool:
    """True where the levels of a feature are bins, which training learns."""
    if feature.kind == WHOLE:
        return len(feature.scores) > MOST_SCORES
    return feature.kind != CATEGORY


def levels_of(
    features: Sequence[Feature], bins: Mapping[str, Mapping[str, Sequence[float]]]
) -> tuple[Levels, ...]:
    """Return the levels of every feature.

    Parameters
    ----------
    features
        In schema order.
    bins
        By name of each feature whose levels are bins: ``bounds`` and ``values``.
    """
    return tuple(_levels(feature, bins) for feature in features)


def _levels(feature: Feature, bins: Mapping[str, Mapping[str, Sequence[float]]]) -> Levels:
    if feature.kind == CATEGORY:
        return Levels(feature.values, ordered=False)
    if not is_binned(feature):
        return Levels(tuple(feature.scores))
    found = bins[feature.name]
    return Levels(tuple(found["values"]), tuple(found["bounds"]))
