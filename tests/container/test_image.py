"""The image holds what serves, compiled, and nothing else."""

import json
import subprocess

import pytest

from tests.support.image import BASE, ROOT

#: Runs in the image: every file under the roots, and how each module's bytecode stands.
INSPECT = """
import importlib.util, json, os, pathlib
hash_of = importlib.util.source_hash
report = {"packages": [], "files": [], "bad": [], "compiled": 0}
def inspect(source, compiled):
    content = compiled.read_bytes() if compiled.exists() else b""
    if content[:4] != importlib.util.MAGIC_NUMBER:
        report["bad"].append(f"{source}: no bytecode of this Python")
    elif int.from_bytes(content[4:8], "little") != 1:
        report["bad"].append(f"{source}: bytecode that is checked against its source at a start")
    elif source.suffix == ".py" and content[8:16] != hash_of(source.read_bytes()):
        report["bad"].append(f"{source}: bytecode of another source")
    else:
        report["compiled"] += 1
for root in ("/var/task", "/opt/python", "/opt/server", "/opt/preflight", "/opt/ml/model"):
    report["packages"] += sorted(os.listdir(root)) if root != "/opt/server" else []
    for path in pathlib.Path(root).rglob("*"):
        if "__pycache__" in path.parts or not path.is_file():
            continue
        report["files"].append(str(path))
        if path.suffix == ".py":
            inspect(path, pathlib.Path(importlib.util.cache_from_source(str(path))))
        elif path.suffix == ".pyc":
            inspect(path, path)
print(json.dumps(report))
"""


@pytest.fixture(scope="module")
def content(image):
    return json.loads(run_in(image, "-c", INSPECT))


def run_in(image, *arguments):
    command = ["docker", "run", "--rm", "--entrypoint", "python", image, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_every_module_in_the_image_has_trusted_bytecode(content):
    assert content["bad"] == []
    assert content["compiled"] > 1000


@pytest.mark.parametrize(
    "package", ["pandas", "matplotlib", "training", "tests", "starlette", "granian"]
)
def test_what_does_not_serve_is_not_in_the_image(package, content):
    assert package not in content["packages"]


def test_the_image_holds_boto3_for_the_hook_alone(content):
    roots = {path.split("/boto")[0] for path in content["files"] if "/boto" in path}
    assert roots == {"/opt/preflight"}


def test_the_model_in_the_image_is_the_artifact(content):
    found = sorted(path for path in content["files"] if path.startswith("/opt/ml/model/"))

    # The pages that training writes for the site stay outside
    files = [path.name for path in (ROOT / "artifact").iterdir() if path.is_file()]
    assert found == sorted(f"/opt/ml/model/{name}" for name in files)


def test_the_base_image_script_does_nothing_where_the_image_exists(image):
    ran = subprocess.run(
        [str(ROOT / "tests" / "container" / "base-image.sh")],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "TAG": BASE},
        timeout=30,
    )

    assert ran.stdout + ran.stderr == ""
