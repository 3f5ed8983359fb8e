"""Turns the locks into known vulnerabilities, asked of PyPI's and npm's services.

Needs the network. Without it pip-audit alone would skip every package and call that clean, so it
runs with ``--strict``: what could not be asked about fails.
"""

import subprocess
import sys

from tools.apart import ROOT, Unavailable, program

#: All that ships, builds, tests or scans; dev holds local and bulk, and local what ships.
LOCKS = (
    "layers/sklearn/requirements.txt",
    "functions/server/requirements.txt",
    "functions/preflight/requirements.txt",
    "requirements/dev.txt",
    "requirements/checkov.txt",
    "requirements/modelaudit.txt",
    "requirements/audit.txt",
)

#: Where a package-lock.json lies: the form's tools and the interactive reference, and cfn-guard.
NPM = (".", "requirements/guard")


#: Vulnerabilities that do not concern us, each with the reason; empty is the aim.
WAIVED: dict[str, str] = {}


def is_clean(lock: str) -> bool:
    """Whether every package of a lock was asked about and none is known to be vulnerable."""
    command: list[object] = [program("pip-audit"), "--strict"]
    command += ["--require-hashes", "--disable-pip"]
    command += ["--progress-spinner", "off", "--requirement", ROOT / lock]
    for identifier in WAIVED:
        command += ["--ignore-vuln", identifier]
    ran = subprocess.run([str(word) for word in command], check=False)  # noqa: S603
    return ran.returncode == 0


def main() -> int:
    """Ask about every lock, whatever the one before gave; the exit status is 1 where any failed."""
    failed = [lock for lock in LOCKS if not is_clean(lock)]
    for folder in NPM:
        words = ["npm", "audit", "--audit-level", "moderate"]
        ran = subprocess.run(words, cwd=ROOT / folder, check=False)  # noqa: S603
        if ran.returncode:
            failed.append(f"{folder}/package-lock.json")
    if failed:
        print(f"vulnerable, or not asked about: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Unavailable, OSError) as lack:
        sys.exit(f"no audit: {lack}")
