"""A deferred module runs when something uses it, in the order it was written for, and only once."""

import importlib
import json
import pickle
import subprocess
import sys
import textwrap
import threading
import types

import pytest

from predict import deferral
from predict.deferral import Promise, defer_imports
from tests.transports import ARTIFACT, ROOT

FILES = {
    "heavy/__init__.py": """
        import log
        log.lines.append("heavy")
        from heavy.first import one
        from heavy.second import Thing
        shadow = "a name of the package"
        __all__ = ["one", "Thing"]
    """,
    "heavy/first.py": """
        import log
        log.lines.append("heavy.first")
        def one():
            return 1
    """,
    # Imported first of all, and without its package, this module could not run
    "heavy/second.py": """
        import log
        log.lines.append("heavy.second")
        from heavy import one
        class Thing:
            value = one()
    """,
    "log.py": "lines = []",
    "broken.py": "raise RuntimeError('not here')",
}


@pytest.fixture
def log(tmp_path, monkeypatch):
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(text))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(deferral, "DEFERRED", frozenset({"heavy", "broken"}))
    others = [finder for finder in sys.meta_path if not isinstance(finder, deferral._Finder)]
    monkeypatch.setattr(sys, "meta_path", others)
    defer_imports()
    import log

    yield log.lines
    for name in [name for name in sys.modules if name.split(".")[0] in ("heavy", "log", "broken")]:
        del sys.modules[name]


def test_importing_a_deferred_package_or_its_parts_runs_nothing(log):
    import heavy
    import heavy.first
    from heavy import one, second
    from heavy.second import Thing

    assert log == []
    assert isinstance(one, Promise)
    assert isinstance(Thing, Promise)
    assert isinstance(heavy.first, types.ModuleType)
    assert second is heavy.second


def test_a_promised_function_is_kept_when_it_is_called(log):
    from heavy import one

    assert one() == 1
    assert log == ["heavy", "heavy.first", "heavy.second"]


def test_a_part_runs_after_its_package_has_begun(log):
    from heavy.second import Thing

    assert Thing.value == 1
    assert log == ["heavy", "heavy.first", "heavy.second"]


def test_an_attribute_that_is_asked_for_is_the_thing_itself(log):
    import heavy

    assert heavy.shadow == "a name of the package"
    assert isinstance(heavy.Thing, type)
    assert type(heavy) is types.ModuleType
    assert log == ["heavy", "heavy.first", "heavy.second"]


def test_a_promised_class_can_be_a_base_a_type_and_a_maker(log):
    from heavy import Thing

    class Child(Thing):
        pass

    assert isinstance(Thing(), Thing)
    assert isinstance(Child(), Thing)
    assert issubclass(Child, Thing)
    assert Child.value == 1


def test_pickle_finds_what_is_promised_to_others(log):
    from heavy import Thing

    content = pickle.dumps(Thing())

    assert type(pickle.loads(content)).__name__ == "Thing"
    assert pickle.loads(pickle.dumps(Thing)) is sys.modules["heavy"].Thing


def test_a_star_import_brings_every_name(log):
    names: dict[str, object] = {}
    exec("from heavy import *", names)

    assert {"one", "Thing"} <= set(names)
    assert not isinstance(names["one"], Promise)


def test_a_directory_listing_runs_the_module(log):
    import heavy

    assert "shadow" in dir(heavy)


def test_a_name_that_is_nowhere_is_told_at_its_use(log):
    import heavy
    from heavy import nothing

    with pytest.raises(AttributeError, match="nothing"):
        nothing()
    assert not hasattr(heavy, "nothing")


def test_a_module_that_cannot_run_says_so_each_time(log):
    import broken

    for _ in range(2):
        with pytest.raises(RuntimeError, match="not here"):
            _ = broken.anything


def test_threads_that_meet_at_a_deferred_module_run_it_once(log):
    import heavy

    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(heavy.one())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [1] * 8
    assert log == ["heavy", "heavy.first", "heavy.second"]


def test_other_code_can_still_drop_the_import_system_s_caches(log):
    importlib.invalidate_caches()


def test_deferring_twice_is_deferring_once(log):
    before = list(sys.meta_path)
    defer_imports()

    assert sys.meta_path == before


#: Together half of the engine's cold start (docs/decisions/0040); none may come back unnoticed.
@pytest.mark.parametrize("module", sorted(deferral.DEFERRED))
def test_one_prediction_of_the_sklearn_engine_does_not_run(module, run_by_one_prediction):
    assert module not in run_by_one_prediction


@pytest.mark.parametrize(
    "module", ["aws_lambda_powertools", "matplotlib", "skops", "sklearn.datasets"]
)
def test_one_prediction_of_the_sklearn_engine_does_not_import(module, run_by_one_prediction):
    assert module not in run_by_one_prediction


def test_the_sklearn_engine_stays_within_its_import_budget(run_by_one_prediction):
    # Of the four libraries alone: what they in turn import differs between environments
    ours = {"joblib", "numpy", "scipy", "sklearn"}
    found = {name for name in run_by_one_prediction if name.partition(".")[0] in ours}

    assert len(found) <= 640, len(found)


@pytest.fixture(scope="module")
def run_by_one_prediction():
    """Names of the modules that have run, not merely been found, when one prediction is made."""
    code = """
import json, sys
from predict.app import handler
event = json.load(open("events/benign.json"))
assert handler(event, None)["statusCode"] == 200
print(json.dumps([n for n, m in sys.modules.items() if type(m).__name__ != "_Deferred"]))
"""
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={
            "MODEL_DIR": str(ARTIFACT),
            "MODEL_ENGINE": "sklearn",
            "PYTHONPATH": f"{ROOT}:{ROOT / 'functions'}",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(ran.stdout.splitlines()[-1]))
