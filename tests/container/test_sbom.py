"""The bill of materials is of this very image, and the image is what the locks say."""

import copy
import json

import pytest
from tools.prune import LEFT_OUT

from tests.support.paths import ROOT
from tools.inventory import errors, read_lock, take
from tools.licences import SHIPPED, refused
from tools.sbom import bill, licences

LOCKS = {root: lock for lock, root in SHIPPED.items()}


@pytest.fixture(scope="module")
def taken(image):
    return take(image)


@pytest.fixture
def inventory(taken):
    """A copy to plant errors in."""
    return copy.deepcopy(taken)


def test_the_image_holds_what_is_locked_and_nothing_else(taken):
    assert errors(taken) == []


def test_the_bill_is_valid_cyclonedx_and_always_the_same(taken):
    # Imported here: its grammars take as long as half of all tests take to be collected
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    text = json.dumps(bill(taken))

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert json.dumps(bill(taken)) == text


def test_the_bill_names_the_base_image_the_model_and_every_locked_package(taken, artifact):
    document = bill(taken)
    by_kind = {item["type"]: item for item in document["components"] if item["type"] != "library"}
    libraries = {item["purl"] for item in document["components"] if item["type"] == "library"}

    assert document["metadata"]["component"]["version"] == taken.image["Id"]
    assert by_kind["container"]["version"].startswith("sha256:")
    assert by_kind["machine-learning-model"]["version"] == artifact.version
    assert by_kind["operating-system"]["name"] in ("debian", "amzn")
    for lock in SHIPPED:
        wanted = read_lock(ROOT / lock, taken.content)
        there = {name: version for name, version in wanted.items() if name not in LEFT_OUT}
        assert {f"pkg:pypi/{name}@{version}" for name, version in there.items()} <= libraries
    assert not any(f"pkg:pypi/{name}@" in purl for name in LEFT_OUT for purl in libraries)


def test_every_licence_in_the_image_is_allowed(taken):
    assert refused(licences(taken)) == []


@pytest.mark.parametrize("root", sorted(LOCKS))
def test_a_package_outside_the_locks_is_named(inventory, root):
    about = {"Name": "left.pad", "Version": "1.0"}
    inventory.content["roots"][root].append({"about": about, "tops": []})

    assert errors(inventory) == [f"{root}: left-pad 1.0 is in the image and not in {LOCKS[root]}"]


@pytest.mark.parametrize("root", sorted(LOCKS))
def test_a_missing_package_is_named(inventory, root):
    gone = inventory.content["roots"][root].pop()["about"]

    found = " ".join(errors(inventory))
    assert f"{gone['Version']} is in {LOCKS[root]} and not in the image" in found


def test_another_version_is_named(inventory):
    inventory.content["roots"]["/opt/server"][0]["about"]["Version"] = "0.0.1"

    [error] = errors(inventory)
    assert "is 0.0.1 in the image and" in error


def test_a_file_of_no_package_is_named(inventory):
    inventory.content["entries"]["/opt/python"].append("sitecustomize.py")

    assert errors(inventory) == ["/opt/python/sitecustomize.py belongs to no distribution"]


def test_another_base_image_is_named(inventory):
    inventory.base["RootFS"]["Layers"][0] = "sha256:other"

    [error] = errors(inventory)
    assert "was not built on" in error
