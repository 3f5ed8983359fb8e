"""Names of ``typing`` for what a cold start imports: importing ``typing`` itself takes 4 ms.

Type checkers read the names of ``typing``. While running, ``Any`` and ``TypeGuard`` only stand in
annotations, and ``NamedTuple`` makes the same classes from ``collections.namedtuple``.
"""

import sys

TYPE_CHECKING = False

# From Python 3.14 on a class body does not hold its annotations
if TYPE_CHECKING or sys.version_info >= (3, 14):
    from typing import Any, NamedTuple, Protocol, TypeGuard
else:
    from collections import namedtuple

    Any = Protocol = object
    TypeGuard = list

    class _Fields(type):
        def __new__(
            mcs: type, name: str, bases: tuple[type, ...], namespace: dict[str, object]
        ) -> type:
            if not bases:
                return type.__new__(mcs, name, bases, namespace)
            fields = namespace.get("__annotations__", {})
            defaults = [namespace.pop(field) for field in fields if field in namespace]
            module = namespace["__module__"]
            base = namedtuple(name, fields, defaults=defaults, module=module)
            return type(name, (base,), {"__slots__": (), **namespace})

    class NamedTuple(metaclass=_Fields):
        """As ``typing.NamedTuple``: a tuple whose fields are the class's annotations."""


__all__ = ["TYPE_CHECKING", "Any", "NamedTuple", "Protocol", "TypeGuard"]
