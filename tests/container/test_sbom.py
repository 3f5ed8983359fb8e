"""The bill of materials is of this very image, and the image is what the locks say."""

import json
import os
import shutil

import pytest

from tests.support.paths import ROOT
from tools import sbom

LOCKS = {root: lock for lock, root in sbom.SHIPPED.items()}


@pytest.fixture(scope="module")
def extracted(image, tmp_path_factory):
    return sbom.extract(image, tmp_path_factory.mktemp("image"))


@pytest.fixture(scope="module")
def document(extracted, image):
    return sbom.bill(extracted, image)


@pytest.fixture
def opt(extracted, tmp_path):
    """A copy to plant errors in; the files are links, since only whole files come and go."""
    return shutil.copytree(extracted, tmp_path / "opt", copy_function=os.link)


def test_the_image_holds_what_is_locked_and_nothing_else(extracted):
    assert list(sbom.differences(extracted)) == []


def test_the_bill_is_valid_cyclonedx(document):
    # Imported here: its grammars take as long as half of all tests take to be collected
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(document)) is None


def test_the_bill_names_base_image_model_and_every_locked_package(document, artifact):
    by_kind = {item["type"]: item for item in document["components"]}
    purls = {item.get("purl") for item in document["components"]}

    assert by_kind["container"]["version"].startswith("sha256:")
    assert by_kind["machine-learning-model"]["version"] == artifact.version
    for lock in sbom.SHIPPED:
        pins = sbom.read_lock(ROOT / lock).items()
        assert {f"pkg:pypi/{name}@{version}" for name, version in pins} <= purls


def test_every_licence_in_the_image_is_allowed(document):
    licences = sbom.licences(document)

    assert {"numpy", "scikit-learn", "starlette", "boto3"} <= set(licences)
    assert [name for name, text in licences.items() if not sbom.is_allowed(text)] == []
    assert set(licences) >= set(sbom.READ)


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("Apache-2.0 OR GPL-3.0-only", True),
        ("MIT AND Zlib", True),
        ("GPL-3.0-only", False),
        ("unknown", False),
        ("MIT AND AGPL-3.0-only", False),
    ],
)
def test_one_allowed_alternative_is_enough_and_every_part_is_needed(expression, allowed):
    assert sbom.is_allowed(expression) is allowed


@pytest.mark.parametrize("root", sorted(LOCKS))
def test_every_difference_to_the_lock_is_named(opt, root):
    metadata = opt / root / "left.pad-1.0.dist-info" / "METADATA"
    shutil.rmtree(min((opt / root).glob("*.dist-info")))
    metadata.parent.mkdir()
    metadata.write_text("Metadata-Version: 2.1\nName: left.pad\nVersion: 1.0\n")
    (opt / "python" / "sitecustomize.py").write_text("")

    found = "\n".join(sbom.differences(opt))
    assert f"left-pad is 1.0 in the image and missing in {LOCKS[root]}" in found
    assert "is missing in the image and" in found
    assert "/opt/python/sitecustomize.py belongs to no package" in found
