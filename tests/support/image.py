"""Turns the sources into the Lambda image, with ``sam build``, once for all tests of a run."""

import fcntl
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from tools.apart import Unavailable

ROOT = Path(__file__).resolve().parents[2]
BASE = "public.ecr.aws/lambda/python:3.13"
STAMP = ROOT / "build" / "image.json"
#: Everything that .dockerignore lets into the context, and what says how to build it.
INPUTS = (
    ".dockerignore",
    "template.yaml",
    "artifact/*",
    "cytology/*",
    "functions/*/*",
    "functions/predict/adapters/*",
    "layers/sklearn/requirements.txt",
)


def docker_problem() -> str | None:
    """Why Docker cannot be used on this machine, or None where it can."""
    try:
        found = subprocess.run(
            ["docker", "info", "--format", "{{.ServerVersion}}"],
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
    except FileNotFoundError:
        return "docker is not installed"
    except subprocess.TimeoutExpired:
        return "the Docker engine does not answer"
    return None if found.returncode == 0 else "the Docker engine is not running"


def ensure_base() -> None:
    """Pull AWS's base image, or build the stand-in; nothing where the tag exists."""
    script = ROOT / "tests" / "container" / "base-image.sh"
    made = subprocess.run([str(script)], capture_output=True, text=True, check=False)
    if made.returncode:
        raise Unavailable(f"no base image: {(made.stdout + made.stderr).strip()[-1000:]}")


def built_image() -> str:
    """The id of an image of exactly these sources; builds it where there is none."""
    if problem := docker_problem():
        raise Unavailable(problem)
    STAMP.parent.mkdir(exist_ok=True)
    # Workers of one run, and runs side by side, must not build the same image at once
    with (STAMP.parent / "image.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ensure_base()
        wanted = _fingerprint()
        if STAMP.exists():
            stamp = json.loads(STAMP.read_text())
            if stamp["sources"] == wanted and image_id(stamp["image"]):
                return str(stamp["image"])
        image = _build()
        STAMP.write_text(json.dumps({"sources": wanted, "image": image}) + "\n")
        return image


def image_id(tag: str) -> str | None:
    found = subprocess.run(
        ["docker", "image", "inspect", "--format", "{{.Id}}", tag],
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout.strip() or None


def sam(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    """Run sam as the Makefile does, without its telemetry."""
    environment = {**os.environ, "SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "eu-central-1"}
    return subprocess.run(
        [str(Path(sys.executable).parent / "sam"), *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


def _build() -> str:
    built = sam("build")
    if built.returncode:
        raise AssertionError(f"sam build failed:\n{(built.stdout + built.stderr)[-3000:]}")
    # Not by its tag: another checkout on this machine may build under the same name meanwhile
    report = built.stdout + built.stderr
    [short] = re.findall(r"Successfully built (\w+)\s+Successfully tagged predictfunction:", report)
    found = image_id(short)
    assert found, f"sam build left no image {short}"
    return found


def sam_template(image: str) -> Path:
    """The template as `sam build` left it, with the image under a name of this checkout alone."""
    name = f"tumour-classification-{hashlib.sha256(bytes(ROOT)).hexdigest()[:8]}:tested"
    subprocess.run(["docker", "tag", image, name], check=True)
    build = ROOT / ".aws-sam" / "build"
    for nested in build.glob("*/template.yaml"):
        nested.write_text(_renamed(nested.read_text(), name))
    # Beside the original, whose nested templates are named by relative paths
    path = build / "tested.yaml"
    path.write_text(_renamed((build / "template.yaml").read_text(), name))
    return path


def _renamed(template: str, image: str) -> str:
    return re.sub(r"\b(predict|preflight)function:latest\b", image, template)


def _fingerprint() -> str:
    digest = hashlib.sha256((image_id(BASE) or "").encode())
    for pattern in INPUTS:
        for path in sorted(ROOT.glob(pattern)):
            if path.is_file():
                digest.update(f"\0{path.relative_to(ROOT)}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
