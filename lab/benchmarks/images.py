"""Builds the image of this service and of each peer, all on the same base."""

import re
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from lab.benchmarks.forest import write_forest

ROOT = Path(__file__).resolve().parents[2]
PEERS = Path(__file__).parent / "peers"
BASE = "public.ecr.aws/lambda/python:3.13"


class CannotBuild(Exception):
    """An image cannot be built here; the message is the error of the build."""


def build_ours() -> str:
    """Build the service's image from this checkout and return its tag."""
    command = ["--file", str(ROOT / "functions" / "predict" / "Dockerfile"), str(ROOT)]
    return _build("tumour-classification-benchmark", command)


def build_peer(name: str) -> str:
    """Build a peer's image with its model and return its tag."""
    with tempfile.TemporaryDirectory(prefix="peer-") as directory:
        context = Path(directory) / name
        shutil.copytree(PEERS / name, context, ignore=shutil.ignore_patterns("__pycache__"))
        words = (context / "Dockerfile").read_text().split()
        if "model.joblib" in words:
            shutil.copy(ROOT / "artifact" / "model.joblib", context)
        elif "model" in words:
            shutil.copy(_forest() / "model.joblib", context / "model")
        elif "artifact" in words:
            shutil.copytree(_forest(), context / "artifact")
        return _build(f"tumour-classification-peer-{name}", [str(context)])


def bytes_of(image: str) -> int:
    """Return the size of an image, unpacked."""
    command = ["docker", "image", "inspect", "--format", "{{.Size}}", image]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def error_of(output: str) -> str:
    """Return the error line of a failed build: pip's last error, or the last line."""
    plain = re.sub(r"\x1b\[[\d;]*m", "", output).strip().splitlines() or ["no output"]
    errors = [line for line in plain if line.startswith("ERROR: ")]
    return (errors or plain)[-1][-300:]


def _build(tag: str, arguments: list[str]) -> str:
    command = ["docker", "build", "--quiet", "--tag", tag, *arguments]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    if built.returncode:
        raise CannotBuild(error_of(built.stdout + built.stderr))
    return tag


@cache
def _forest() -> Path:
    """Return the artifact of the forest that AWS's template and this service are given."""
    directory = ROOT / "build" / "benchmark-forest"
    write_forest(directory, trees=100)
    return directory
