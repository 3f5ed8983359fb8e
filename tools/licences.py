"""Turns a distribution's metadata into its licence, and names those that may not be shipped."""

import importlib.metadata
import re
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

#: What ships: each lock, and where the image keeps what it names.
SHIPPED = {
    "layers/sklearn/requirements.txt": "/opt/python",
    "functions/server/requirements.txt": "/opt/server",
    "functions/preflight/requirements.txt": "/opt/preflight",
}

#: Licences that ask for no more than to be passed on with the code (SPDX names).
ALLOWED = {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "MIT", "MIT-0"}
ALLOWED |= {"PSF-2.0", "Zlib"}

#: Metadata without an SPDX name; read from the licence files of these very distributions.
READ = {
    "aws-lambda-powertools": "MIT AND MIT-0",
    "click": "BSD-3-Clause",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "s3transfer": "Apache-2.0",
    "scipy": "BSD-3-Clause",
    "skops": "MIT",
    "wcwidth": "MIT",
}


def licence(name: str, metadata: Mapping[str, str]) -> str:
    """SPDX expression of a distribution, or else what it says; "unknown" where it says nothing."""
    stated = metadata.get("License-Expression") or READ.get(name) or metadata.get("License") or ""
    return stated.strip().partition("\n")[0] or "unknown"


def is_allowed(expression: str) -> bool:
    """Every part of one of the alternatives is on the list; what cannot be read is not."""
    return any(
        all(part.strip() in ALLOWED for part in alternative.split(" AND "))
        for alternative in expression.split(" OR ")
    )


def normalised(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def shipped() -> dict[str, str]:
    """Licence by name of every distribution that a lock of the image names and that is here."""
    names = {
        normalised(match[1])
        for lock in SHIPPED
        for match in re.finditer(r"^([\w.-]+)==", (ROOT / lock).read_text(), re.MULTILINE)
    }
    here = {
        normalised(each.metadata["Name"]): each.metadata
        for each in importlib.metadata.distributions()
    }
    return {name: licence(name, _stated(here[name])) for name in sorted(names & here.keys())}


def _stated(metadata: importlib.metadata.PackageMetadata) -> dict[str, str]:
    return {key: metadata[key] for key in ("License-Expression", "License") if key in metadata}


def refused(licences: Mapping[str, str]) -> list[str]:
    """One line for each licence that is not on the list."""
    return [f"{name}: {text}" for name, text in licences.items() if not is_allowed(text)]


def main() -> int:
    """Print every licence; the exit status is 1 where one may not be shipped."""
    licences = shipped()
    width = max(map(len, licences))
    print("\n".join([f"{name:{width}}  {text}" for name, text in licences.items()]))
    faults = refused(licences)
    print("\n".join(f"may not be shipped: {fault}" for fault in faults), file=sys.stderr, end="")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
