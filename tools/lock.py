"""Turns every requirements.in into its lock: exact versions with hashes, no addresses."""

import subprocess
import sys

DEV = "requirements/dev"
#: Resolved after dev and held to its versions, so that one environment satisfies every lock.
OTHERS = (
    "layers/sklearn/requirements",
    "functions/predict/requirements",
    "functions/preflight/requirements",
    "functions/server/requirements",
    "requirements/local",
)


def main() -> None:
    """Resolve for Python 3.12 and newer, on every platform that the packages support."""
    for name in (DEV, *OTHERS):
        command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--generate-hashes"]
        command += ["--universal", "--python-version", "3.12", "--no-emit-index-url"]
        command += ["--no-header", "--no-annotate", f"{name}.in", "--output-file", f"{name}.txt"]
        if name != DEV:
            command.append(f"--constraint={DEV}.txt")
        subprocess.run(command, check=True)  # noqa: S603 - a fixed command


if __name__ == "__main__":
    main()
