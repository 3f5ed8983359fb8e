"""The layer fits Lambda's limit, and serves the model where Lambda would mount it."""

import subprocess
import sys
import zipfile

import pytest

from tests.support.image import BASE, ROOT

LIMIT = 250 * 1024 * 1024
PREDICT = """
import sys
from cytology.artifact import load_artifact
from runtime.engines import load_engine
import sklearn
engine = load_engine(load_artifact("/artifact"), "sklearn")
[benign, malignant] = engine.predict(
    [(5, 1, 1, 1, 2, 1, 3, 1, 1), (8, 7, 5, 10, 7, 9, 5, 5, 4)], explain=False
)
print(sklearn.__file__, engine.name, benign.label, malignant.label)
"""


@pytest.fixture(scope="module")
def layer(image, tmp_path_factory):
    target = tmp_path_factory.mktemp("layer") / "sklearn.zip"
    subprocess.run(
        [sys.executable, "-m", "tools.layer", "--out", str(target)], cwd=ROOT, check=True
    )
    return target


def test_the_layer_leaves_a_function_room_within_lambda_s_limit(layer):
    with zipfile.ZipFile(layer) as archive:
        unpacked = sum(item.file_size for item in archive.infolist())
        names = archive.namelist()

    assert unpacked < LIMIT - 20 * 1024 * 1024
    assert all(name.startswith("python/") for name in names)
    assert not any(name.endswith(".pyc") for name in names)


def test_the_layer_predicts_in_the_base_image_mounted_at_opt(layer, tmp_path):
    with zipfile.ZipFile(layer) as archive:
        archive.extractall(tmp_path / "opt")
    command = ["docker", "run", "--rm", "--volume", f"{tmp_path / 'opt'}:/opt:ro"]
    command += ["--volume", f"{ROOT / 'cytology'}:/var/task/cytology:ro"]
    command += ["--volume", f"{ROOT / 'functions' / 'runtime'}:/var/task/runtime:ro"]
    command += ["--volume", f"{ROOT / 'artifact'}:/artifact:ro"]
    command += ["--env", "PYTHONPATH=/opt/python:/var/task", "--entrypoint", "python"]

    ran = subprocess.run([*command, BASE, "-c", PREDICT], capture_output=True, text=True)

    assert ran.returncode == 0, ran.stderr[-2000:]
    assert ran.stdout.split() == [
        "/opt/python/sklearn/__init__.py", "sklearn", "benign", "malignant"
    ]  # fmt: skip
