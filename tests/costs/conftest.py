"""Gives the tests of the cost model the node that runs it."""

import pytest

from tests.support.required import needs


@pytest.fixture(scope="session")
def node():
    return needs("node", package="nodejs")
