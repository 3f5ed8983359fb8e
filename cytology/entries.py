"""Reads the entries of one JSON object of a schema; each error names entry, rule and remedy."""

from collections.abc import Iterator
from math import isfinite

from cytology.annotations import Any


class InvalidSchema(ValueError):
    """The schema file breaks a rule; the message has the entry, the rule and the remedy."""


class Entries:
    """The entries of one object. ``where`` is its place in the file, "" for the file itself."""

    def __init__(self, raw: Any, where: str, known: frozenset[str]) -> None:
        self._raw, self._where = raw, where
        if not isinstance(raw, dict):
            raise self.error("", "must be an object {…}")
        if unknown := sorted(raw.keys() - known):
            names = ", ".join(sorted(known))
            raise self.error("", f"unknown entry {', '.join(unknown)}; known are {names}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def get(self, key: str, default: Any = None) -> Any:
        """The entry, not checked."""
        return self._raw.get(key, default)

    def error(self, key: str, rule: str) -> InvalidSchema:
        """Return the error of an entry, "" for the object itself."""
        place = ".".join(part for part in (self._where, key) if part)
        return InvalidSchema(f"{place}: {rule}" if place else f"the schema: {rule}")

    def text(self, key: str, default: str | None = None) -> str:
        """A text, not empty unless its default is; without a default it is required."""
        found = self._raw.get(key, default)
        if not isinstance(found, str) or (default != "" and not found):
            raise self.error(key, 'must be text, such as "age"')
        return found

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, empty by default."""
        found = self.items(key)
        if not all(isinstance(item, str) for item in found):
            raise self.error(key, 'must be a list of texts, such as ["a", "b"]')
        return tuple(found)

    def items(self, key: str) -> list[Any]:
        """A list, empty by default."""
        found = self._raw.get(key, [])
        if not isinstance(found, list):
            raise self.error(key, "must be a list [ … ]")
        return found

    def mapping(self, key: str) -> dict[str, Any]:
        """An object, empty by default."""
        found = self._raw.get(key, {})
        if not isinstance(found, dict):
            raise self.error(key, "must be an object {…}")
        return found

    def flag(self, key: str) -> bool:
        """True or false; false by default."""
        found = self._raw.get(key, False)
        if not isinstance(found, bool):
            raise self.error(key, "must be true or false")
        return found

    def choice(self, key: str, known: tuple[Any, ...], default: Any) -> Any:
        """One of the known values."""
        found = self._raw.get(key, default)
        # bool is an int: true must not pass as 1
        if isinstance(found, bool | list | dict) or found not in known:
            raise self.error(key, f"must be one of {', '.join(map(str, known))}")
        return found

    def range(self, *, whole: bool) -> tuple[Any, Any]:
        """``min`` and ``max``: whole numbers, or any finite numbers as floats."""
        low, high = self._raw.get("min"), self._raw.get("max")
        kinds = (int,) if whole else (int, float)
        if type(low) not in kinds or type(high) not in kinds or not low < high:
            noun = "whole numbers" if whole else "numbers"
            raise self.error("", f"min and max must be {noun} with min below max")
        if whole:
            return low, high
        if not isfinite(low) or not isfinite(high):
            raise self.error("", "min and max must be finite numbers")
        return float(low), float(high)
