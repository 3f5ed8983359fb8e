"""Asks PyPI and npm for known vulnerabilities of every lock; fails if it cannot ask.

pip-audit runs with ``--strict``: otherwise it skips packages that it cannot ask about.
"""

import subprocess
import sys

from tools.apart import ROOT, Unavailable, program

LOCKS = sorted(
    [
        *ROOT.glob("layers/*/requirements.txt"),
        *ROOT.glob("functions/*/requirements.txt"),
        *ROOT.glob("requirements/*.txt"),
    ]
)
NPM_LOCKS = [ROOT / "package-lock.json", *ROOT.glob("requirements/*/package-lock.json")]
#: Vulnerabilities that do not affect this product → the reason.
WAIVED: dict[str, str] = {}


def is_clean(lock: str) -> bool:
    """True if every package of a lock was checked and none has a known vulnerability."""
    command = [str(program("pip-audit")), "--strict", "--require-hashes", "--disable-pip"]
    command += ["--progress-spinner", "off", "--requirement", lock]
    for identifier in WAIVED:
        command += ["--ignore-vuln", identifier]
    return subprocess.run(command, check=False).returncode == 0  # noqa: S603


def main() -> int:
    """Check every lock; return 1 if any has a vulnerability or could not be checked."""
    failed = [str(lock.relative_to(ROOT)) for lock in LOCKS if not is_clean(str(lock))]
    for lock in NPM_LOCKS:
        words = ["npm", "audit", "--audit-level", "moderate"]
        if subprocess.run(words, cwd=lock.parent, check=False).returncode:  # noqa: S603
            failed.append(str(lock.relative_to(ROOT)))
    if failed:
        print(f"vulnerable, or not checked: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Unavailable, OSError) as error:
        sys.exit(f"no audit: {error}")
