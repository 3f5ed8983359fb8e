"""Writes the image's bill of materials, and compares the image with the locks and the licences."""

import argparse
import importlib.metadata
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
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
    """Copy the packages' metadata and the model's manifest out of an image's /opt; return it."""
    container = _run("docker", "create", image)
    copy = subprocess.Popen(["docker", "cp", f"{container}:/opt", "-"], stdout=subprocess.PIPE)  # noqa: S603, S607
    with copy, tarfile.open(fileobj=copy.stdout, mode="r|") as archive:
        for member in archive:
            parts = Path(member.name).parts
            if len(parts) <= 3 or ".dist-info" in parts[2] or parts[-1] == "manifest.json":
                archive.extract(member, folder, filter="data")
    _run("docker", "rm", container)
    return folder / "opt"


def bill(opt: Path) -> dict[str, Any]:
    """Return the bill of the extracted packages, as cyclonedx-py writes it."""
    environment = opt.parent / "environment"
    venv.create(environment)
    [packages] = environment.glob("lib/python*/site-packages")
    folders = [str(opt / root) for root in SHIPPED.values()]
    (packages / "image.pth").write_text("\n".join(folders) + "\n")
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--no-validate"]
    return dict(
        json.loads(_run(*command, "--output-reproducible", "--short-PURLs", str(environment)))
    )


def complete(document: dict[str, Any], image: str, opt: Path) -> dict[str, Any]:
    """Return the bill with the image, its base with digest, and the model's files.

    Parameters
    ----------
    document
        The bill of the packages.
    image
        The image's tag.
    opt
        The extracted /opt.
    """
    dockerfile = (ROOT / "functions" / "predict" / "Dockerfile").read_text(encoding="utf-8")
    [base] = re.findall(r"^ARG BASE=(\S+)$", dockerfile, re.MULTILINE)
    built_on = _inspect(base)
    # A pull can be pinned to a registry's digest; a local image has only its id
    digest = [*(built_on["RepoDigests"] or []), built_on["Id"]][0].rpartition("@")[2]
    model = json.loads((opt / "ml" / "model" / "manifest.json").read_text(encoding="utf-8"))
    files = [
        {"name": f"sha256:{name}", "value": entry["sha256"]}
        for name, entry in model["files"].items()
    ]
    own = {"type": "container", "name": "tumour-classification", "version": _inspect(image)["Id"]}
    document["metadata"]["component"] = own
    about = {"name": model["name"], "version": model["version"], "properties": files}
    document["components"] += [
        {"type": "container", "name": base, "version": digest},
        {"type": "machine-learning-model", **about},
    ]
    return document


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
        # RECORD, because each.files leaves out files that were not extracted
        records = "".join(each.read_text("RECORD") or "" for each in here)
        owned = set(re.findall(r"^[^/,]+", records, re.MULTILINE)) | {"bin", "__pycache__"}
        for name in sorted(path.name for path in (opt / root).iterdir()):
            if name not in owned:
                yield f"/opt/{root}/{name} belongs to no package"


def read_lock(lock: Path) -> dict[str, str]:
    """Return name → version of the packages that a lock installs on the image's platform."""
    lines = re.findall(r"^\w[^\\\n]*", lock.read_text(encoding="utf-8"), re.MULTILINE)
    wanted = [Requirement(line) for line in lines]
    return {
        str(canonicalize_name(each.name)): str(each.specifier).removeprefix("==")
        for each in wanted
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
    return any(
        all(part.strip() in ALLOWED for part in alternative.split(" AND "))
        for alternative in expression.split(" OR ")
    )


def _expression(stated: Any) -> str:
    names = [
        each.get("expression") or each["license"].get("id") or each["license"].get("name", "")
        for each in stated
    ]
    return " AND ".join(names) or "unknown"


def _inspect(image: str) -> dict[str, Any]:
    return dict(json.loads(_run("docker", "image", "inspect", image))[0])


def _run(*command: str) -> str:
    ran = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    return ran.stdout.strip()


def main(arguments: list[str] | None = None) -> int:
    """Write the bill; return 1 if the image differs from the locks or a licence is not allowed."""
    parser = argparse.ArgumentParser(prog="python -m tools.sbom", description=__doc__)
    parser.add_argument("image", nargs="?", default=IMAGE)
    image = parser.parse_args(arguments).image
    with tempfile.TemporaryDirectory() as folder:
        opt = extract(image, Path(folder))
        document = complete(bill(opt), image, opt)
        problems = list(differences(opt))
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
