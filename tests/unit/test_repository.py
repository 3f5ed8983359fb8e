"""What the repository may hold, and that its documents name commands that exist."""

import re
import subprocess

import pytest

from tests.support.paths import ROOT

LOCKS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [
        *ROOT.glob("requirements/*.txt"),
        *ROOT.glob("functions/*/requirements.txt"),
        *ROOT.glob("layers/*/requirements.txt"),
        *ROOT.glob("lab/benchmarks/peers/*/requirements.txt"),
        *ROOT.glob("lab/benchmarks/*.txt"),
        *ROOT.glob("requirements/*/package-lock.json"),
        ROOT / "package-lock.json",
    ]
)
#: Documents for readers; decisions and the log of changes also name what is gone.
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/costs/*.md")]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_hashes_and_no_addresses(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    pins = re.split(r"\n(?=\w)", text.strip()) if lock.endswith(".txt") else [text]

    assert "://" not in text
    assert all(re.search(r"sha256:[0-9a-f]{64}|sha512-", pin) for pin in pins)


def test_no_generated_model_and_nothing_large_is_committed():
    if not (ROOT / ".git").exists():
        pytest.skip("this is no checkout")
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    files = [ROOT / name for name in tracked if name and (ROOT / name).is_file()]
    assert not [path for path in files if path.suffix in (".joblib", ".pkl", ".skops")]
    assert not [path for path in files if path.stat().st_size > 500_000]


@pytest.fixture(scope="module")
def targets():
    """Targets by group, as make help prints them."""
    printed = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True
    ).stdout
    return {
        group.splitlines()[0]: re.findall(r"^  make (\w+)", group, re.MULTILINE)
        for group in printed.strip().split("\n\n")
    }


def test_make_help_lists_at_most_24_targets_in_four_groups(targets):
    assert list(targets) == ["Use", "Train", "Deploy", "Develop"]
    assert sum(map(len, targets.values())) <= 24


# The change log also names targets that are gone
@pytest.mark.parametrize(
    "document",
    [path for path in DOCUMENTS if path.name != "CHANGELOG.md"],
    ids=lambda path: path.name,
)
def test_a_document_names_only_targets_that_exist(document, targets):
    known = {"help", *(name for group in targets.values() for name in group)}
    text = document.read_text(encoding="utf-8")
    named = re.findall(r"`make ([a-z][\w-]*)|^\$? ?make ([a-z][\w-]*)", text, re.MULTILINE)

    assert {first or second for first, second in named} <= known


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_names_only_files_that_exist(document):
    """`build/` is left out: commands make it. Names below functions/ may leave that folder out."""
    text = document.read_text(encoding="utf-8")
    named = re.findall(
        r"`((?!build/)[\w.-]+/(?:[\w./-]*\.(?:py|sh|js|json|yaml|txt)|[\w/-]*/)?)`", text
    )

    assert [
        name
        for name in named
        if not any((ROOT / folder / name).exists() for folder in ("", "functions"))
    ] == []
