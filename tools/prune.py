"""Turns installed packages into what a function runs of them: ``python tools/prune.py FOLDER…``.

The image's build runs this file by itself, with the base image's Python and nothing else; the layer
imports :func:`trim` and :func:`cut` (tools/layer.py), so that both leave out the same. What each
step saves, and what tells that nothing needed is gone, is in docs/decisions/0041.
"""

import ast
import gzip
import importlib.util
import marshal
import os
import shutil
import struct
import sys
from pathlib import Path

WASTE_FOLDERS = {"tests", "test", "__pycache__", "bin"}
WASTE_SUFFIXES = {
    *(".a", ".build", ".c", ".cpp", ".f", ".h", ".in", ".pxd", ".pxi", ".pyi", ".pyx", ".tp"),
}
#: Distributions that the locks name, for those who install them, and that the image does without:
#: they draw tables for people.
LEFT_OUT = ("prettytable", "wcwidth")
#: Parts that neither loading nor asking a classifier reaches by any route (tests/classifiers.py),
#: and of the other packages what the routes, the server and the hook never touch.
UNUSED = (
    "aws_lambda_powertools/event_handler/openapi/swagger_ui/*.min.*",
    *(
        f"aws_lambda_powertools/utilities/{name}"
        for name in ("auth_alpha", "batch", "circuit_breaker", "feature_flags", "idempotency")
    ),
    *(
        f"aws_lambda_powertools/utilities/{name}"
        for name in ("kafka", "parameters", "parser", "validation")
    ),
    "boto3/data/*",
    "botocore/data/*/*/examples-1.json",
    "dateutil/zoneinfo/*.tar.gz",
    *(f"narwhals/_{kind}" for kind in ("arrow", "dask", "duckdb", "ibis", "pandas_like")),
    *(f"narwhals/_{kind}" for kind in ("polars", "spark_like", "sql")),
    "numpy/_core/_*_tests.*",
    "numpy/_core/_simd.*",
    "packaging/licenses",
    "packaging/metadata.py",
    "packaging/pylock.py",
    "*/conftest.py",
    *(f"*/*/array_api_compat/{library}" for library in ("cupy", "dask", "torch")),
    "scipy/cluster",
    "scipy/datasets",
    "scipy/differentiate",
    "scipy/fftpack",
    "scipy/io",
    "scipy/misc",
    "scipy/odr",
    "scipy/*/_*test*.so",
    "scipy/optimize/_tstutils.py",
    "scipy/signal",
    "scipy/special/_add_newdocs.py",
    "scipy/special/_precompute",
    "scipy/stats/_sampling.py",
    "scipy/stats/_sobol_direction_numbers.npz",
    "scipy/stats/sampling.py",
    "scipy/stats/_unuran",
    "sklearn/_build_utils",
    "sklearn/datasets",
    "sklearn/externals/_arff.py",
    "sklearn/utils/_test_common",
    "sklearn/utils/estimator_checks.py",
    "skops/card",
    *(f"{name}*" for name in LEFT_OUT),
)
#: botocore has a description of each of 400 services; all our functions together call four.
SERVICES = {"codedeploy", "lambda", "logs", "s3"}
#: NumPy quotes these docstrings in others at import, and refuses to start where it cannot.
QUOTED = ("numpy/_core/fromnumeric.py", "numpy/_core/numeric.py", "numpy/ma/core.py")


def main(folders: list[str]) -> int:
    """Trim, cut, share and compile what is in each folder; return the exit status."""
    for folder in map(Path, folders):
        trim(folder)
        for path in folder.rglob("*.so*"):
            cut(path)
        share(folder)
        for path in folder.rglob("*.py"):
            name = path.relative_to(folder).as_posix()
            compile_alone(path, docstrings=name.startswith(QUOTED))
    return 0


def trim(folder: Path) -> None:
    """Remove tests, sources of extensions, bytecode, and the parts that nothing reaches."""
    for pattern in UNUSED:
        for path in folder.glob(pattern):
            _remove(path)
    for path in (folder / "botocore" / "data").glob("*/"):
        if path.name not in SERVICES:
            _remove(path)
    for path in (folder / "botocore" / "data").glob("endpoints.json"):
        # botocore reads either
        path.with_suffix(".json.gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))
        path.unlink()
    for path in folder.glob("*.dist-info/RECORD"):
        shorten(path)
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and path.name in WASTE_FOLDERS:
            _remove(path)
        elif path.is_file() and path.suffix in WASTE_SUFFIXES:
            path.unlink()


def shorten(record: Path) -> None:
    """Of a distribution's list of files keep what stands at the top: it tells whose a folder is."""
    tops = {line.partition(",")[0].partition("/")[0] for line in record.read_text().splitlines()}
    record.write_text("".join(f"{top},,\n" for top in sorted(tops)))


def cut(library: Path) -> None:
    """Cut off what follows the last segment that is loaded: symbols for debuggers, section names.

    The dynamic loader reads segments alone. So does ``strip``, which the base image lacks.
    """
    content = bytearray(library.read_bytes())
    # 64-bit little-endian ELF: x86_64 and arm64, all that Lambda has
    if content[:6] != b"\x7fELF\x02\x01":
        return
    (headers,) = struct.unpack_from("<Q", content, 32)
    size, count = struct.unpack_from("<HH", content, 54)
    end = headers + size * count
    for start in range(headers, end, size):
        offset, _, _, length = struct.unpack_from("<QQQQ", content, start + 8)
        end = max(end, offset + length)
    struct.pack_into("<Q", content, 40, 0)  # where the sections' table was
    struct.pack_into("<HH", content, 60, 0, 0)  # how many there were, and which one names them
    library.write_bytes(content[:end])


def share(folder: Path) -> None:
    """Of each run-time library that wheels bring in two builds, keep the later; link the other."""
    for kind in ("libgfortran-*.so.5.*", "libquadmath-*.so.0.*"):
        builds = sorted(folder.glob(f"*.libs/{kind}"), key=lambda path: path.stat().st_size)
        for path in builds[:-1]:
            path.unlink()
            path.symlink_to(os.path.relpath(builds[-1], path.parent))


def compile_alone(source: Path, *, docstrings: bool) -> None:
    """Put bytecode in the place of a source, with or without docstrings.

    Python imports a ``.pyc`` beside the folder's other modules without looking for its source.
    Docstrings become empty and not None, so that a library can still cut and join them.
    """
    tree = ast.parse(source.read_bytes())
    for node in [] if docstrings else ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            value = first.value if isinstance(first, ast.Expr) else None
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                value.value = ""
    code = compile(tree, str(source), "exec", dont_inherit=True)
    # Flag 1: a source's hash follows, which is never compared (PEP 552)
    header = importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little") + bytes(8)
    source.with_suffix(".pyc").write_bytes(header + marshal.dumps(code))
    source.unlink()


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
