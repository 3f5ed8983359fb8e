"""Asks PyPI and npm for known vulnerabilities of every lock; fails if it cannot ask.

pip-audit runs with ``--strict``: otherwise it skips packages that it cannot ask about. A
vulnerability that does not affect this product is waived by ``--ignore-vuln``, with the reason.
"""

import subprocess
import sys
from pathlib import Path

from tools.apart import ROOT, Unavailable, program

LOCKS = ("layers/*/requirements.txt", "functions/*/requirements.txt", "requirements/*.txt")
NPM_LOCKS = ("package-lock.json", "requirements/*/package-lock.json")


def is_clean(lock: Path) -> bool:
    """True if every package of a lock was checked and none has a known vulnerability."""
    command: list[Path | str] = ["npm", "audit", "--audit-level", "moderate"]
    if lock.suffix == ".txt":
        command = [program("pip-audit"), "--strict", "--require-hashes", "--disable-pip"]
        command += ["--progress-spinner", "off", "--requirement", lock.name]
    return subprocess.run(command, cwd=lock.parent, check=False).returncode == 0  # noqa: S603


def main() -> int:
    """Check every lock; return 1 if any has a vulnerability or could not be checked."""
    locks = [lock for pattern in (*LOCKS, *NPM_LOCKS) for lock in sorted(ROOT.glob(pattern))]
    failed = [str(lock.relative_to(ROOT)) for lock in locks if not is_clean(lock)]
    if failed:
        print(f"vulnerable, or not checked: {', '.join(failed)}", file=sys.stderr)
    return int(bool(failed))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Unavailable, OSError) as error:
        sys.exit(f"no audit: {error}")
