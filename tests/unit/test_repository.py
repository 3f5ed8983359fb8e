"""What the repository may hold."""

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
        *ROOT.glob("requirements/*/package-lock.json"),
        ROOT / "package-lock.json",
    ]
)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_hashes_and_no_addresses(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert re.search(r"sha256:[0-9a-f]{64}|sha512-", text)


def test_no_generated_model_and_nothing_large_is_committed():
    if not (ROOT / ".git").exists():
        pytest.skip("this is no checkout")
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    files = [ROOT / name for name in tracked if name and (ROOT / name).is_file()]
    assert not [path for path in files if path.suffix in (".joblib", ".pkl", ".skops")]
    assert not [path for path in files if path.stat().st_size > 500_000]
