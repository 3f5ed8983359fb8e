"""Turns an image into the list of what is in it, and compares that with the locks."""

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

from packaging.requirements import Requirement

from tools.apart import ROOT, run
from tools.licences import SHIPPED, normalised

DOCKERFILE = ROOT / "functions" / "predict" / "Dockerfile"

#: What we put beside the distributions of /var/task ourselves.
OWN = {"cytology", "predict", "preflight", "runtime", "server"}

#: Runs in the image, so it asks the interpreter that serves and needs nothing installed.
INSPECT = """
import importlib.metadata, json, os, pathlib, platform, subprocess, sys
def distributions(root):
    found = []
    for each in importlib.metadata.distributions(path=[root]):
        about = {key: each.metadata[key] for key in
                 ("Name", "Version", "License-Expression", "License") if each.metadata[key]}
        # Not each.files, which keeps silent about a module that is there as bytecode alone
        record = each.read_text("RECORD") or ""
        tops = sorted({line.partition(",")[0].partition("/")[0] for line in record.splitlines()})
        found.append({"about": about, "tops": tops})
    return found
def packages():
    try:
        text = pathlib.Path("/var/lib/dpkg/status").read_text()
    except OSError:
        pass
    else:
        blocks = [dict(line.split(": ", 1) for line in block.splitlines()
                       if ": " in line and line[0] != " ") for block in text.split("\\n\\n")]
        return [["deb", block["Package"], block["Version"]]
                for block in blocks if "Package" in block]
    try:
        listed = subprocess.run(["rpm", "-qa", "--qf", "%{NAME} %{VERSION}-%{RELEASE}\\n"],
                                capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return []
    return [["rpm", *line.split()] for line in sorted(listed.splitlines())]
roots = sys.argv[1:]
release = dict(line.rstrip().split("=", 1) for line in open("/etc/os-release") if "=" in line)
manifest = json.load(open("/opt/ml/model/manifest.json"))
print(json.dumps({
    "roots": {root: distributions(root) for root in roots},
    "entries": {root: sorted(os.listdir(root)) for root in roots},
    "base": distributions("/var/runtime") + distributions(
        f"/var/lang/lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"),
    "python": platform.python_version(),
    "machine": platform.machine(),
    "system": {key: value.strip('"') for key, value in release.items()},
    "packages": packages(),
    "model": {key: manifest[key] for key in ("name", "version", "files")},
}))
"""


class Inventory(NamedTuple):
    """An image, the base it stands on, and what its interpreter found inside."""

    image: dict[str, Any]
    base_name: str
    base: dict[str, Any]
    content: dict[str, Any]


def take(image: str) -> Inventory:
    """Look into an image; nothing of its own code is run."""
    base_name = base_image()
    command = ["docker", "run", "--rm", "--network", "none", "--entrypoint", "python", image]
    content = json.loads(run([*command, "-c", INSPECT, *SHIPPED.values()]))
    return Inventory(_inspect(image), base_name, _inspect(base_name), content)


def base_image() -> str:
    """The name that the Dockerfile builds on."""
    [name] = re.findall(r"^ARG BASE=(\S+)$", DOCKERFILE.read_text(), re.MULTILINE)
    return str(name)


def faults(inventory: Inventory) -> list[str]:
    """Where image and locks differ, one line each; none where the image is what was locked."""
    found = []
    for lock, root in SHIPPED.items():
        locked = read_lock(ROOT / lock, inventory.content)
        there = {
            normalised(each["about"]["Name"]): each["about"]["Version"]
            for each in inventory.content["roots"][root]
        }
        found += [
            f"{root}: {name} {there[name]} is in the image and not in {lock}"
            for name in sorted(there.keys() - locked.keys())
        ]
        found += [
            f"{root}: {name} {locked[name]} is in {lock} and not in the image"
            for name in sorted(locked.keys() - there.keys())
        ]
        found += [
            f"{root}: {name} is {there[name]} in the image and {locked[name]} in {lock}"
            for name in sorted(there.keys() & locked.keys())
            if there[name] != locked[name]
        ]
        found += [
            f"{root}/{name} belongs to no distribution" for name in strangers(root, inventory)
        ]
    base = inventory.base["RootFS"]["Layers"]
    if inventory.image["RootFS"]["Layers"][: len(base)] != base:
        found.append(f"the image was not built on what {inventory.base_name} names now")
    return found


def strangers(root: str, inventory: Inventory) -> list[str]:
    """Entries of a directory that no distribution in it lists as its own."""
    owned = {top for each in inventory.content["roots"][root] for top in each["tops"]}
    # Bytecode takes the place of a module that is one file
    owned |= {f"{top}c" for top in owned if top.endswith(".py")}
    # pip leaves it, from distributions with programs
    owned |= {"bin", "__pycache__"} | (OWN if root == "/var/task" else set())
    return sorted(set(inventory.content["entries"][root]) - owned)


def read_lock(path: Path, content: dict[str, Any]) -> dict[str, str]:
    """Version by name of what a lock asks for on the image's platform."""
    environment = {
        "implementation_name": "cpython",
        "os_name": "posix",
        "platform_machine": content["machine"],
        "platform_python_implementation": "CPython",
        "platform_system": "Linux",
        "python_full_version": content["python"],
        "python_version": ".".join(content["python"].split(".")[:2]),
        "sys_platform": "linux",
    }
    wanted = {}
    for line in path.read_text().splitlines():
        if line[:1].isalnum():
            requirement = Requirement(line.removesuffix("\\").strip())
            if requirement.marker is None or requirement.marker.evaluate(environment):
                [exact] = requirement.specifier
                wanted[normalised(requirement.name)] = exact.version
    return wanted


def _inspect(name: str) -> dict[str, Any]:
    [found] = json.loads(run(["docker", "image", "inspect", name]))
    return dict(found)
