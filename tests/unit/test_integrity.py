"""No bit of an artifact changes unseen, and no file changes what a running service answers."""

import hashlib
import shutil

import pytest

from cytology.artifact import ArtifactMismatch, hash_file, load_artifact
from predict.requests import Request
from predict.routes import answer
from predict.service import Service, load_service
from runtime.settings import read_settings
from tests.support.samples import BENIGN

#: A longer file is tried at this many places, evenly spread, one bit at each; the manifest at all.
PLACES = {"": 400, "sklearn": 40}


@pytest.fixture
def copy(artifact_dir, tmp_path):
    directory = shutil.copytree(artifact_dir, tmp_path / "model")
    write_hash(directory)
    return directory


def write_hash(directory):
    digest = hashlib.sha256((directory / "manifest.json").read_bytes()).hexdigest()
    (directory.parent / "model.sha256").write_text(f"{digest}  manifest.json\n")


def start(directory, **settings) -> Service:
    environment = {"MODEL_DIR": str(directory), **settings}
    return load_service(read_settings(environment))


def answers(service: Service) -> list[str]:
    """Return the answers to GET /v1/model and to one sample."""
    asked = Request("1", "GET", "/v1/model", {}, {}, "", body_is_base64=False)
    kind = {"content-type": "application/json"}
    sample = asked._replace(method="POST", path="/v1/predict", headers=kind, body=str(BENIGN))
    sample = sample._replace(body=f'{{"samples": [{BENIGN}]}}')
    return [answer(service, request).body for request in (asked, sample)]


def flips(content: bytes, places: int):
    """Contents with one bit changed: every bit of a short file, spread over a long one."""
    bits = len(content) * 8
    for bit in range(0, bits, max(1, bits // places | 1)):
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8
        yield bytes(changed)


@pytest.mark.parametrize("engine", ["", "sklearn"])
def test_a_flipped_bit_is_refused_or_changes_nothing(copy, engine):
    expected = answers(start(copy, MODEL_ENGINE=engine))
    for path in sorted(path for path in copy.iterdir() if path.is_file()):
        content = path.read_bytes()
        for index, changed in enumerate(flips(content, PLACES[engine])):
            path.write_bytes(changed)
            try:
                service = start(copy, MODEL_ENGINE=engine)
            except ArtifactMismatch:
                continue
            assert answers(service) == expected, path.name
            if index > 20:
                break  # this engine does not read the file
        path.write_bytes(content)


def test_every_bit_of_the_manifest_is_covered(copy):
    content = (copy / "manifest.json").read_bytes()
    for bit in range(len(content) * 8):
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8
        (copy / "manifest.json").write_bytes(bytes(changed))
        with pytest.raises(ArtifactMismatch, match=r"sha256 of manifest\.json"):
            load_artifact(str(copy))


def test_a_manifest_and_a_file_that_were_exchanged_together_are_refused(copy):
    shutil.copy(copy / "decision.json", copy / "model.json")
    manifest = (copy / "manifest.json").read_text()
    (copy / "manifest.json").write_text(manifest.replace('"version"', '"versimn"'))
    with pytest.raises(ArtifactMismatch, match=r"sha256 of manifest\.json"):
        start(copy)


def test_the_hash_may_be_given_by_the_environment(copy):
    digest = hashlib.sha256((copy / "manifest.json").read_bytes()).hexdigest()
    (copy.parent / "model.sha256").write_text("another")
    assert start(copy, MODEL_SHA256=digest).artifact.name
    with pytest.raises(ArtifactMismatch):
        start(copy)


def test_the_hash_lies_beside_the_directory():
    assert hash_file("/opt/ml/model/") == "/opt/ml/model.sha256"


def test_files_that_are_replaced_change_nothing_until_the_next_start(copy):
    service = start(copy)
    expected = answers(start(copy))
    for path in copy.iterdir():
        if path.is_file():
            path.write_bytes(b"replaced")
    assert answers(service) == expected
