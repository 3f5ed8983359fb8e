"""The signature of a model: made with a private key, refused for another model or another key."""

import shutil

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.image import Unavailable
from tests.support.required import required
from tools import apart, sign


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
        try:
            return apart.program("model_signing")
        except apart.Unavailable as lack:
            raise Unavailable(str(lack)) from None


def test_a_signature_holds_for_its_model_and_its_key_alone(artifact_dir, tmp_path):
    model = shutil.copytree(artifact_dir, tmp_path / "model")
    keys, others = new_keys(tmp_path / "keys"), new_keys(tmp_path / "others")
    signature = tmp_path / "model.sig"
    sign.sign(model, keys / "private.pem", signature)

    sign.verify(model, keys / "public.pem", signature)
    with pytest.raises(apart.Unavailable):
        sign.verify(model, others / "public.pem", signature)
    (model / "model.json").write_text((model / "model.json").read_text() + " ")
    with pytest.raises(apart.Unavailable):
        sign.verify(model, keys / "public.pem", signature)


def test_the_workflow_s_command_signs_the_model_in_the_image(image, artifact_dir, tmp_path):
    keys = new_keys(tmp_path / "keys")
    names = {"MODEL_SIGNING_KEY": "private.pem", "MODEL_PUBLIC_KEY": "public.pem"}
    environment = {name: (keys / file).read_text() for name, file in names.items()}

    assert sign.main(environment, image) == 0
    sign.verify(artifact_dir, keys / "public.pem", sign.SIGNATURE)


def test_without_a_key_the_command_says_so(capsys):
    assert sign.main({}) == 0
    assert "not signed: MODEL_SIGNING_KEY" in capsys.readouterr().out
