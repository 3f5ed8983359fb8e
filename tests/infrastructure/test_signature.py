"""The signature of a model: made with a private key, refused for another model or another key."""

import shutil

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.paths import ROOT
from tests.support.required import required
from tools import apart

SIGN = ROOT / "tools" / "sign"


def new_keys(folder):
    """A throwaway pair of PEM files."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    folder.mkdir()
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    public = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    (folder / "private.pem").write_bytes(private)
    (folder / "public.pem").write_bytes(public)
    return folder


@pytest.fixture(scope="module", autouse=True)
def tool():
    with required():
        return apart.program("model_signing")


def verify(tool, model, keys, signature):
    """The command that docs/supply-chain.md gives to whoever receives the image."""
    key = ["--public_key", keys / "public.pem"]
    apart.run([tool, "verify", "key", model, *key, "--signature", signature])


def test_the_workflow_s_command_signs_the_model_in_the_image(tool, image, artifact_dir, tmp_path):
    keys, others = new_keys(tmp_path / "keys"), new_keys(tmp_path / "others")
    names = {"MODEL_SIGNING_KEY": "private.pem", "MODEL_PUBLIC_KEY": "public.pem"}
    environment = {name: (keys / file).read_text() for name, file in names.items()}

    assert "signed: the model of" in apart.run([SIGN, image], env=environment)
    model, signature = shutil.copytree(artifact_dir, tmp_path / "model"), ROOT / "build/model.sig"
    verify(tool, model, keys, signature)
    with pytest.raises(apart.Unavailable):
        verify(tool, model, others, signature)
    (model / "model.json").write_text((model / "model.json").read_text() + " ")
    with pytest.raises(apart.Unavailable):
        verify(tool, model, keys, signature)


def test_without_a_key_the_command_says_so():
    without = dict.fromkeys(("MODEL_SIGNING_KEY", "MODEL_PUBLIC_KEY"), "")

    assert "not signed: MODEL_SIGNING_KEY" in apart.run([SIGN], env=without)
