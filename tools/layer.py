"""Builds layers/sklearn as a Lambda layer: ``make layer`` writes build/sklearn-layer.zip.

The image has the same pins; the layer is for functions in zip files. Lambda limits a function and
its layers to 250 MB unpacked.
"""

import argparse
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "layers" / "sklearn" / "requirements.txt"
LIMIT_BYTES = 250 * 1024 * 1024
#: Bytes left for the function's own code.
CODE_BYTES = 20 * 1024 * 1024
PYTHON = "3.13"
#: The earliest date in a zip; a fixed date makes equal content equal bytes.
EPOCH = (1980, 1, 1, 0, 0, 0)


def main() -> int:
    """Build the layer's zip; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.layer", description=__doc__)
    parser.add_argument("--architecture", choices=("x86_64", "arm64"), default="x86_64")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "sklearn-layer.zip")
    options = parser.parse_args()
    folder = options.out.with_suffix("")
    size = build(folder, options.architecture)
    pack(folder, options.out)
    packed = options.out.stat().st_size
    print(f"{options.out.name}: {size / 1e6:.0f} MB unpacked, {packed / 1e6:.0f} MB packed")
    return 0


def build(folder: Path, architecture: str) -> int:
    """Install the pins for Lambda's Python into ``folder``; return the bytes they take.

    Raises
    ------
    SystemExit
        The layer and a function's code exceed Lambda's limit.
    """
    shutil.rmtree(folder, ignore_errors=True)
    machine = {"x86_64": "x86_64", "arm64": "aarch64"}[architecture]
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--require-hashes", "--only-binary", ":all:", "--no-compile", "--no-deps"]
    command += ["--implementation", "cp", "--python-version", PYTHON]
    # Platforms that Amazon Linux 2023 (glibc 2.34) can load
    for tag in ("manylinux_2_28", "manylinux_2_27", "manylinux_2_17", "manylinux2014"):
        command += ["--platform", f"{tag}_{machine}"]
    command += ["--target", str(folder / "python"), "-r", str(LOCK)]
    subprocess.run(command, check=True)  # noqa: S603 - a fixed command
    # Libraries in *.libs were patched for their wheel and do not load after strip
    libraries = [
        str(path)
        for path in folder.rglob("*.so*")
        if path.is_file() and not path.parent.name.endswith(".libs")
    ]
    if shutil.which("strip"):
        subprocess.run(["strip", "--strip-unneeded", *libraries], check=False, capture_output=True)  # noqa: S603, S607
    size = sum(path.stat().st_size for path in _files(folder))
    if size > LIMIT_BYTES - CODE_BYTES:
        raise SystemExit(f"the layer takes {size:,} bytes unpacked; Lambda's limit leaves no room")
    return size


def pack(folder: Path, target: Path) -> None:
    """Write a zip whose bytes depend only on the files: fixed order, fixed times."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in _files(folder):
            entry = zipfile.ZipInfo(str(path.relative_to(folder)), EPOCH)
            entry.external_attr = 0o755 << 16 if path.suffix == ".so" else 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())


def _files(folder: Path) -> Iterable[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    sys.exit(main())
