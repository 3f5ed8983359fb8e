"""Turns imports that no prediction needs into promises, kept when something does need them.

scikit-learn imports far more of SciPy than a fitted classifier runs: for the one function ``gmean``
all of ``scipy.stats``, and with it optimisers, integrators and interpolators. That is half of the
engine's cold start (docs/decisions/0040). The libraries stay as they are; what changes is when a
package's own code runs: not at ``import scipy.stats``, but when one of its names is first used.
"""

import opcode
import sys
import threading
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import (
    ModuleSpec,
    PathFinder,
    SourceFileLoader,
    SourcelessFileLoader,
)
from types import ModuleType
from typing import Any

#: On scikit-learn's, joblib's or NumPy's way to a classifier, but needed by no prediction or only
#: by some models'; each with the modules inside it. Whoever uses a name of one runs it then.
DEFERRED = frozenset(
    {
        "asyncio",
        "numpy.f2py",
        "numpy.testing",
        "pydoc",
        "scipy.fft",
        "scipy.integrate",
        "scipy.interpolate",
        "scipy.ndimage",
        "scipy.optimize",
        "scipy.spatial",
        "scipy.stats",
    }
)
_IMPORT_FROM = opcode.opmap["IMPORT_FROM"]


def defer_imports() -> None:
    """From now on, run the deferred modules at their first use; those that ran stay as they are."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Finder(MetaPathFinder):
    """Finds modules where they are, and puts off running those that are deferred."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in DEFERRED and not _waits(name.rpartition(".")[0]):
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader | SourcelessFileLoader):
            spec.loader = _Deferring(spec.loader)
        return spec


class _Deferring(Loader):
    """Loads a module without running it."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        spec: Any = module.__spec__
        spec.loader = module.__loader__ = self._loader
        spec.loader_state = _State()
        module.__class__ = _Deferred


class _State:
    """Other threads wait while a deferred module runs; the one that runs it must not."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.running = False


class _Deferred(ModuleType):
    """A module that has not run yet; becomes an ordinary one when a name of it is used."""

    def __getattr__(self, name: str) -> Any:
        caller = sys._getframe(1)
        asked_by_import = caller.f_code.co_name == "_handle_fromlist" and name != "__all__"
        # The import system looks for submodules where there is no such name yet; packages have a
        # path from the beginning
        if asked_by_import or name == "__path__":
            raise AttributeError(name)
        package = self.__name__.rpartition(".")[0]
        if (
            caller.f_code.co_code[caller.f_lasti] == _IMPORT_FROM
            # Inside a package that runs by now everything goes on as ever
            and (self.__name__ in DEFERRED or _waits(package))
            and not _state(self).running
        ):
            return Promise(self, name)
        _run(self)
        return ModuleType.__getattribute__(self, name)

    def __dir__(self) -> list[str]:
        _run(self)
        return list(ModuleType.__dir__(self))


def _waits(name: str) -> bool:
    """True where this module is deferred and nothing has asked for it to run."""
    module = sys.modules.get(name)
    return isinstance(module, _Deferred) and not _state(module).running


def _state(module: ModuleType) -> _State:
    spec: Any = module.__spec__
    state: _State = spec.loader_state
    return state


def _run(module: ModuleType) -> None:
    """Run a deferred module, and before it its package: the order in which it is written to run."""
    package = sys.modules.get(module.__name__.rpartition(".")[0])
    if isinstance(package, _Deferred):
        _run(package)
    state = _state(module)
    with state.lock:
        if state.running or not isinstance(module, _Deferred):
            return
        state.running = True
        try:
            spec: Any = module.__spec__
            spec.loader.exec_module(module)
            ModuleType.__setattr__(module, "__class__", ModuleType)
        finally:
            state.running = False


class Promise:
    """Stands in for what ``from module import name`` names, until it is used.

    Only the import statement gets one: an attribute that is asked for in any other way, as pickle
    does, is the thing itself.
    """

    __slots__ = ("_module", "_name")

    def __init__(self, module: ModuleType, name: str) -> None:
        self._module = module
        self._name = name

    def _kept(self) -> Any:
        return getattr(self._module, self._name)

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Call what was promised."""
        return self._kept()(*arguments, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kept(), name)

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(instance, self._kept())

    def __subclasscheck__(self, subclass: type) -> bool:
        return issubclass(subclass, self._kept())

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        return (self._kept(),)

    def __reduce__(self) -> Any:
        return _named, (self._module.__name__, self._name)


def _named(module: str, name: str) -> Any:
    return getattr(import_module(module), name)
