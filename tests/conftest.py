"""What every test may ask for."""

import os
from contextlib import contextmanager

import pytest

from tests import transports
from tests.image import Unavailable, built_image


@contextmanager
def required():
    """Skip with the reason where this machine lacks something; fail where CI promises it."""
    try:
        yield
    except Unavailable as lack:
        if os.environ.get("CI"):
            pytest.fail(f"CI must not skip: {lack}")
        pytest.skip(str(lack))


@pytest.fixture(scope="session")
def image() -> str:
    """The id of the Lambda image, built from these very sources."""
    with required():
        return built_image()


@pytest.fixture(scope="session", params=transports.NAMES)
def transport(request):
    """Each road to the handler in turn: in-process, http, emulator, container."""
    with required(), transports.open_transport(request.param) as opened:
        yield opened
