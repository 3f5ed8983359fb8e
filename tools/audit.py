"""Asks PyPI and npm about known vulnerabilities of every lock; fails where it cannot ask.

pip-audit alone skips a package that it cannot ask about and calls the lock clean, so it runs with
``--strict``.
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
#: Vulnerabilities that do not concern us, each with the reason; empty is the aim.
WAIVED: dict[str, str] = {}


def is_clean(lock: str) -> bool:
    """Whether every package of a lock was asked about and none is known to be vulnerable."""
    command = [str(program("pip-audit")), "--strict", "--require-hashes", "--disable-pip"]
    command += ["--progress-spinner", "off", "--requirement", lock]
    for identifier in WAIVED:
        command += ["--ignore-vuln", identifier]
    return subprocess.run(command, check=False).returncode == 0  # noqa: S603


def main() -> int:
    """Ask about every lock, whatever the one before gave; the exit status is 1 where any failed."""
    failed = [str(lock.relative_to(ROOT)) for lock in LOCKS if not is_clean(str(lock))]
    for lock in NPM_LOCKS:
        words = ["npm", "audit", "--audit-level", "moderate"]
        if subprocess.run(words, cwd=lock.parent, check=False).returncode:  # noqa: S603
            failed.append(str(lock.relative_to(ROOT)))
    if failed:
        print(f"vulnerable, or not asked about: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Unavailable, OSError) as lack:
        sys.exit(f"no audit: {lack}")
