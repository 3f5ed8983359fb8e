"""Decides whether a test that lacks something skips or fails."""

import os
from contextlib import contextmanager

import pytest

from tests.support.image import Unavailable


@contextmanager
def required():
    """Skip with the reason where this machine lacks something; fail where CI promises it."""
    try:
        yield
    except Unavailable as lack:
        if os.environ.get("CI"):
            pytest.fail(f"CI must not skip: {lack}")
        pytest.skip(str(lack))
