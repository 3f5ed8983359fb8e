"""Writes the image's bill of materials, and compares the image with the locks and the licences."""

import importlib.metadata
import json
import re
import sys
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.apart import ROOT, run

SBOM = ROOT / "build" / "sbom.cdx.json"
#: What `sam build` tags; the preflight hook is the same image.
IMAGE = "predictfunction:latest"
#: Lock → folder below /opt with its packages.
SHIPPED = {
    "layers/sklearn/requirements.txt": "python",
    "functions/server/requirements.txt": "server",
    "functions/preflight/requirements.txt": "preflight",
}
#: The image's platform, for the markers in a lock.
PLATFORM = {"os_name": "posix", "sys_platform": "linux", "platform_system": "Linux"}
PLATFORM |= {"python_version": "3.13", "python_full_version": "3.13.0"}
#: Licences that require only their own text in a copy: SPDX names and classifiers.
ALLOWED = {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "MIT", "MIT-0"}
ALLOWED |= {"PSF-2.0", "Zlib", "License :: OSI Approved :: Apache Software License"}
ALLOWED |= {"License :: OSI Approved :: BSD License"}
#: Packages without a licence in their metadata → the licence in their licence file.
READ = {"skops": "MIT"}


def extract(image: str, folder: Path) -> Path:
    """Copy /opt out of an image into a folder, and return the copy."""
    container = run(["docker", "create", image]).strip()
    run(["docker", "cp", f"{container}:/opt", folder])
    run(["docker", "rm", container])
    return folder / "opt"


def bill(opt: Path, image: str = IMAGE) -> dict[str, Any]:
    """Return the bill of the packages in a copy of the image's /opt, as cyclonedx-py writes it.

    The image, its base with digest, and the model's files are added.
    """
    environment = opt.parent / "environment"
    venv.create(environment)
    [packages] = environment.glob("lib/python*/site-packages")
    folders = [str(opt / root) for root in SHIPPED.values()]
    (packages / "image.pth").write_text("\n".join(folders) + "\n")
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--no-validate"]
    found = json.loads(run([*command, "--output-reproducible", "--short-PURLs", environment]))
    dockerfile = (ROOT / "functions" / "predict" / "Dockerfile").read_text(encoding="utf-8")
    [base] = re.findall(r"^ARG BASE=(\S+)$", dockerfile, re.MULTILINE)
    own, built_on = json.loads(run(["docker", "image", "inspect", image, base]))
    # A pull can be pinned to a registry's digest; a local image has only its id
    digest = [*(built_on["RepoDigests"] or []), built_on["Id"]][0].rpartition("@")[2]
    model = json.loads((opt / "ml" / "model" / "manifest.json").read_text(encoding="utf-8"))
    hashes = [(f"sha256:{name}", entry["sha256"]) for name, entry in model["files"].items()]
    service = {"type": "container", "name": "tumour-classification", "version": own["Id"]}
    found["metadata"]["component"] = service
    found["components"] += [
        {"type": "container", "name": base, "version": digest},
        {"type": "machine-learning-model", "name": model["name"], "version": model["version"]}
        | {"properties": [{"name": name, "value": value} for name, value in hashes]},
    ]
    return dict(found)


def differences(opt: Path) -> Iterator[str]:
    """Yield one line for each difference between the image and its locks."""
    for lock, root in SHIPPED.items():
        here = list(importlib.metadata.distributions(path=[str(opt / root)]))
        found = {str(canonicalize_name(each.name)): each.version for each in here}
        locked = read_lock(ROOT / lock)
        for name in sorted(found.keys() | locked.keys()):
            there, wanted = found.get(name, "missing"), locked.get(name, "missing")
            if there != wanted:
                yield f"/opt/{root}: {name} is {there} in the image and {wanted} in {lock}"
        # RECORD, because each.files leaves out files that are not there
        records = "".join(each.read_text("RECORD") or "" for each in here)
        owned = {*re.findall(r"^[^/,]+", records, re.MULTILINE), "bin", "__pycache__"}
        for name in sorted({path.name for path in (opt / root).iterdir()} - owned):
            yield f"/opt/{root}/{name} belongs to no package"


def read_lock(lock: Path) -> dict[str, str]:
    """Return name → version of the packages that a lock installs on the image's platform."""
    lines = re.findall(r"^\w[^\\\n]*", lock.read_text(encoding="utf-8"), re.MULTILINE)
    return {
        str(canonicalize_name(each.name)): str(each.specifier).removeprefix("==")
        for each in map(Requirement, lines)
        if each.marker is None or each.marker.evaluate(PLATFORM)
    }


def licences(document: dict[str, Any]) -> dict[str, str]:
    """Return name → licence expression of every package in a bill, or "unknown"."""
    return {
        each["name"]: READ.get(each["name"]) or _expression(each.get("licenses", ()))
        for each in document["components"]
        if each["type"] == "library"
    }


def is_allowed(expression: str) -> bool:
    """True if all licences of one alternative (OR) are on the list."""
    alternatives = [set(each.split(" AND ")) for each in expression.split(" OR ")]
    return any(each <= ALLOWED for each in alternatives)


def _expression(stated: Any) -> str:
    names = [
        each.get("expression") or each["license"].get("id") or each["license"].get("name", "")
        for each in stated
    ]
    return " AND ".join(names) or "unknown"


def main() -> int:
    """Write the bill; return 1 if the image differs from the locks or a licence is not allowed."""
    with tempfile.TemporaryDirectory() as folder:
        opt = extract(IMAGE, Path(folder))
        document, problems = bill(opt), list(differences(opt))
    SBOM.parent.mkdir(exist_ok=True)
    SBOM.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    problems += [
        f"{name}: the licence {text} is not allowed"
        for name, text in licences(document).items()
        if not is_allowed(text)
    ]
    print("\n".join(problems) or f"{len(document['components'])} components, as locked → {SBOM}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
