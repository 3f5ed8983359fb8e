"""Turns an image into build/sbom.cdx.json, its bill of materials (CycloneDX 1.6)."""

import argparse
import json
import sys
import uuid
from typing import Any
from urllib.parse import quote

from tools.apart import BUILD, Unavailable
from tools.inventory import Inventory, faults, take
from tools.licences import licence, normalised, refused

SBOM = BUILD / "sbom.cdx.json"

#: What `sam build` tags; the hook is the same image.
IMAGE = "predictfunction:latest"

STAND_IN = "stand-in-for-aws-lambda-python"

Component = dict[str, Any]


def bill(inventory: Inventory) -> dict[str, Any]:
    """The document; of one image always the same."""
    content, image = inventory.content, inventory.image
    components = [_base(inventory), _system(content), _interpreter(content), _model(content)]
    for root, found in content["roots"].items():
        components += [_distribution(each["about"], root) for each in found]
    components += [_distribution(each["about"], "base image") for each in content["base"]]
    components += [
        _package(kind, name, version, content["system"])
        for kind, name, version in content["packages"]
    ]
    subject = {
        "type": "container",
        "bom-ref": "image",
        "name": "tumour-classification",
        "version": image["Id"],
        "properties": [_property("architecture", image["Architecture"])],
    }
    unique = {component["bom-ref"]: component for component in components}
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, image['Id'])}",
        "version": 1,
        "metadata": {"timestamp": image["Created"], "component": subject},
        "components": list(unique.values()),
        "dependencies": [{"ref": "image", "dependsOn": list(unique)}],
    }


def licences(inventory: Inventory) -> dict[str, str]:
    """Licence by name of every distribution that we put into the image."""
    return {
        normalised(each["about"]["Name"]): licence(normalised(each["about"]["Name"]), each["about"])
        for found in inventory.content["roots"].values()
        for each in found
    }


def _base(inventory: Inventory) -> Component:
    digests = inventory.base.get("RepoDigests") or []
    labels = inventory.base["Config"].get("Labels") or {}
    # A registry's digest is what a pull can be pinned to; an image made here has its id alone
    digest = digests[0].rpartition("@")[2] if digests else inventory.base["Id"]
    component = {
        "type": "container",
        "bom-ref": "base-image",
        "name": inventory.base_name,
        "version": digest,
        "hashes": [{"alg": "SHA-256", "content": digest.removeprefix("sha256:")}],
    }
    if STAND_IN in labels:
        component["properties"] = [_property("stand-in", "true")]
    return component


def _system(content: dict[str, Any]) -> Component:
    system = content["system"]
    version = system.get("VERSION_ID", "")
    return {
        "type": "operating-system",
        "bom-ref": "operating-system",
        "name": system["ID"],
        "version": version,
        "description": system.get("PRETTY_NAME", ""),
    }


def _interpreter(content: dict[str, Any]) -> Component:
    return {
        "type": "platform",
        "bom-ref": "python",
        "name": "CPython",
        "version": content["python"],
        "licenses": [{"license": {"id": "Python-2.0.1"}}],
    }


def _model(content: dict[str, Any]) -> Component:
    model = content["model"]
    return {
        "type": "machine-learning-model",
        "bom-ref": "model",
        "name": model["name"],
        "version": model["version"],
        "properties": [
            _property(f"sha256:{name}", entry["sha256"]) for name, entry in model["files"].items()
        ],
    }


def _distribution(about: dict[str, str], place: str) -> Component:
    name, version = normalised(about["Name"]), about["Version"]
    stated = licence(name, about)
    purl = f"pkg:pypi/{name}@{version}"
    named: list[dict[str, Any]]
    if " AND " in stated or " OR " in stated:
        named = [{"expression": stated}]
    else:
        named = [{"license": {"name": stated}}]
    return {
        "type": "library",
        "bom-ref": f"{purl}#{place}",
        "name": name,
        "version": version,
        "purl": purl,
        "licenses": named,
        "properties": [_property("place", place)],
    }


def _package(kind: str, name: str, version: str, system: dict[str, str]) -> Component:
    purl = f"pkg:{kind}/{system['ID']}/{quote(name)}@{quote(version)}"
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}


def _property(name: str, value: str) -> dict[str, str]:
    return {"name": f"cytology:{name}", "value": value}


def main(arguments: list[str] | None = None) -> int:
    """Write the bill; the exit status is 1 where the image is not what the locks say."""
    parser = argparse.ArgumentParser(prog="python -m tools.sbom", description=__doc__)
    parser.add_argument("image", nargs="?", default=IMAGE)
    try:
        inventory = take(parser.parse_args(arguments).image)
    except (Unavailable, OSError) as lack:
        print(f"no bill of materials: {lack}", file=sys.stderr)
        return 1
    BUILD.mkdir(exist_ok=True)
    document = bill(inventory)
    SBOM.write_text(json.dumps(document, indent=1) + "\n")
    found = faults(inventory) + [f"licence of {each}" for each in refused(licences(inventory))]
    for fault in found:
        print(fault, file=sys.stderr)
    if not found:
        print(f"{len(document['components'])} components, as locked → {SBOM.name}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
