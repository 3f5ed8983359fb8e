"""No bit of an artifact changes unseen, and no file changes what a running service answers."""

import hashlib
import json
import random
import shutil

import pytest

from cytology.artifact import ArtifactMismatch, check_hash, hash_file
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


def test_a_change_of_any_bit_of_any_file_changes_its_hash(copy):
    hashes = {"manifest.json": (copy.parent / "model.sha256").read_text().split()[0]}
    listed = json.loads((copy / "manifest.json").read_text())["files"]
    hashes |= {name: entry["sha256"] for name, entry in listed.items()}
    assert set(hashes) == {path.name for path in copy.iterdir()}
    for name, expected in hashes.items():
        content = bytearray((copy / name).read_bytes())
        check_hash(name, content, expected)
        for place in any_places(len(content)):
            for bit in range(8):
                content[place] ^= 1 << bit
                assert is_refused(name, content, expected)
                content[place] ^= 1 << bit


def any_places(length):
    """Every byte of a file; of a long one so many that the test takes seconds."""
    return range(length) if length <= 10_000 else random.sample(range(length), 500)


def is_refused(*arguments):
    try:
        check_hash(*arguments)
    except ArtifactMismatch:
        return True
    return False


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
