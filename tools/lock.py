"""Writes the lock of every requirements.in: exact versions with hashes, no addresses."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DEV = ROOT / "requirements" / "dev.in"
#: Resolved after dev with its versions as a constraint, so that one environment satisfies all.
SHARED = [*ROOT.glob("layers/*/requirements.in"), *ROOT.glob("functions/*/requirements.in")]
SHARED += [ROOT / "requirements" / "local.in"]


def main(arguments: list[str]) -> None:
    """Resolve every lock for all platforms; arguments choose locks by a part of their path.

    Locks outside SHARED have a separate environment or image, so no constraint applies to them.
    """
    others = [*ROOT.glob("requirements/*.in"), *ROOT.glob("lab/benchmarks/**/*.in")]
    for source in dict.fromkeys([DEV, *sorted(SHARED), *sorted(others)]):
        if arguments and not any(argument in str(source) for argument in arguments):
            continue
        command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--generate-hashes"]
        command += ["--universal", "--python-version", "3.12", "--no-emit-index-url"]
        command += ["--no-header", "--no-annotate", str(source.relative_to(ROOT))]
        command += ["--output-file", str(source.relative_to(ROOT).with_suffix(".txt"))]
        if source in SHARED:
            command.append("--constraint=requirements/dev.txt")
        subprocess.run(command, check=True, cwd=ROOT)  # noqa: S603 - a fixed command
    for lock in (ROOT / "package-lock.json", *ROOT.glob("requirements/*/package-lock.json")):
        _without_addresses(lock)


def _without_addresses(lock: Path) -> None:
    """Remove the funding and download addresses that npm writes."""
    document = json.loads(lock.read_text(encoding="utf-8"))
    for package in document["packages"].values():
        for key in ("funding", "resolved"):
            package.pop(key, None)
    lock.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
