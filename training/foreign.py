"""Reads a fitted classifier that another program pickled; builds only what scikit-learn defines.

A pickle names the objects to build. Every name is compared with a closed list before it is
imported, so the file can call the constructors of scikit-learn's classes and nothing else.
"""

import bz2
import gzip
import inspect
import io
import lzma
import pickle
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import sklearn
from joblib.numpy_pickle import NumpyArrayWrapper, NumpyUnpickler
from sklearn.base import BaseEstimator
from sklearn.exceptions import InconsistentVersionWarning
from sklearn.feature_selection import chi2, f_classif, mutual_info_classif
from sklearn.metrics import get_scorer, get_scorer_names

#: First bytes of a compressed file, and what unpacks it.
_PACKED: tuple[tuple[bytes, Callable[[bytes], bytes]], ...] = (
    (b"\x1f\x8b", gzip.decompress),
    (b"BZh", bz2.decompress),
    (b"\xfd7zXZ", lzma.decompress),
    (b"\x5d\x00\x00", lzma.decompress),
    (b"\x78", zlib.decompress),
)
#: Names outside scikit-learn in pickles of its models.
_KNOWN = frozenset(
    {
        *(f"builtins.{name}" for name in ("bytearray", "bytes", "complex", "dict", "float")),
        *(f"builtins.{name}" for name in ("frozenset", "int", "list", "object", "range", "set")),
        *(f"builtins.{name}" for name in ("bool", "slice", "str", "tuple")),
        *("collections.OrderedDict", "collections.defaultdict"),
        *("copyreg._reconstructor", "_codecs.encode"),
        *("numpy.ndarray", "numpy.dtype"),
        *("numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct"),
        *("numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar"),
        *("numpy.core.numeric._frombuffer", "numpy._core.numeric._frombuffer"),
        *("numpy.random._pickle.__randomstate_ctor", "numpy.random._pickle.__bit_generator_ctor"),
        *("numpy.random._mt19937.MT19937", "numpy.random.mtrand.RandomState"),
        # A fit without random_state keeps the generator that the system seeded
        *("numpy.random._pickle.__generator_ctor", "numpy.random._pcg64.PCG64"),
        *(f"numpy.random.bit_generator.{n}SeedSequence" for n in ("", "__pyx_unpickle_")),
        # The results of a search
        *(f"numpy.ma.{n}" for n in ("core._mareconstruct", "core.MaskedArray", "MaskedArray")),
    }
)
#: Functions of arrays that a search or a selection of columns keeps.
_SCORES = frozenset(
    {get_scorer(name)._score_func for name in get_scorer_names()}
    | {chi2, f_classif, mutual_info_classif}
)
#: Parts of scikit-learn that no fitted model holds.
_NEVER = ("sklearn.datasets", "sklearn.externals", "sklearn.utils._testing")


class NotAdopted(Exception):
    """The file cannot be adopted; the message names the error and the remedy."""


class Foreign(NamedTuple):
    """A fitted classifier, and the scikit-learn versions that wrote its parts."""

    classifier: Any
    versions: tuple[str, ...]


