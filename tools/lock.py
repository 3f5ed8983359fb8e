"""Turns every requirements.in into its lock: exact versions with hashes, no addresses."""

import json
import subprocess
import sys
from pathlib import Path

DEV = "requirements/dev"
#: Resolved after dev and held to its versions, so that one environment satisfies every lock.
OTHERS = (
    "layers/sklearn/requirements",
    "functions/preflight/requirements",
    "functions/server/requirements",
    "requirements/local",
)

#: Each in an environment of its own (tools/apart.py), so held to nothing.
ALONE = ("requirements/checkov", "requirements/modelaudit", "requirements/audit")


def main() -> None:
    """Resolve for Python 3.12 and newer, on every platform that the packages support."""
    for name in (DEV, *OTHERS, *ALONE):
        command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--generate-hashes"]
        command += ["--universal", "--python-version", "3.12", "--no-emit-index-url"]
        command += ["--no-header", "--no-annotate", f"{name}.in", "--output-file", f"{name}.txt"]
        if name in OTHERS:
            command.append(f"--constraint={DEV}.txt")
        subprocess.run(command, check=True)  # noqa: S603 - a fixed command
    _without_addresses(Path("package-lock.json"))


def _without_addresses(lock: Path) -> None:
    """Take out what npm adds to versions and hashes: where to fund, where it was fetched."""
    document = json.loads(lock.read_text(encoding="utf-8"))
    for package in document["packages"].values():
        for key in ("funding", "resolved"):
            package.pop(key, None)
    lock.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
