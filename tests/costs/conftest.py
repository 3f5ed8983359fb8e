"""Gives the tests of the cost model the node that runs it."""

import shutil

import pytest

from tests.support.image import Unavailable
from tests.support.required import required


@pytest.fixture(scope="session")
def node():
    with required():
        if shutil.which("node") is None:
            raise Unavailable("node is not installed: the cost model is JavaScript")
