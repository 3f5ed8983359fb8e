"""Pruned packages are smaller and still run."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tools.prune import compile_alone, cut, main, share, trim

SOURCE = '''
"""Says what it is."""
def one():
    """Only a docstring."""
class Thing:
    """A class."""
    word = "kept"
    def two(self):
        """With a body."""
        assert self.word, "asserts stay"
        return 2
'''


@pytest.fixture
def module(tmp_path):
    path = tmp_path / "thing.py"
    path.write_text(SOURCE)
    return path


def run(folder: Path, code: str) -> str:
    command = [
        sys.executable,
        "-I",
        "-c",
        f"import sys; sys.path.insert(0, {str(folder)!r}); {code}",
    ]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_a_module_runs_from_bytecode_alone(module):
    compile_alone(module, docstrings=False)

    assert not module.exists()
    assert [path.name for path in module.parent.iterdir()] == ["thing.pyc"]
    assert run(module.parent, "import thing; print(thing.Thing().two(), thing.one())") == "2 None"


def test_docstrings_are_emptied_and_other_texts_and_asserts_stay(module):
    compile_alone(module, docstrings=False)

    told = run(module.parent, "import thing; print([thing.__doc__, thing.one.__doc__])")
    assert told == "['', '']"
    content = module.with_suffix(".pyc").read_bytes()
    assert b"kept" in content
    assert b"asserts stay" in content
    assert b"With a body" not in content


def test_docstrings_that_a_library_quotes_are_kept(module):
    compile_alone(module, docstrings=True)

    assert run(module.parent, "import thing; print(thing.one.__doc__)") == "Only a docstring."


def test_bytecode_is_never_compared_with_a_source(module):
    compile_alone(module, docstrings=False)

    content = module.with_suffix(".pyc").read_bytes()
    assert content[:4] == importlib.util.MAGIC_NUMBER
    assert int.from_bytes(content[4:8], "little") == 1


@pytest.mark.skipif(sys.platform != "linux", reason="shared objects of Linux")
def test_a_cut_library_is_not_larger_and_loads(tmp_path):
    source = Path(np.linalg.__file__).parent
    [library] = source.glob("_umath_linalg*.so")
    target = tmp_path / library.name
    shutil.copy(library, target)
    cut(target)

    assert 0 < target.stat().st_size <= library.stat().st_size
    # As the loader sees it: the segments and what they need, not the names of sections
    loaded = "import ctypes; ctypes.CDLL(sys.argv[1]); print('loaded')"
    command = [sys.executable, "-c", f"import sys; {loaded}", str(target)]
    ran = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={"LD_LIBRARY_PATH": str(source.parents[1] / "numpy.libs")},
    )
    assert ran.stdout.strip() == "loaded", ran.stderr


def test_what_is_no_library_is_left_alone(tmp_path):
    script = tmp_path / "linker.so"
    script.write_text("INPUT(libother.so)")
    cut(script)

    assert script.read_text() == "INPUT(libother.so)"


def test_of_two_builds_of_one_runtime_library_the_larger_stays(tmp_path):
    folder = tmp_path / "package.libs"
    folder.mkdir()
    (folder / "libgfortran-old.so.5.0.0").write_bytes(b"1")
    (folder / "libgfortran-new.so.5.0.0").write_bytes(b"22")
    (folder / "libquadmath-only.so.0.0.0").write_bytes(b"3")
    share(tmp_path)

    old = folder / "libgfortran-old.so.5.0.0"
    assert old.is_symlink()
    assert old.read_bytes() == b"22"
    assert not (folder / "libquadmath-only.so.0.0.0").is_symlink()


def test_tests_sources_and_unused_parts_go_and_licences_stay(tmp_path):
    for name in (
        "numpy/tests/test_it.py",
        "numpy/core.pyx",
        "numpy/__init__.py",
        "scipy/signal/__init__.py",
        "scipy/stats/__init__.py",
        "numpy-1.dist-info/RECORD",
        "numpy-1.dist-info/METADATA",
        "numpy-1.dist-info/licenses/LICENSE.txt",
        "botocore/data/ec2/service-2.json",
        "botocore/data/lambda/service-2.json",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    (tmp_path / "numpy-1.dist-info" / "RECORD").write_text(
        "../bin/f2py,sha256=a,1\nnumpy/__init__.py,sha256=b,2\nnumpy/core.pyx,,\n"
    )
    trim(tmp_path)

    record = (tmp_path / "numpy-1.dist-info" / "RECORD").read_text()
    assert record == "..,,\nnumpy,,\n"
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {
        "numpy/__init__.py",
        "numpy-1.dist-info/RECORD",
        "scipy/stats/__init__.py",
        "numpy-1.dist-info/METADATA",
        "numpy-1.dist-info/licenses/LICENSE.txt",
        "botocore/data/lambda/service-2.json",
    }


def test_the_command_does_all_of_it(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "thing.py").write_text(SOURCE)

    assert main([str(tmp_path)]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["thing.pyc"]