def read_foreign(path: Path) -> Foreign:
    """Return the classifier in a file of pickle, joblib or skops, compressed or not.

    Raises
    ------
    NotAdopted
        The file names something that is not scikit-learn's, or holds no fitted classifier.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NotAdopted(f"{path}: {error.strerror}") from None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = _read(content)
        except NotAdopted as refused:
            raise NotAdopted(f"{path.name}: {refused}") from None
        # A file may be cut short or hold anything: pickle raises whatever its opcodes lead to
        except Exception as error:  # noqa: BLE001
            raise NotAdopted(
                f"{path.name}: scikit-learn {sklearn.__version__} cannot read it "
                f"({type(error).__name__}: {error}). Fit the model again, or save it with the "
                "scikit-learn that wrote it after an upgrade in small steps"
            ) from None
    versions = {
        str(each.message.original_sklearn_version)
        for each in caught
        if isinstance(each.message, InconsistentVersionWarning)
    }
    # A search answers by the best model that it found
    found = getattr(found, "best_estimator_", found)
    _check_classifier(found, path.name)
    return Foreign(found, tuple(sorted(versions)))


def _read(content: bytes) -> Any:
    if content.startswith(b"PK"):
        return _from_skops(content)
    for magic, unpack in _PACKED:
        if content.startswith(magic):
            content = unpack(content)
    return _Joblib("model", io.BytesIO(content), ensure_native_byte_order=True).load()


def _from_skops(content: bytes) -> Any:
    from skops import io as skops_io

    from cytology.trusted import TRUSTED

    untrusted = sorted(set(skops_io.get_untrusted_types(data=content)) - set(TRUSTED))
    if untrusted:
        raise NotAdopted(_untrusted(", ".join(untrusted)))
    return skops_io.loads(content, trusted=list(TRUSTED))


def _find(module: str, name: str, find: Callable[[str, str], Any]) -> Any:
    """Import what a pickle names if it is on the list, and raise if it is not."""
    whole = f"{module}.{name}"
    if whole == "joblib.numpy_pickle.NumpyArrayWrapper":
        return _Array
    if whole in _KNOWN:
        return find(module, name)
    top = module.partition(".")[0]
    if top in ("sklearn", "scipy", "numpy") and not module.startswith(_NEVER) and "." not in name:
        found = find(module, name)
        if top == "numpy":
            fits = isinstance(found, np.ufunc) or _is_class(found, np.generic)
        elif top == "scipy":
            fits = inspect.isclass(found) and module.startswith(
                ("scipy.sparse", "scipy.interpolate")
            )
        else:
            is_part = name == "newObj" or name.startswith("__pyx_unpickle_")
            fits = is_part or inspect.isclass(found) or (callable(found) and found in _SCORES)
        if fits:
            return found
    raise NotAdopted(_untrusted(whole))


def _is_class(found: Any, parent: type) -> bool:
    return inspect.isclass(found) and issubclass(found, parent)


def _untrusted(name: str) -> str:
    return (
        f"it contains {name}, which is no part of a scikit-learn model, so nothing was loaded. "
        "Save a classifier, or a pipeline, that is made of scikit-learn's own classes; of a "
        "search, its best_estimator_"
    )


class _Plain(pickle.Unpickler):
    """Reads the arrays of Python objects inside a file of joblib."""

    def find_class(self, module: str, name: str) -> Any:
        return _find(module, name, super().find_class)


class _Array(NumpyArrayWrapper):  # type: ignore[misc]
    """joblib's record of an array; joblib itself reads arrays of objects without any check."""

    def read_array(self, unpickler: Any, ensure_native_byte_order: bool) -> Any:
        if self.dtype.hasobject:
            return _Plain(unpickler.file_handle).load()
        return super().read_array(unpickler, ensure_native_byte_order)


class _Joblib(NumpyUnpickler):  # type: ignore[misc]
    """Reads a file of joblib or of pickle."""

    def find_class(self, module: str, name: str) -> Any:
        return _find(module, name, super().find_class)


def _check_classifier(found: Any, name: str) -> None:
    classes = [str(item) for item in getattr(found, "classes_", ())]
    if not isinstance(found, BaseEstimator) or not classes:
        kind = type(found).__name__
        raise NotAdopted(f"{name}: holds a {kind}, no fitted classifier; save the classifier alone")
    if len(classes) != 2:
        raise NotAdopted(
            f"{name}: it has {len(classes)} classes ({', '.join(classes[:5])}); only two are "
            "supported. Fit it on two: one class, and all others as one"
        )
    if not hasattr(found, "predict_proba"):
        raise NotAdopted(
            f"{name}: {type(found).__name__} has no probabilities; fit it inside "
            "CalibratedClassifierCV"
        )
