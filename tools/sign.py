"""Signs the model of an image with a private key, and checks the signature with the public one.

The keys are PEM texts in MODEL_SIGNING_KEY and MODEL_PUBLIC_KEY (docs/supply-chain.md). OpenSSF's
model-signing does both without a network; it has a lock and an environment of its own.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tools.apart import Unavailable, program, run
from tools.sbom import IMAGE, ROOT

SIGNATURE = ROOT / "build" / "model.sig"


def sign(model: Path, private_key: Path, signature: Path) -> None:
    """Write the signature of all files in a directory."""
    key = ["--private_key", private_key, "--signature", signature]
    run([program("model_signing"), "sign", "key", model, *key])


def verify(model: Path, public_key: Path, signature: Path) -> None:
    """Raise Unavailable if a file differs from what was signed, or the key is another."""
    key = ["--public_key", public_key, "--signature", signature]
    run([program("model_signing"), "verify", "key", model, *key])


def copy_model(image: str, folder: Path) -> Path:
    """Copy the model's directory out of an image and return it."""
    container = run(["docker", "create", image]).strip()
    try:
        run(["docker", "cp", f"{container}:/opt/ml/model", folder])
    finally:
        run(["docker", "rm", container])
    return folder / "model"


def main(environment: Mapping[str, str], image: str = IMAGE) -> int:
    """Sign the model in an image; without a key say so and return 0."""
    private, public = environment.get("MODEL_SIGNING_KEY"), environment.get("MODEL_PUBLIC_KEY")
    if not private or not public:
        print("not signed: MODEL_SIGNING_KEY or MODEL_PUBLIC_KEY is not set")
        return 0
    SIGNATURE.parent.mkdir(exist_ok=True)
    # Only this user may enter it
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "private.pem").write_text(private, encoding="ascii")
        (folder / "public.pem").write_text(public, encoding="ascii")
        model = copy_model(image, folder)
        sign(model, folder / "private.pem", SIGNATURE)
        verify(model, folder / "public.pem", SIGNATURE)
    print(f"signed: the model of {image} → {SIGNATURE}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(os.environ))
    except (Unavailable, subprocess.SubprocessError) as error:
        sys.exit(f"the model is not signed: {error}")
